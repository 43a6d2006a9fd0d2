/** An account is connected: from the choice of a profile to the result. */
import type {
  Choices,
  ConnectAgain,
  Inspection,
  Outcome,
  Pasted,
  Person,
  Prepared,
  ProfileCard,
  TokenKind,
} from '../generated/types';
import { afterSignIn, prepare } from './enter';
import { at, type On, type Wizard } from './state';
import type { Inspected, Ready } from './trip';

/** Events on the way to a connection. */
export type ConnectEvent =
  | { type: 'begin'; profile: ProfileCard; address: string | null }
  | { type: 'prepared'; prepared: Prepared }
  | { type: 'signed-in'; person: Person }
  | { type: 'kind'; kind: TokenKind }
  | { type: 'pasted'; pasted: Pasted }
  | { type: 'inspected'; inspection: Inspection }
  | { type: 'connect'; choices: Choices }
  | { type: 'ended'; outcome: Outcome };

/** The state after one of them; the same object where it is none of this screen's. */
export function connected(state: Wizard, event: ConnectEvent): Wizard {
  switch (event.type) {
    case 'begin':
      return state.screen === 'welcome' ? begin(event.profile, event.address, state.again) : state;
    case 'prepared':
      if (state.screen !== 'prepare') return state;
      return { ...state, prepared: event.prepared, problem: event.prepared.problems[0] ?? null };
    case 'signed-in':
      if (state.screen !== 'sign-in' || !state.trip) return state;
      return state.after?.kind === 'screen'
        ? state.after.state
        : afterSignIn(signedIn(state.trip, event.person));
    case 'kind':
      return state.screen === 'token-page'
        ? { ...state, trip: { ...state.trip, kind: event.kind } }
        : state;
    case 'pasted':
      if (state.screen !== 'paste') return state;
      return { ...state, pasted: event.pasted, inspection: null, problem: null };
    case 'inspected':
      if (state.screen !== 'paste' || !state.pasted) return state;
      return { ...state, inspection: event.inspection, problem: null };
    case 'connect':
      return state.screen === 'nominate' ? progress(state.trip, event.choices) : state;
    case 'ended':
      return state.screen === 'progress' ? ended(state, event.outcome) : state;
  }
}

function begin(profile: ProfileCard, address: string | null, again: ConnectAgain | null): Wizard {
  return prepare(profile, address, again?.profile === profile.id ? again.choices : null);
}

const progress = (trip: Inspected, choices: Choices): Wizard =>
  at('progress', { trip, choices, lines: [] });

const signedIn = (trip: Ready, person: Person): Ready => ({
  ...trip,
  prepared: { ...trip.prepared, person, sign_in_needed: false },
});

function ended({ trip, choices }: On<'progress'>, outcome: Outcome): Wizard {
  switch (outcome.state) {
    case 'connected':
      return at('result', { trip, connected: outcome });
    case 'pending':
      return { screen: 'pending', trip, choices, pending: outcome, problem: outcome.problem };
    case 'stopped':
      return { screen: 'stopped', trip, choices, stopped: outcome, problem: outcome.problem };
  }
}
