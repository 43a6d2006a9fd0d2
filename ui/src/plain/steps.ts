import type {
  Ending,
  Progress,
  RunKind,
  SeveralProgress,
  Step,
  StepState,
} from '../generated/types';

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
  'extra',
  'platform',
  'cloudflare',
  'local',
  'destroy',
  'record',
];

/** The steps that a run of each kind takes for certain; others are shown where the run tells of them. */
const certain = {
  connect: ['mint', 'keep', 'prove', 'deliver', 'record', 'destroy'],
  rotate: ['mint', 'keep', 'prove', 'deliver', 'swap', 'revoke', 'destroy'],
  /** A connection ends, or what a run made of one is taken back. */
  part: ['platform', 'cloudflare', 'local'],
  /** A connect that was cut off is finished. */
  join: ['prove', 'deliver', 'record'],
  /** A rotation that was cut off is finished. */
  turn: ['deliver', 'swap', 'revoke'],
  /** A rotation that was cut off is taken back. */
  'turn-back': ['cloudflare'],
  /** A connection that was being ended is kept. */
  keep: ['cloudflare', 'deliver'],
  /** A token goes to the platform again. */
  deliver: ['deliver'],
  /** Nothing outside is left to do. */
  close: [],
} satisfies Record<string, readonly Step[]>;

/** What a run is for. */
export type Kind = keyof typeof certain;

/** One row a step, in their order, each with the newest line heard of it. */
export function rowsOf(lines: readonly Progress[], kind: Kind = 'connect'): Row[] {
  const newest = new Map(lines.map((line) => [line.step, line]));
  const sure: readonly Step[] = certain[kind];
  return order
    .filter((step) => newest.has(step) || sure.includes(step))
    .map((step) => newest.get(step) ?? { step, state: 'waiting', detail: '', at_ms: null });
}

/** What is ended: a connection, or a run that was cut off. */
type Ended =
  | { kind: 'disconnect'; card?: unknown }
  | { kind: 'resume'; left: { kind: RunKind }; ending: Ending };

/** How an errand goes. */
export function kindOf(errand: Ended): Kind {
  if (errand.kind === 'disconnect') return 'part';
  return ends[errand.left.kind][errand.ending];
}

const ends: Record<RunKind, Record<Ending, Kind>> = {
  connect: { finish: 'join', undo: 'part' },
  rotate: { finish: 'turn', undo: 'turn-back' },
  disconnect: { finish: 'part', undo: 'keep' },
  sweep: { finish: 'close', undo: 'close' },
  deliver: { finish: 'deliver', undo: 'close' },
};

/** How many of the steps of several rotations are over, and how many there are. */
export function progressOf(lines: readonly SeveralProgress[]): { done: number; of: number } {
  const each = certain.rotate.length;
  const last = lines.at(-1);
  if (!last) return { done: 0, of: 1 };
  const over = lines.filter(
    ({ number, progress }) =>
      number === last.number && progress.state !== 'began' && progress.state !== 'going',
  );
  const steps = new Set(over.map(({ progress }) => progress.step)).size;
  return { done: (last.number - 1) * each + Math.min(steps, each), of: last.of * each };
}
