import type { Problem } from './generated/types';
import type { Event } from './wizard';

/** What every screen may ask of the frame around it. */
export interface Nav {
  /** Tells the wizard what happened. */
  send: (event: Event) => void;
  /** Does the one next action of a problem; `again` is what the screen would do once more. */
  follow: (problem: Problem, again?: () => void) => void;
  /** Goes to the list of connections, and says there what was done. */
  home: (said?: string) => void;
  /** Ends the open run and goes to the first screen. */
  startOver: () => void;
  /** Whether the frame is about something that the person has to wait for. */
  readonly busy: boolean;
}
