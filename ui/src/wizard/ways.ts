/** The ways between screens: on, back, and to where a problem is mended. */
import type { Problem, Progress, RotationChoices } from '../generated/types';
import type { Destination } from '../plain/next';
import { stopped } from './doctor';
import {
  atHome,
  nominate,
  onErrand,
  paste,
  prepare,
  rotateAll,
  rotation,
  rotations,
  signIn,
  tokenPage,
} from './enter';
import { tripOf } from './rotate';
import { at, type AfterSignIn, type Wizard } from './state';
import type { Ready } from './trip';

/** Events that mean something on many screens. */
export type WayEvent =
  | { type: 'progress'; line: Progress }
  | { type: 'continue' }
  | { type: 'back' }
  /** `deliver` is the connection whose token is delivered once the person has signed in. */
  | { type: 'go'; to: Destination; deliver?: string | undefined }
  /** The screen tries again, so what it showed as a problem is no longer one. */
  | { type: 'again' }
  | { type: 'failed'; problem: Problem };

/** The state after one of them; the same object where it is none of this screen's. */
export function went(state: Wizard, event: WayEvent): Wizard {
  switch (event.type) {
    case 'progress':
      return state.screen === 'progress' || state.screen === 'rotating' || state.screen === 'ending'
        ? { ...state, lines: [...state.lines, event.line] }
        : state;
    case 'continue':
      return onward(state);
    case 'back':
      return back(state);
    case 'go':
      return go(state, event.to, event.deliver);
    case 'again':
      return state.problem ? again(state) : state;
    case 'failed':
      return failed(state, event.problem);
  }
}

/** What a rotation is chosen with at first, where the old token lacks something. */
const renewed: RotationChoices = {
  in_place: false,
  profile_policy: true,
  expires: null,
  broad: 'unsaid',
};

/** An exam that came to nothing is over, and the person is back at what was asked. */
const failed = (state: Wizard, problem: Problem): Wizard =>
  state.screen === 'doctor'
    ? { ...state, exam: state.exam && stopped(state.exam), problem }
    : { ...state, problem };

function onward(state: Wizard): Wizard {
  switch (state.screen) {
    case 'prepare': {
      if (!state.prepared || state.problem) return state;
      const trip = { ...state.trip, prepared: state.prepared };
      return trip.prepared.sign_in_needed ? signIn(trip) : tokenPage(trip);
    }
    case 'rotate-all': {
      if (!state.ahead || state.ahead.ahead.length === 0 || state.problem) return state;
      const trip = tripOf(state.home, state.ahead);
      return trip.prepared.sign_in_needed ? signIn(trip) : tokenPage(trip);
    }
    case 'token-page':
      return paste(state.trip);
    case 'paste': {
      if (!state.pasted || !state.inspection || state.problem) return state;
      const trip = { ...state.trip, pasted: state.pasted, inspection: state.inspection };
      if (trip.errand?.kind === 'rotate-all') return rotations(trip.errand.home, trip, null);
      if (trip.errand) return onErrand(state.trip, trip.errand, state.inspection);
      return trip.rotating
        ? rotation(trip, trip.renew ? renewed : null)
        : nominate(trip, trip.wish);
    }
    default:
      return state;
  }
}

function back(state: Wizard): Wizard {
  switch (state.screen) {
    case 'welcome':
    case 'activity':
    case 'settings':
    case 'disconnect':
    case 'rotate-all':
      return atHome(state.home, null);
    case 'doctor':
      return state.exam ? { ...state, exam: null, problem: null } : atHome(state.home, null);
    case 'sign-in':
    case 'token-page':
      return state.trip && !state.trip.errand ? prepared(state.trip) : state;
    case 'paste':
      return tokenPage(state.trip);
    case 'nominate':
    case 'rotation':
    case 'rotations':
      return paste(state.trip);
    case 'ending':
      return state.problem ? onErrand(state.trip, state.errand, state.inspection) : state;
    default:
      return state;
  }
}

function prepared({ prepared, ...trip }: Ready): Wizard {
  return at('prepare', { trip, prepared });
}

function go(state: Wizard, to: Destination, deliver?: string): Wizard {
  // What was made waits for the platform alone: no other token is needed for that.
  if (to === 'sign-in' && deliver !== undefined) {
    return signIn(null, { kind: 'deliver', connection: deliver });
  }
  if (state.screen === 'home') return to === 'sign-in' ? signIn(null) : state;
  // The vault, and everything that can be chosen there, is on the very screen.
  if (state.screen === 'settings') {
    return to === 'sign-in' ? signIn(null) : { ...state, problem: null };
  }
  // The token is pasted there too.
  if (state.screen === 'doctor') {
    return to === 'paste' || to === 'nominate' ? { ...state, exam: null, problem: null } : state;
  }
  // Whatever was mended meanwhile, what is ahead is found out again.
  if (state.screen === 'rotate-all') return rotateAll(state.home);
  const trip = readyTrip(state);
  switch (to) {
    case 'prepare':
      return trip && !trip.errand
        ? prepare(trip.profile, trip.address, trip.wish, trip.rotating, trip.renew)
        : state;
    case 'sign-in': {
      if (!trip) return state;
      const after = afterwards(state);
      return signIn(after?.kind === 'deliver' ? null : trip, after);
    }
    case 'token-page':
      return trip ? tokenPage(trip) : state;
    case 'paste':
      return trip ? paste(trip) : state;
    case 'nominate':
      return chosen(state) ?? state;
  }
}

/** Where what was chosen can be changed. */
function chosen(state: Wizard): Wizard | null {
  if (state.screen === 'ending') return onErrand(state.trip, state.errand, state.inspection);
  if (state.screen === 'rotations' || state.screen === 'rotating-all') {
    return rotations(state.home, state.trip, state.turn);
  }
  if ('turn' in state) {
    const lost = state.screen === 'rotated' && state.rotation.state === 'value-lost';
    // A value that was lost once is not put at stake again.
    return rotation(state.trip, lost ? { ...state.turn, in_place: false } : state.turn);
  }
  return 'choices' in state ? nominate(state.trip, state.choices) : null;
}

/** What goes on once the person has signed in, where a token was pasted already or has done its work. */
function afterwards(state: Wizard): AfterSignIn | null {
  if (state.screen === 'errand') return { kind: 'screen', state: { ...state, problem: null } };
  if (state.screen === 'pending') {
    return { kind: 'deliver', connection: state.pending.connection_id };
  }
  const waits = ['pending', 'undelivered', 'roll-unknown'];
  if (state.screen === 'rotated' && waits.includes(state.rotation.state)) {
    return { kind: 'deliver', connection: state.rotation.connection_id };
  }
  const back = chosen(state);
  return back && { kind: 'screen', state: back };
}

/** The trip as far as it is ready, whichever screen carries it. */
function readyTrip(state: Wizard): Ready | null {
  if (state.screen === 'prepare') {
    return state.prepared ? { ...state.trip, prepared: state.prepared } : null;
  }
  return 'trip' in state ? state.trip : null;
}

/** A run that is tried again begins with no lines; every other screen keeps what it has. */
function again(state: Wizard): Wizard {
  switch (state.screen) {
    case 'progress':
    case 'rotating':
    case 'rotating-all':
    case 'ending':
      return { ...state, lines: [], problem: null };
    default:
      return { ...state, problem: null };
  }
}
