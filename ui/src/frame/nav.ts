import type { Problem, ProfileCard } from '../generated/types';
import type { Page } from '../plain/messages';
import type { Event, Said } from '../wizard';

/** What every screen may ask of the frame around it. */
export interface Nav {
  /** Tells the wizard what happened. */
  send: (event: Event) => void;
  /** Does the one next action of a problem; `again` is what the screen would do once more. */
  follow: (problem: Problem, again?: () => void) => void;
  /** Shows what stands in the way; `again` is what was tried, and what "try again" does. */
  failed: (problem: Problem, again?: () => void) => void;
  /** What the button of a problem's one next action says here. */
  label: (problem: Problem) => string;
  /** Opens the sealed file, then does what it stood in the way of. */
  unlock: (problem: Problem, passphrase: string, again?: () => void) => Promise<void>;
  /** Opens a page in the browser; whether it opened. `again` is for a screen that has to know. */
  open: (page: Page, again?: () => void) => Promise<boolean>;
  /** Opens Cloudflare's list in which the token of a connection, or of a run, is found. */
  openTokenList: (of: string) => Promise<void>;
  /** Hands the token to the platform once more, and says in the list of connections what came of it. */
  deliver: (connectionId: string) => Promise<void>;
  /** The connection whose token is being delivered. */
  readonly delivering: string | null;
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
