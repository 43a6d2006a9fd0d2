/** What the frame around a screen asks of the state. */
import type { ProfileCard } from '../generated/types';
import type { Stage } from '../plain/stages';
import type { Wizard } from './state';

/** Whether the application holds a run for this screen that has to be ended when the person leaves. */
export const holdsRun = ({ screen }: Wizard): boolean =>
  [
    'prepare',
    'sign-in',
    'token-page',
    'paste',
    'nominate',
    'stopped',
    'rotation',
    'rotated',
    'errand',
    'ending',
    'rotations',
  ].includes(screen);

/** Which step the state stands at; nothing outside the numbered walk. */
export function stageOf(
  state: Wizard,
): { stage: Stage; profile: ProfileCard; rotating: boolean } | null {
  if (!('trip' in state) || !state.trip || state.trip.errand) return null;
  const { profile } = state.trip;
  const rotating = state.trip.rotating !== null;
  switch (state.screen) {
    case 'pending':
    case 'stopped':
    case 'result':
    case 'rotating':
    case 'rotated':
      return { stage: 'progress', profile, rotating };
    case 'rotation':
      return { stage: 'nominate', profile, rotating };
    case 'errand':
    case 'ending':
    case 'rotations':
    case 'rotating-all':
    case 'rotated-all':
      return null;
    default:
      return { stage: state.screen, profile, rotating };
  }
}
