/**
 * Where the person is, and how they get from there to elsewhere.
 *
 * One state, moved by one pure function. A move that the state does not know leaves it as it is (the very same
 * object), so an answer that comes after the person went elsewhere does no harm.
 */
export { hasNews } from './enter';
export { isNewVisit, move, type Event } from './move';
export { holdsRun, stageOf } from './standing';
export {
  start,
  type AfterSignIn,
  type Exam,
  type On,
  type Said,
  type Screen,
  type Wizard,
} from './state';
export {
  tokenNeed,
  type Ended,
  type Errand,
  type ErrandEnd,
  type Inspected,
  type Ready,
  type Renewal,
  type RotateAll,
  type Trip,
} from './trip';
