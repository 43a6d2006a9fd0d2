/** Ends: of a connection, of a run that was cut off, of tokens that nothing uses. */
import type { TruthState } from '../generated/types';

export const disconnect = {
  title: (account: string) => `Disconnect ${account}?`,
  lead: 'Three things end, each for itself. You see afterwards what became of each.',
  platform: (platform: string) => `${platform} deletes the connection and its copy of the token.`,
  noPlatform: 'No platform holds the token.',
  local: 'Narrows takes the connection off its list and forgets the token.',
  cloudflare: (token: string) => `Cloudflare deletes the token “${token}”.`,
  stays: (token: string) => `The token “${token}” works until you delete it.`,
  sites: 'Sites that were deployed stay up.',
  how: 'Should the token be deleted at Cloudflare now?',
  now: {
    name: 'Yes, now',
    hint: 'You make a one-time token as you did to connect. Narrows deletes both, and sees them refused.',
  },
  later: {
    name: 'No, leave it open',
    hint: 'You delete it in Cloudflare’s list. Until it is refused, Narrows keeps its value to ask with, and shows it as open.',
  },
  onward: 'Continue',
  end: 'Disconnect',
};

export const errand = {
  title: {
    disconnect: 'Ready to disconnect',
    finish: 'Ready to finish',
    undo: 'Ready to take it back',
    orphans: 'Tokens that nothing uses',
  },
  lead: {
    disconnect: 'Nothing has been deleted yet.',
    resume: 'Nothing has been changed yet.',
    orphans:
      'They bear this installation’s mark, and no connection uses them. Other tokens are never touched.',
  },
  pasted: 'The token you pasted',
  destroy: 'Delete it at the end',
  destroyHint: 'It was not made for this, so it stays alive unless you choose this.',
  ours: 'It was made for this, and is deleted at the end.',
  end: {
    disconnect: 'Disconnect',
    finish: 'Finish',
    undo: 'Take it back',
    orphans: 'Delete the chosen',
  },
  ending: 'This takes a few seconds…',
  looking: 'Reading Cloudflare’s list…',
  quota: 'Tokens at Cloudflare',
  quotaOf: (used: number, of: number) => `${used} of ${of}`,
  inUse: 'In use here',
  none: 'There are none. Nothing has to be deleted.',
  choose: 'Which are to be deleted?',
  orphan: (age: number | null, status: string, used: string | null) =>
    [
      age === null ? 'Age unknown' : age === 0 ? 'Made today' : `${age} days old`,
      status,
      used === null ? 'never used' : `last used ${used}`,
    ].join(' · '),
  oneTime: 'one-time token',
  close: 'Delete none',
  without: 'Go on without a token',
  open: 'If something cannot be ended now',
  forget: 'Forget it here all the same',
  forgetHint: 'Takes it off the list for good, whatever is still open elsewhere.',
  livesToken: (token: string | null) =>
    `If ${token === null ? 'the token' : `the token “${token}”`} is not deleted now, it works until you delete it at Cloudflare, and Narrows can neither check nor show it any more.`,
  livesPlatform: (platform: string) =>
    `If ${platform} is not told now, it keeps the connection and its copy of the token, and is not told later.`,
  endForget: 'Disconnect and forget',
  forgetNow: 'Forget it here',
};

export const ending = {
  title: {
    disconnect: 'Disconnecting',
    finish: 'Finishing',
    undo: 'Taking it back',
  },
  lead: 'This takes a few seconds. Each part is told as it is done.',
};

export const settled = {
  disconnected: 'Disconnected',
  open: 'Not all of it is done yet',
  ended: 'Done',
  swept: 'Unused tokens',
  lead: 'Each of the three is told for itself.',
  leadPlain: 'This is what was done, and what stands.',
  truths: 'Where it stands',
  platform: 'Platform',
  local: 'This computer',
  cloudflare: 'Cloudflare',
  states: {
    deleted: 'Deleted',
    queued: 'Told later',
    none: 'Nothing there',
    forgotten: 'Forgotten',
    kept: 'Kept to check',
    revoked: 'Refused',
    open: 'Open',
  } satisfies Record<TruthState, string>,
  find: 'To delete it by hand',
  token: 'Name of the token',
  list: 'Open the token list',
  pasted: 'The token you pasted',
  deleted: (name: string) => `“${name}” was deleted.`,
  nothing: 'Nothing was deleted.',
  done: 'Go to connections',
};
