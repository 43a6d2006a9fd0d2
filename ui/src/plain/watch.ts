/** How connections stand, as the list of connections shows it. */
import type { Tone } from './diagnosis';
import type {
  Checked,
  ConnectionCard,
  Home,
  Standing,
  VaultKind,
  WatchNext,
} from '../generated/types';

/** The home screen with what was just found of its connections. */
export function withChecked(home: Home, checked: readonly Checked[]): Home {
  if (checked.length === 0) return home;
  const found = new Map(checked.map(({ connection_id, watch }) => [connection_id, watch]));
  const connections = home.connections.map((card) => {
    const watch = found.get(card.connection_id);
    return watch ? { ...card, watch } : card;
  });
  return { ...home, connections };
}

export const toneOf: Record<Standing, Tone> = {
  unchecked: 'plain',
  fine: 'good',
  'needs-you': 'warn',
  untold: 'info',
};

/** How many connections need the person. */
export const needing = (cards: readonly ConnectionCard[]): number =>
  cards.filter(({ watch }) => watch.standing === 'needs-you').length;

/** Whether a platform could not be asked because nobody was signed in there. */
export const isSignedOut = (home: Home): boolean =>
  home.connections.some(({ watch }) => watch.untold.some(({ kind }) => kind === 'signed-out'));

/** What the button beside a need does; nothing where the words are all there is to it. */
export type WatchAct = 'check' | 'deliver' | 'sign-in' | 'token-list' | 'rotate';

const acts: Record<WatchNext, WatchAct> = {
  'check-again': 'check',
  'deliver-again': 'deliver',
  'sign-in': 'sign-in',
  'unlock-vault': 'check',
  'open-token-list': 'token-list',
  rotate: 'rotate',
};

/** A keychain asks for its own password; that of a sealed file is asked for once, above all connections. */
export function actOf(next: WatchNext, vault: VaultKind, rotates: boolean): WatchAct | null {
  if (next === 'unlock-vault' && vault === 'file') return null;
  return next === 'rotate' && !rotates ? null : acts[next];
}

/** Whether a sealed file has to be opened before its connections can be checked. */
export const isSealed = (home: Home): boolean =>
  home.connections.some(
    ({ vault, watch }) =>
      vault === 'file' && watch.untold.some(({ next }) => next === 'unlock-vault'),
  );

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long ago that was, in the largest unit that fits; nothing where it is less than a minute, or the clock was set back. */
export function since(rfc3339: string, now: Date): [number, 'day' | 'hour' | 'minute'] | null {
  const seconds = (now.getTime() - new Date(rfc3339).getTime()) / 1000;
  for (const [unit, length] of units) {
    if (seconds >= length) return [Math.floor(seconds / length), unit];
  }
  return null;
}
