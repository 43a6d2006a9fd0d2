import type { Progress, Step, StepState } from './generated/types';

/** A row of the progress screen. */
export interface Row {
  step: Step;
  state: StepState | 'waiting';
  detail: string;
  /** Milliseconds since the paste; nothing before the step began. */
  at_ms: number | null;
}

const order: readonly Step[] = [
  'prepare',
  'inspect',
  'fuse',
  'mint',
  'keep',
  'prove',
  'deliver',
  'destroy',
  'record',
];

/** Done before the person pressed connect; shown only where the run tells of them again. */
const earlier: readonly Step[] = ['prepare', 'inspect', 'fuse'];

/** One row a step, in their order, each with the newest line heard of it. */
export function rowsOf(lines: readonly Progress[]): Row[] {
  const newest = new Map(lines.map((line) => [line.step, line]));
  return order
    .filter((step) => newest.has(step) || !earlier.includes(step))
    .map((step) => newest.get(step) ?? { step, state: 'waiting', detail: '', at_ms: null });
}
