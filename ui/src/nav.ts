import type { Problem, ProfileCard } from './generated/types';
import type { Page } from './ipc';
import type { Event, Said } from './wizard';

/** What every screen may ask of the frame around it. */
export interface Nav {
  /** Tells the wizard what happened. */
  send: (event: Event) => void;
  /** Does the one next action of a problem; `again` is what the screen would do once more. */
  follow: (problem: Problem, again?: () => void) => void;
  /** Opens a page in the browser; whether it opened. */
  open: (page: Page) => Promise<boolean>;
  /** Opens Cloudflare's list in which the token of a connection, or of a run, is found. */
  openTokenList: (of: string) => Promise<void>;
  /** Hands the token to the platform once more, and says in the list of connections what came of it. */
  deliver: (connectionId: string) => Promise<void>;
  /** Checks how one connection stands, or all of them. */
  check: (connectionId: string | null) => Promise<void>;
  /** What is being checked: one connection, all, or nothing. */
  readonly checking: string | null;
  /** Goes to the sign-in at the platform of a connection. */
  signInFor: (connectionId: string) => Promise<void>;
  /** Goes to the list of connections, and says there what was done. */
  home: (said?: Said) => void;
  /** Ends the open run and goes to the first screen. */
  startOver: () => void;
  /** Whose run is under way; nothing where none is. */
  readonly profile: ProfileCard | null;
  /** Whether the frame is about something that the person has to wait for. */
  readonly busy: boolean;
}
