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
  'swap',
  'revoke',
  'destroy',
  'record',
];

/** Done before the person pressed connect; shown only where the run tells of them again. */
const earlier: readonly Step[] = ['prepare', 'inspect', 'fuse'];

/** Steps of a new connection alone, and of a new token for one alone. */
const alone: Record<Kind, readonly Step[]> = {
  connect: ['record'],
  rotate: ['swap', 'revoke'],
};

/** What a run is for. */
export type Kind = 'connect' | 'rotate';

/** One row a step, in their order, each with the newest line heard of it. */
export function rowsOf(lines: readonly Progress[], kind: Kind = 'connect'): Row[] {
  const newest = new Map(lines.map((line) => [line.step, line]));
  const others = alone[kind === 'connect' ? 'rotate' : 'connect'];
  return order
    .filter((step) => newest.has(step) || !(earlier.includes(step) || others.includes(step)))
    .map((step) => newest.get(step) ?? { step, state: 'waiting', detail: '', at_ms: null });
}
