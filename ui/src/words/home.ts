/** The list of connections, how each stands, and what is left over of runs. */
import type {
  BroadNeed,
  Delivery,
  ExtraStanding,
  FactState,
  RotationState,
  RunKind,
  Standing,
  VaultKind,
} from '../generated/types';
import { since, type WatchAct } from '../plain/watch';

import { count, date } from './say';

export const home = {
  title: 'Connections',
  lead: 'Each one is a single narrow token that was proven before it was handed over.',
  another: 'Connect another account',
  unfinished: 'Needs your attention',
  unfinishedOf: (account: string, platform: string | null) =>
    platform ? `${account} · ${platform}` : account,
  began: (when: string) => `Began ${when}`,
  list: 'Your connections',
  none: 'No account is connected yet.',
  account: 'Account',
  token: 'Narrow token',
  project: 'Project',
  connectedOn: 'Connected',
  expires: 'Expires',
  never: 'Never',
  keptIn: 'Kept in',
  receipt: 'Receipt',
  check: 'Check',
  rotate: 'Rotate',
  disconnect: 'Disconnect',
  rotation: {
    rotated: 'The old token is dead. Its value still lies in the vault.',
    'old-open': 'After a rotation the old token has not been seen refused.',
    pending: 'A new token waits to be acknowledged. Until then both live and the old one is used.',
    undelivered: 'The token has a new value that the platform has not acknowledged.',
    'value-lost': 'The token got a new value that nobody has. Rotate it once more.',
    'roll-unknown': 'It is not known yet whether the token has a new value. Look again.',
    stopped: 'A rotation was cut off. The old token is used as before.',
  } satisfies Record<RotationState, string>,
  rotateElsewhere:
    'Its profile is a file, so it is rotated on the command line, with the path of that file:',
  rotateCommand: (id: string) => `narrows rotate ${id} --profile FILE`,
  checkToken: 'Check a token',
  rotateAll: 'Rotate all',
  orphans: 'Find unused tokens',
  deliverAgain: 'Deliver again',
  delivering: 'Delivering…',
  delivered: (platform: string, code: string | null) =>
    code === null ? `${platform} has the token.` : `${platform} has the token. Receipt ${code}.`,
  notDelivered: (platform: string, delivery: string) => `${platform}: ${delivery}.`,
};

export const watch = {
  standing: {
    unchecked: 'Not checked yet',
    fine: 'Fine',
    'needs-you': 'Needs you',
    untold: 'Could not tell',
  } satisfies Record<Standing, string>,
  badge: (n: number) => count(n, 'needs you', 'need you'),
  checkNow: 'Check now',
  checking: 'Checking…',
  checked: (rfc3339: string, now: Date) => {
    const ago = since(rfc3339, now);
    return ago
      ? `Checked ${count(ago[0], ago[1], `${ago[1]}s`)} ago`
      : 'Checked less than a minute ago';
  },
  age: (date: string, days: number) =>
    days === 0 ? date : `${date}, ${count(days, 'day', 'days')} ago`,
  end: (rfc3339: string | null, left: number | null): string => {
    if (rfc3339 === null) return home.never;
    const day = date(rfc3339);
    if (left === null) return day;
    return left === 0 ? `${day}, over` : `${day}, in ${count(left, 'day', 'days')}`;
  },
  delivered: 'Last delivery',
  act: {
    check: 'Check again',
    deliver: 'Deliver again',
    'sign-in': 'Sign in',
    'token-list': 'Open my tokens',
    rotate: 'Rotate',
  } satisfies Record<WatchAct, string>,
};

export const leftOver = {
  asking: 'Asking what is true now…',
  trying: 'Being tried right now',
  states: { there: 'There', gone: 'Gone', unknown: 'Not known' } satisfies Record<
    FactState,
    string
  >,
  check: 'Check again',
  checked: 'Asked just now.',
  finishing: {
    connect: 'Finish connecting',
    rotate: 'Finish the rotation',
    disconnect: 'Finish disconnecting',
    sweep: 'Close',
    deliver: 'Deliver again',
  } satisfies Record<RunKind, string>,
  undoing: {
    connect: 'Take the connection back',
    rotate: 'Take the rotation back',
    disconnect: 'Keep the connection',
    sweep: 'Close',
    deliver: 'Close',
  } satisfies Record<RunKind, string>,
  will: 'What this does',
  needs: {
    no: null,
    better: 'Better with a one-time token.',
    must: 'Needs a one-time token.',
  } satisfies Record<BroadNeed, string | null>,
};

export const delivery = {
  accepted: 'Delivered',
  skipped: 'No delivery needed',
  unknown: 'Not confirmed',
  refused: 'Refused',
} satisfies Record<Delivery, string>;

export const extra = {
  title: 'Extra tokens',
  state: {
    'in-use': 'In use',
    waiting: 'Not confirmed',
    off: 'Off',
  } satisfies Record<ExtraStanding, string>,
  left: (name: string) =>
    `“${name}” is not used any more and may still live. Delete it in Cloudflare’s list of tokens, or rotate with a one-time token.`,
};

export const vault = {
  keychain: 'Keychain on this computer',
  file: 'Sealed file on this computer',
} satisfies Record<VaultKind, string>;
