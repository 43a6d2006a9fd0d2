/**
 * Where the one next action of a problem leads, from the screen that shows it. Pure.
 *
 * The same words lead elsewhere from elsewhere, and from no screen do they lead nowhere.
 */
import type { Next } from '../generated/types';
import { actFor, type Act, type Destination } from '../plain/next';
import { move, type On, type Wizard } from '../wizard';
import { words } from '../words';

export type Lead =
  | Exclude<Act, { kind: 'deliver' }>
  | { kind: 'deliver'; connection: string }
  /** Signs in at the platform of a connection, then delivers its token. */
  | { kind: 'sign-in-for'; connection: string }
  | { kind: 'settings' }
  /** What is to be done otherwise is on the very screen. */
  | { kind: 'stay' };

/** `tried` says whether it is known what was tried when the problem was met. */
export function leadOf(state: Wizard, next: Next, tried: boolean): Lead {
  const act = actFor(next);
  switch (act.kind) {
    case 'again':
      return tried ? act : onceMore(state);
    case 'deliver': {
      const connection = tried ? null : connectionOf(state);
      return connection === null ? { kind: 'again' } : { kind: 'deliver', connection };
    }
    case 'start-over':
      return lostValue(state) ? { kind: 'go', to: 'nominate' } : act;
    case 'go':
      return goes(state, act.to) ? act : elsewhere(state, act.to);
    default:
      return act;
  }
}

/** What the button says: the usual words, unless it leads elsewhere from here. */
export function labelOf(next: Next, lead: Lead): string {
  const { act, settings } = words.problem;
  switch (lead.kind) {
    case 'again':
      return next === 'deliver-again' ? act[next] : act.retry;
    case 'home':
      return act.home;
    case 'open':
      return act['open-token-list'];
    case 'settings':
      return next === 'choose-vault' ? act[next] : settings;
    case 'go':
      return next === 'start-over' ? words.rotated.again : act[next];
    default:
      return act[next];
  }
}

/** A run that is over is tried again by its choices, or by what is left of it. */
function onceMore(state: Wizard): Lead {
  switch (state.screen) {
    case 'stopped':
      return { kind: 'go', to: 'nominate' };
    case 'pending':
      return { kind: 'deliver', connection: state.pending.connection_id };
    case 'rotated':
      if (unturned(state)) return { kind: 'go', to: 'nominate' };
      return undelivered(state)
        ? { kind: 'deliver', connection: state.rotation.connection_id }
        : { kind: 'home' };
    case 'settled':
    case 'result':
      return { kind: 'home' };
    default:
      return { kind: 'again' };
  }
}

/** Whether the way there is open, and the right one: a run that is over prepares nothing any more. */
function goes(state: Wizard, to: Destination): boolean {
  if (to !== 'sign-in' && isOver(state)) return false;
  return move(state, { type: 'go', to }) !== state;
}

function elsewhere(state: Wizard, to: Destination): Lead {
  switch (to) {
    case 'prepare':
      // The token that was pasted for it would be lost on the way to the settings.
      return 'trip' in state && state.trip?.errand ? { kind: 'again' } : { kind: 'settings' };
    case 'token-page':
      return { kind: 'open', page: 'pasted-list' };
    case 'sign-in': {
      const connection = connectionOf(state);
      return connection === null ? { kind: 'home' } : { kind: 'sign-in-for', connection };
    }
    case 'paste':
      return isForm(state) ? { kind: 'stay' } : { kind: 'home' };
    case 'nominate':
      if (isForm(state)) return { kind: 'stay' };
      // A project that the platform does not take gets its other name there.
      return state.screen === 'pending' || state.screen === 'home'
        ? { kind: 'settings' }
        : { kind: 'home' };
  }
}

const isForm = ({ screen }: Wizard): boolean =>
  ['welcome', 'disconnect', 'errand', 'activity'].includes(screen);

/** Whether a run ended here in a way that leaves nothing to choose again. */
const isOver = (state: Wizard): boolean =>
  state.screen === 'pending' ||
  state.screen === 'result' ||
  (state.screen === 'rotated' && !unturned(state));

/** Whether the old token is still the one, or nobody has the new value: then the pasted token is kept for another try. */
const unturned = ({ rotation }: On<'rotated'>): boolean =>
  rotation.state === 'stopped' || rotation.state === 'value-lost';

const undelivered = ({ rotation }: On<'rotated'>): boolean =>
  ['pending', 'undelivered', 'roll-unknown'].includes(rotation.state);

/** Whether a roll took the new value with it. */
const lostValue = (state: Wizard): boolean =>
  state.screen === 'rotated' && state.rotation.state === 'value-lost';

/** The connection whose token this screen is about. */
function connectionOf(state: Wizard): string | null {
  switch (state.screen) {
    case 'pending':
      return state.pending.connection_id;
    case 'rotated':
      return state.rotation.connection_id;
    case 'errand':
    case 'ending':
      return state.errand.kind === 'resume' ? state.errand.left.connection_id : null;
    case 'settled':
      return state.end.kind === 'resume'
        ? (state.end.settled.connection?.connection_id ?? null)
        : null;
    default:
      return 'trip' in state ? (state.trip?.rotating?.connection_id ?? null) : null;
  }
}
