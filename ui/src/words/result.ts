/** How a connect ended. */
import type { BroadState, TokenKind } from '../generated/types';
import { count } from './say';

export const report = {
  can: 'It can',
  cannot: 'It cannot',
  of: (proved: number, of: number) => `${proved} of ${of}`,
  canText: 'things it is for, tried and allowed',
  cannotText: 'other things, tried and refused',
  canOpen: 'Not everything it is for came out allowed',
  cannotOpen: 'Not everything else came out refused',
  checks: (n: number) => `See ${count(n, 'check', 'checks')} with the evidence`,
  table: {
    what: 'Tried',
    expected: 'Should be',
    came: 'Came out',
  },
  expected: { allowed: 'Allowed', refused: 'Refused' },
  proved: 'As it should',
  unproved: 'Not as it should',
  http: (status: number) => `HTTP ${status}`,
  code: (code: number) => `code ${code}`,
  ray: (ray: string) => `ray ${ray}`,
  silent: 'No answer',
  receipt: 'Receipt',
  compare: (platform: string) =>
    `Compare it with the code that ${platform} shows. They must be the same.`,
  openPlatform: (platform: string) => `Open ${platform}`,
  broad: 'The broad token',
  broadState: {
    refused: 'Destroyed',
    expiring: 'About to expire',
    alive: 'Still alive',
    kept: 'Kept, as you wished',
  } satisfies Record<BroadState, string>,
  after: (ms: number) => `Refused ${(ms / 1000).toFixed(1)} s after the order.`,
  broadName: (name: string) => `Its name is “${name}”.`,
  broadEnds: (when: string) => `It dies by itself ${when}.`,
  openList: 'Open my tokens',
  kept: 'What is kept, and where',
  notices: 'Good to know',
  details: 'Details for experts',
  account: 'Account',
  project: 'Project',
  projectThere: 'It exists and is used as it is.',
  projectNew: 'It will be made when first needed.',
  token: 'Narrow token',
  tokenId: 'Token ID',
  kind: 'Kind',
  kinds: { user: 'User token', account: 'Account token' } satisfies Record<TokenKind, string>,
  fingerprint: 'Fingerprint',
  expires: 'Expires',
  never: 'Never',
  connection: 'Connection ID',
  took: 'Took',
  tookValue: (ms: number, rounds: number) =>
    `${(ms / 1000).toFixed(1)} s, ${count(rounds, 'round trip', 'round trips')}`,
  asked: 'Asked for',
  given: 'Given by Cloudflare',
  same: 'Exactly what was asked for',
  differs: 'Not the same as what was asked for',
};

export const result = {
  title: 'Connected',
  lead: (platform: string, account: string) =>
    `${platform} can now work with ${account}, within the limits below.`,
  leadAlone: (account: string) => `The narrow token for ${account} is ready.`,
  done: 'Done',
};

export const pending = {
  title: 'Not confirmed yet',
  lead: 'The narrow token is made, proven and kept. Only the platform’s answer is missing.',
  home: 'Go to connections',
};

export const stopped = {
  title: 'Connecting stopped',
  at: (step: string) => `It stopped at “${step}”.`,
  undone: 'What was undone',
  stands: 'What still stands',
  nothing: 'Nothing is left behind.',
  leave: 'Leave it as it is',
};
