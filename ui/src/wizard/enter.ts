/** Each screen as it is entered from more than one side. */
import type {
  Choices,
  ConnectAgain,
  ConnectionCard,
  Home,
  Inspection,
  ProfileCard,
  RotationChoices,
} from '../generated/types';
import { at, type AfterSignIn, type On, type Said, type Wizard } from './state';
import type { Errand, Inspected, Ready } from './trip';

export function atHome(home: Home, said: Said | null): Wizard {
  return hasNews(home) ? at('home', { home, said }) : welcome(home);
}

/** Whether there is anything to show on the home screen. */
export const hasNews = (home: Home): boolean =>
  home.connections.length > 0 || home.unfinished.length > 0;

export const welcome = (home: Home, again: ConnectAgain | null = null): Wizard =>
  at('welcome', { home, again });

export const doctor = (home: Home, connection: string | null): Wizard =>
  at('doctor', { home, connection, exam: null });

export function prepare(
  profile: ProfileCard,
  address: string | null,
  wish: Choices | null,
  rotating: ConnectionCard | null = null,
  renew = false,
): Wizard {
  // Only a token of the old one's kind can delete it.
  const kind = rotating?.token_kind ?? profile.token_kinds[0] ?? 'user';
  return {
    screen: 'prepare',
    trip: { profile, address, kind, wish, rotating, renew },
    prepared: null,
    problem: null,
  };
}

export const tokenPage = (trip: Ready): Wizard => at('token-page', { trip });

export const signIn = (trip: Ready | null, after: AfterSignIn | null = null): Wizard =>
  at('sign-in', { trip, after });

export function afterSignIn(trip: Ready): Wizard {
  const { errand } = trip;
  // There may be another platform to sign in to.
  if (errand?.kind === 'rotate-all') return rotateAll(errand.home);
  return errand && !errand.paste ? onErrand(trip, errand, null) : tokenPage(trip);
}

export const onErrand = (trip: Ready, errand: Errand, inspection: Inspection | null): Wizard =>
  at('errand', { trip, errand, inspection });

export const paste = (trip: Ready): Wizard => at('paste', { trip, pasted: null, inspection: null });

export const nominate = (trip: Inspected, choices: Choices | null): On<'nominate'> =>
  at('nominate', { trip, choices });

export const rotation = (trip: Inspected, turn: RotationChoices | null): On<'rotation'> =>
  at('rotation', { trip, turn });

export const rotateAll = (home: Home): Wizard => at('rotate-all', { home, ahead: null });

export const rotations = (home: Home, trip: Inspected, turn: RotationChoices | null): Wizard =>
  at('rotations', { home, trip, turn });
