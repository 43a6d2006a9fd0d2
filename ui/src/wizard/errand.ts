/** An errand is run: something ends, and nothing new is made. */
import type { BroadWish, ConnectionCard, Prepared } from '../generated/types';
import { afterSignIn, onErrand, signIn } from './enter';
import { at, type On, type Wizard } from './state';
import {
  errandProfile,
  tokenNeed,
  type Ended,
  type Errand,
  type ErrandEnd,
  type Ready,
} from './trip';

/** Events of errands. */
export type ErrandEvent =
  | { type: 'disconnect'; card: ConnectionCard }
  | { type: 'errand'; errand: Errand; prepared: Prepared; paste: boolean }
  /** Goes on with an errand for which a token would be better, without one. */
  | { type: 'without-token' }
  /** The errand is to be done now, with this to become of the pasted token. */
  | { type: 'end'; broad: BroadWish; forget: boolean }
  /** Goes on with an errand whose platform is then told later. */
  | { type: 'without-sign-in' }
  | { type: 'settled'; end: ErrandEnd };

/** The state after one of them; the same object where it is none of this screen's. */
export function ran(state: Wizard, event: ErrandEvent): Wizard {
  switch (event.type) {
    case 'disconnect':
      return state.screen === 'home'
        ? at('disconnect', { home: state.home, card: event.card })
        : state;
    case 'errand':
      return ['home', 'disconnect', 'rotated-all'].includes(state.screen)
        ? beginErrand(event.errand, event.prepared, event.paste)
        : state;
    case 'without-token':
      return state.screen === 'token-page' &&
        state.trip.errand &&
        state.trip.errand.kind !== 'rotate-all' &&
        tokenNeed(state.trip.errand) !== 'must'
        ? onErrand(state.trip, state.trip.errand, null)
        : state;
    case 'end':
      return state.screen === 'errand' && state.errand.kind !== 'orphans'
        ? ending(state, state.errand, event.broad, event.forget)
        : state;
    case 'without-sign-in':
      return state.screen === 'sign-in' && state.trip?.errand && state.after === null
        ? afterSignIn(state.trip)
        : state;
    case 'settled':
      return state.screen === 'errand' || state.screen === 'ending'
        ? at('settled', { end: event.end })
        : state;
  }
}

function platformOf(errand: Errand): string {
  switch (errand.kind) {
    case 'disconnect':
      return errand.card.platform;
    case 'resume':
      return errand.left.platform ?? '';
    case 'orphans':
      return '';
  }
}

/** A platform that cannot be reached does not hold up an errand: it is told later. */
function beginErrand(errand: Errand, prepared: Prepared, paste: boolean): Wizard {
  const trip: Ready = {
    profile: errandProfile(errand.kind, platformOf(errand)),
    address: null,
    kind: errand.kind === 'disconnect' ? errand.card.token_kind : 'user',
    wish: null,
    rotating: null,
    renew: false,
    prepared,
    errand: { ...errand, paste },
  };
  return prepared.sign_in_needed && prepared.problems.length === 0
    ? signIn(trip)
    : afterSignIn(trip);
}

const ending = (
  { trip, inspection }: On<'errand'>,
  errand: Ended,
  broad: BroadWish,
  forget: boolean,
): Wizard => at('ending', { trip, errand, inspection, broad, forget, lines: [] });
