/**
 * Stands in for the application: answers each command from a list that a test wrote, and remembers what was asked.
 *
 * It runs in the page before the page's own script, so it may use nothing from outside the function.
 */
import type {
  DoctorProgress,
  Home,
  Problem,
  Progress,
  SeveralProgress,
} from '../../src/generated/types';

/** What a command may tell on the way. */
type Line = Progress | DoctorProgress | SeveralProgress | Home;

/** One answer to one command. */
export interface Reply {
  value?: unknown;
  problem?: Problem;
  /** Lines of progress sent before the answer. */
  lines?: Line[];
  /** Answers only when the test calls `release`. */
  held?: boolean;
  /** Makes up that part of an activity of so many rows which was asked for. */
  activity?: number;
}

/** The answers to each command, in order; the last one is given again and again. */
export type Script = Record<string, Reply[]>;

export interface Asked {
  command: string;
  args: Record<string, unknown>;
}

declare global {
  interface Window {
    __NARROWS_FAKE__: {
      asked: Asked[];
      release: (command: string) => void;
      /** Tells something on the channel that a command was given last. */
      tell: (command: string, line: Line) => void;
    };
  }
}

export function installFake(script: Script): void {
  const asked: Asked[] = [];
  const held = new Map<string, () => void>();
  const turns = new Map<string, number>();

  /** The rows of a log in which every tenth entry speaks of Meadow. */
  function activityPage(rows: number, { search, offset, limit }: Record<string, unknown>) {
    const fits = search === '' ? 1 : 10;
    const total = Math.floor(rows / fits);
    const from = Number(offset);
    const count = Math.max(0, Math.min(Number(limit), total - from));
    return {
      total,
      newest: rows,
      rows: Array.from({ length: count }, (_, index) => {
        const seq = rows - (from + index) * fits;
        return {
          seq,
          at: '2027-01-31T12:00:00.250Z',
          run: seq % 3 === 0 ? null : 'k3x9q2m7c4v8b1n5',
          what: ['read token', 'deliver token', 'mint token'][seq % 3],
          subject: seq % 10 === 0 ? `Meadow ${seq}` : `Narrows site-generator ${seq}`,
          result: 'accepted',
          request: seq % 2 === 0 ? '8f1e0a2b3c4d5e6f-AMS' : null,
          hash: 'a1b2c3d4e5f60718'.repeat(4),
        };
      }),
    };
  }

  class Channel {
    onmessage: (message: Line) => void = () => undefined;
  }
  const channels = new Map<string, Channel>();

  async function invoke(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const { progress, ...plain } = args;
    asked.push({ command, args: plain });
    const replies = script[command] ?? [];
    const turn = turns.get(command) ?? 0;
    turns.set(command, turn + 1);
    const reply = replies[Math.min(turn, replies.length - 1)] ?? { value: null };
    // A real answer never comes in the same turn as the question.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (progress instanceof Channel) channels.set(command, progress);
    for (const line of reply.lines ?? []) (progress as Channel).onmessage(line);
    if (reply.held) await new Promise<void>((resolve) => held.set(command, resolve));
    // The application rejects with the problem itself, not with an Error.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    if (reply.problem) throw reply.problem;
    if (reply.activity !== undefined) return activityPage(reply.activity, plain);
    return structuredClone(reply.value ?? null);
  }

  window.__TAURI__ = { core: { invoke, Channel } };
  window.__NARROWS_FAKE__ = {
    asked,
    release: (command) => held.get(command)?.(),
    tell: (command, line) => channels.get(command)?.onmessage(line),
  };
}
