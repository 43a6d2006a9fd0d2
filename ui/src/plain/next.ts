import type { Next } from '../generated/types';
import type { Page } from './messages';

/** Screens to which a next action can lead. */
export type Destination = 'prepare' | 'sign-in' | 'token-page' | 'paste' | 'nominate';

/** What the one button of a problem does. */
export type Act =
  | { kind: 'again' }
  | { kind: 'go'; to: Destination }
  | { kind: 'open'; page: Page }
  | { kind: 'deliver' }
  | { kind: 'start-over' }
  | { kind: 'home' };

const acts: Record<Next, Act> = {
  retry: { kind: 'again' },
  'paste-again': { kind: 'go', to: 'paste' },
  'open-token-page': { kind: 'go', to: 'token-page' },
  'open-token-list': { kind: 'open', page: 'pasted-list' },
  'sign-in': { kind: 'go', to: 'sign-in' },
  'choose-vault': { kind: 'go', to: 'prepare' },
  'change-choices': { kind: 'go', to: 'nominate' },
  'deliver-again': { kind: 'deliver' },
  'start-over': { kind: 'start-over' },
  home: { kind: 'home' },
};

export const actFor = (next: Next): Act => acts[next];
