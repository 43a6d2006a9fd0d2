/** A new token in place of an old one: for one connection, and for all. */
import type { GrantChange, OldTokenState, RotationState, RotationWay } from '../generated/types';
import type { Expiry } from '../plain/turn';
import { count } from './say';

export const rotation = {
  title: 'Rotate the token',
  lead: (account: string) =>
    `${account} gets a new token. The old one works until the new one is in its place.`,
  leadInPlace: (account: string) =>
    `The token of ${account} gets a new value. The old value dies at once.`,
  otherWay: 'Another way to replace it',
  way: 'How should it be replaced?',
  ways: {
    beside: 'Make a new token beside the old one',
    'in-place': 'Give the old token a new value',
  } satisfies Record<RotationWay, string>,
  besideHint: 'Nothing stops working. This is what you want, nearly always.',
  policy: 'What may the new token do?',
  samePolicy: 'The same as the old one',
  newPolicy: 'What the profile asks for now',
  newPolicyHint: 'It has changed since. The difference is shown here.',
  expiry: 'When does the new token expire?',
  expiries: {
    same: 'As chosen before',
    '30d': '30 days',
    '90d': '90 days',
    '365d': '1 year',
    never: 'Never',
  } satisfies Record<Expiry, string>,
  preview: 'What will happen',
  difference: 'What the profile asks for now, against what the old token may do',
  same: 'The profile asks for what the old token may do.',
  change: {
    same: 'As before',
    added: 'New',
    removed: 'No longer',
  } satisfies Record<GrantChange, string>,
  token: 'New token',
  old: 'Old token',
  rotate: 'Rotate',
};

export const rotating = {
  title: 'Rotating',
  lead: 'This takes a few seconds. The old token works until the new one is acknowledged.',
};

export const rotated = {
  title: {
    rotated: 'Rotated',
    'old-open': 'Rotated, and the old token is still open',
    pending: 'The new token is not acknowledged yet',
    undelivered: 'The new value is not delivered yet',
    'value-lost': 'The new value was lost',
    'roll-unknown': 'It is not known yet whether the token has a new value',
    stopped: 'Nothing was changed',
  } satisfies Record<RotationState, string>,
  lead: {
    rotated: 'The new token is in use everywhere. The old one opens nothing any more.',
    'old-open': 'The new token is in use everywhere. The old one may still work.',
    pending: 'Both tokens live, and the old one is used. Nothing has stopped working.',
    undelivered: 'The old value is dead. The platform fails until it has the new one.',
    'value-lost': 'The old value is dead, and nobody has the new one. Rotate again at once.',
    'roll-unknown':
      'Cloudflare did not answer. Look again in a minute, from the list of connections.',
    stopped: 'The old token is used as before.',
  } satisfies Record<RotationState, string>,
  old: 'The old token',
  oldState: {
    'in-use': 'In use',
    refused: 'Refused',
    deleted: 'Deleted',
    gone: 'Gone before',
    open: 'Not seen refused',
  } satisfies Record<OldTokenState, string>,
  openList: 'Find it at Cloudflare',
  new: 'The new token',
  again: 'Rotate again',
  undone: 'Undone',
  stands: 'What still stands',
};

export const rotateAll = {
  title: 'Rotate all tokens',
  lead: 'One after another, with one token that you make and paste once. Each old token works until its new one is in its place.',
  looking: 'Looking at each connection…',
  ahead: (n: number) => `${count(n, 'connection gets', 'connections get')} a new token`,
  ready: (platform: string, project: string | null) =>
    project === null ? platform : `${platform} · ${project}`,
  signIn: (platform: string) => `You have to sign in to ${platform} first.`,
  signInTo: (platform: string) => `Sign in to ${platform}`,
  none: 'No connection can be rotated now.',
  skipped: 'Left out, and why',
};

export const rotations = {
  title: 'Choose for all of them',
  lead: 'Nothing has been made yet. What you choose holds for each connection.',
  planned: (n: number) => `${count(n, 'connection gets', 'connections get')} a new token`,
  rotate: (n: number) => `Rotate ${count(n, 'token', 'tokens')}`,
};

export const rotatingAll = {
  title: 'Rotating all',
  lead: 'Each old token works until its new one is acknowledged. Cancel ends the one under way and leaves the rest as they are.',
  of: (number: number, of: number, account: string) => `${number} of ${of}: ${account}`,
  bar: 'All rotations',
};

export const rotatedAll = {
  whole: (n: number) => `${count(n, 'token is', 'tokens are')} rotated`,
  part: (done: number, of: number) => `${done} of ${of} rotated`,
  leadWhole: 'The new tokens are in use everywhere. The old ones open nothing any more.',
  leadPart: 'What waits can be taken up here, or later from the list of connections.',
  state: {
    rotated: 'Rotated',
    'old-open': 'Old token still open',
    pending: 'Not acknowledged yet',
    undelivered: 'Not delivered yet',
    'value-lost': 'New value lost',
    'roll-unknown': 'Not known yet',
    stopped: 'Nothing changed',
  } satisfies Record<RotationState, string>,
};
