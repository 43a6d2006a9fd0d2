/** The one function that moves the state. */
import { connected, type ConnectEvent } from './connect';
import { examined, type DoctorEvent } from './doctor';
import { ran, type ErrandEvent } from './errand';
import { looked, type LookEvent } from './look';
import { rotated, type RotateEvent } from './rotate';
import type { Wizard } from './state';
import { went, type WayEvent } from './ways';

/** What can happen. */
export type Event = LookEvent | DoctorEvent | ConnectEvent | RotateEvent | ErrandEvent | WayEvent;

/** The state after the event; the same object where the event is none of this screen's. */
export function move(state: Wizard, event: Event): Wizard {
  switch (event.type) {
    case 'home':
    case 'start-over':
    case 'news':
    case 'checked':
    case 'connect-another':
    case 'activity':
    case 'settings':
    case 'changed':
      return looked(state, event);
    case 'doctor':
    case 'examine':
    case 'heard':
    case 'examine-again':
    case 'exam-stopped':
    case 'diagnosed':
    case 'connect-again':
      return examined(state, event);
    case 'begin':
    case 'prepared':
    case 'signed-in':
    case 'kind':
    case 'pasted':
    case 'inspected':
    case 'connect':
    case 'ended':
      return connected(state, event);
    case 'rotate':
    case 'turn':
    case 'turned':
    case 'rotate-all':
    case 'ahead':
    case 'progress-of':
    case 'turned-all':
      return rotated(state, event);
    case 'disconnect':
    case 'errand':
    case 'without-token':
    case 'end':
    case 'without-sign-in':
    case 'settled':
      return ran(state, event);
    case 'progress':
    case 'continue':
    case 'back':
    case 'go':
    case 'again':
    case 'failed':
      return went(state, event);
  }
}

/** Whether the screen after the event begins afresh. The doctor's form does not: it keeps what was chosen. */
export function isNewVisit(before: Wizard, event: Event, next: Wizard): boolean {
  if (next.screen !== before.screen) return true;
  return event.type === 'go' && next !== before && next.screen !== 'doctor';
}
