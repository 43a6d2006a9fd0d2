/** What a trip through the screens is for, and what is known of it so far. */
import type {
  BroadNeed,
  Choices,
  ConnectionCard,
  Disconnected,
  Ending,
  Home,
  Inspection,
  LeftOver,
  Pasted,
  Prepared,
  ProfileCard,
  Settled,
  Swept,
  TokenKind,
} from '../generated/types';

/** What a trip is for that makes nothing new. */
export type Errand =
  | { kind: 'disconnect'; card: ConnectionCard }
  | { kind: 'resume'; left: LeftOver; ending: Ending }
  | { kind: 'orphans' };

/** An errand that goes step by step. */
export type Ended = Exclude<Errand, { kind: 'orphans' }>;

/** Every connection gets a new token, with one paste. */
export interface RotateAll {
  kind: 'rotate-all';
  /** Where the person came from. */
  home: Home;
}

/** Whether an errand needs a token that is pasted for it. */
export function tokenNeed(errand: Errand): BroadNeed {
  if (errand.kind !== 'resume') return 'better';
  const { finish, undo } = errand.left;
  return (errand.ending === 'finish' ? finish : undo)?.broad ?? 'no';
}

/** How an errand ended. */
export type ErrandEnd =
  | { kind: 'disconnect'; ended: Disconnected }
  | { kind: 'resume'; settled: Settled }
  | { kind: 'orphans'; swept: Swept };

/** What was chosen on the welcome screen. */
export interface Trip {
  profile: ProfileCard;
  address: string | null;
  kind: TokenKind;
  /** Choices to begin with, where a connection is made again. */
  wish: Choices | null;
  /** What it is for, where that is no new connection, and whether a token is pasted for it. */
  errand?: (Errand | RotateAll) & { paste: boolean };
  /** The connection that gets a new token; nothing where a new connection is made. */
  rotating: ConnectionCard | null;
  /** Whether the new token is to have what the profile asks for now, as the old one lacks some of it. */
  renew: boolean;
}

/** A trip whose vault and session stand. */
export interface Ready extends Trip {
  prepared: Prepared;
}

/** A trip whose pasted token is known. */
export interface Inspected extends Ready {
  pasted: Pasted;
  inspection: Inspection;
}

/** A connection whose token is made anew, by its profile. */
export interface Renewal {
  card: ConnectionCard;
  profile: ProfileCard;
  /** Whether the old token lacks what the profile asks for. */
  lacks: boolean;
}

/** A trip that makes nothing new has no profile of its own; it carries what the screens on its way show. */
export function errandProfile(id: (Errand | RotateAll)['kind'], name: string): ProfileCard {
  return {
    id,
    name,
    summary: '',
    brand: { accent: null, logo: null, support: null, docs: [] },
    has_platform: name !== '',
    platform_address: null,
    kept: [],
    never_kept: [],
    permissions: [],
    token_kinds: ['user'],
    conditions: [],
    parts: [],
    optional: [],
    needs_zone: false,
    zones: 'one',
    project: null,
  };
}
