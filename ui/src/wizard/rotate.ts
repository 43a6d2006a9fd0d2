/** A connection gets a new token, or all of them do. */
import type {
  ConnectionCard,
  Home,
  ProfileCard,
  Rotation,
  RotationChoices,
  SeveralAhead,
  SeveralProgress,
  SeveralRotations,
} from '../generated/types';
import { prepare, rotateAll } from './enter';
import { at, type On, type Wizard } from './state';
import { errandProfile, type Inspected, type Ready } from './trip';

/** Events of rotations. */
export type RotateEvent =
  /** A connection of the list is to get a new token. */
  | { type: 'rotate'; card: ConnectionCard; profile: ProfileCard }
  | { type: 'turn'; turn: RotationChoices }
  | { type: 'turned'; rotation: Rotation }
  | { type: 'rotate-all' }
  | { type: 'ahead'; ahead: SeveralAhead }
  | { type: 'progress-of'; line: SeveralProgress }
  | { type: 'turned-all'; rotations: SeveralRotations };

/** The state after one of them; the same object where it is none of this screen's. */
export function rotated(state: Wizard, event: RotateEvent): Wizard {
  switch (event.type) {
    case 'rotate':
      return state.screen === 'home' ? prepare(event.profile, null, null, event.card) : state;
    case 'turn':
      if (state.screen === 'rotations') return rotatingAll(state, event.turn);
      return state.screen === 'rotation' ? rotating(state.trip, event.turn) : state;
    case 'turned':
      return state.screen === 'rotating' ? turned(state, event.rotation) : state;
    case 'rotate-all':
      return state.screen === 'home' ? rotateAll(state.home) : state;
    case 'ahead':
      return state.screen === 'rotate-all'
        ? { ...state, ahead: event.ahead, problem: null }
        : state;
    case 'progress-of':
      return state.screen === 'rotating-all'
        ? { ...state, lines: [...state.lines, event.line] }
        : state;
    case 'turned-all':
      return state.screen === 'rotating-all' ? turnedAll(state, event.rotations) : state;
  }
}

const rotating = (trip: Inspected, turn: RotationChoices): Wizard =>
  at('rotating', { trip, turn, lines: [] });

const turned = ({ trip, turn }: On<'rotating'>, rotation: Rotation): Wizard => ({
  screen: 'rotated',
  trip,
  turn,
  rotation,
  problem: rotation.problem,
});

/** Several connections have no run of their own; `ahead` is what stands in for it. */
export function tripOf(home: Home, ahead: SeveralAhead): Ready {
  const next = ahead.ahead.find(({ sign_in }) => sign_in);
  return {
    profile: errandProfile('rotate-all', next?.platform ?? ''),
    address: null,
    kind: ahead.ahead[0]?.token_kind ?? 'user',
    wish: null,
    rotating: null,
    renew: false,
    prepared: {
      run: '',
      vault: {
        kind: 'keychain',
        store: '',
        persists: null,
        self_test_ms: null,
        sealed_file: false,
      },
      person: null,
      sign_in_needed: next !== undefined,
      problems: [],
    },
    errand: { kind: 'rotate-all', home, paste: true },
  };
}

const rotatingAll = ({ home, trip }: On<'rotations'>, turn: RotationChoices): Wizard =>
  at('rotating-all', { home, trip, turn, lines: [] });

const turnedAll = ({ home, trip }: On<'rotating-all'>, rotations: SeveralRotations): Wizard =>
  at('rotated-all', { home, trip, rotations });
