/** The walk from the welcome to the connection: what is asked on the way. */
import type { TokenKind } from '../generated/types';
import type { AddressFault } from '../plain/address';
import { count } from './say';

export const welcome = {
  title: 'Connect your Cloudflare account',
  lead: (platform: string) =>
    `A token is a key for programs. ${platform} gets one to a single door.`,
  choose: 'What do you want to connect?',
  how: 'How it works',
  story: [
    {
      title: 'You make a broad token',
      text: 'Once, on a Cloudflare page that is filled in for you.',
    },
    { title: 'Narrows makes a narrow one', text: 'And proves what it can and cannot do.' },
    { title: 'The broad one is destroyed', text: 'Minutes later it opens nothing.' },
  ],
  kept: 'What is kept, and where',
  never: 'What is never kept',
  permissions: 'What the narrow token may do',
  address: 'Address of the platform',
  addressHint: 'Such as https://platform.example. Ask whoever runs it if you are not sure.',
  addressFault: {
    empty: 'Enter the platform’s address',
    wrong: 'Enter an address that begins with https://',
  } satisfies Record<AddressFault, string>,
  start: 'Start',
};

export const prepare = {
  title: 'First, a quick check',
  lead: 'Nothing is pasted until Narrows can keep and deliver the result.',
  checking: 'Checking this computer…',
  ready: 'Everything is ready.',
  vault: 'Vault, where the narrow token is kept',
  vaultWorks: (store: string, ms: number) =>
    `${store}. A test value was written, read and removed in ${ms} ms.`,
  vaultBroken: (store: string) => `${store}. The test value could not be kept.`,
  passing: 'What is kept here is gone when this session ends.',
  session: 'Sign-in',
  signedIn: (name: string, email: string) =>
    `Signed in as ${name} (${email}). That step is skipped.`,
  signInNext: (platform: string) => `You sign in to ${platform} next.`,
  noPlatform: 'There is nobody to sign in to. That step is left out.',
  waiting: 'Waiting',
  file: {
    title: 'Or keep it in a sealed file',
    open: 'Open the sealed file',
    text: 'The file is encrypted with a passphrase that only you know. You will be asked for it whenever the token is needed.',
    passphrase: 'Passphrase',
    hint: 'Several words work best. Narrows cannot recover it.',
    again: 'The same passphrase again',
    use: 'Use a sealed file',
    empty: 'Enter a passphrase',
    differ: 'The two passphrases are not the same',
  },
};

export const signIn = {
  title: (platform: string) => `Sign in to ${platform}`,
  titleAlone: 'Sign in to the platform',
  platform: 'the platform',
  lead: 'Your browser asks you to sign in. Check that it shows the same code as here.',
  code: 'Your code',
  asking: 'Asking for a code…',
  open: 'Open the sign-in page',
  openAgain: 'Open the page again',
  copy: 'Copy the address',
  waiting: 'Waiting for you to sign in…',
  left: (minutes: number) => `The code works for another ${count(minutes, 'minute', 'minutes')}.`,
  lapsing: 'The code works for less than a minute.',
  address: 'The page’s address',
  done: (platform: string) => `Signed in to ${platform}.`,
  without: 'Go on without signing in',
  toldLater: 'You can also go on without: the platform is then told later, once you sign in there.',
};

export const tokenPage = {
  title: 'Make the broad token',
  lead: 'Cloudflare’s page opens with everything filled in. You only confirm it.',
  leadAll:
    'One token for all connections. Cloudflare’s page opens with everything filled in; let it reach every account.',
  leadErrand:
    'A one-time token lets Narrows delete. Cloudflare’s page opens with everything filled in.',
  skippedSignIn: (name: string) => `You are signed in as ${name}.`,
  noSignIn: 'No sign-in is needed here.',
  kind: 'Whose token is it?',
  kinds: {
    user: {
      name: 'Mine (usual)',
      hint: 'A user token. It works for every account you can reach.',
    },
    account: {
      name: 'The account’s',
      hint: 'An account token. It stays when people leave; you must be an administrator.',
    },
  } satisfies Record<TokenKind, { name: string; hint: string }>,
  open: 'Open Cloudflare',
  openAgain: 'Open again',
  done: 'I have the token',
  copyLink: 'Copy the link',
  loading: 'Preparing the link…',
  steps: 'On Cloudflare’s page',
  todo: (name: string) => [
    `Check that the token is called “${name}”.`,
    'Go to the summary and create the token. The buttons are at the foot of the page.',
    'Copy the token. Cloudflare shows it only once.',
    'Come back here.',
  ],
  name: 'Name of the token',
  rows: 'What the page should show',
  copyRows: 'Copy the list',
  resources: 'Resources',
  fallback: 'The page is not filled in?',
};

export const paste = {
  title: 'Paste the broad token',
  lead: 'Copy it at Cloudflare first. Narrows clears the clipboard afterwards.',
  zone: 'With the token on your clipboard, press “Paste from clipboard”',
  keys: 'or use your keyboard’s paste keys',
  paste: 'Paste from clipboard',
  another: 'Paste another',
  typed: 'Type or paste it by hand',
  label: 'Broad token',
  hint: 'Forty characters or more. Quotes and blanks around it do no harm.',
  use: 'Use this token',
  empty: 'Enter the token',
  reading: 'Reading the clipboard…',
  inspecting: 'Asking Cloudflare about this token…',
  inspected: 'Cloudflare knows this token.',
  got: 'What you pasted',
  looksLike: 'Looks like',
  length: 'Length',
  characters: (n: number) => count(n, 'character', 'characters'),
  lastFour: 'Ends in',
  fingerprint: 'Fingerprint',
  cleared: 'The clipboard was cleared.',
  notCleared: 'The clipboard was not cleared. Copy something else over it.',
  leftAlone:
    'The clipboard was left as it is: it holds something else, or could not be read. If the token is in it, copy something else over it.',
  safe: 'It stays in memory, is never written anywhere, and is gone after 15 minutes at the latest.',
  found: {
    title: 'What Cloudflare says',
    name: 'Name',
    unnamed: 'Could not be read',
    kind: 'Belongs to',
    kinds: { user: 'You', account: 'The account' } satisfies Record<TokenKind, string>,
    accounts: 'Accounts it sees',
    ends: 'Dies by itself',
    quota: 'Tokens in use',
    quotaOf: (used: number, of: number) => `${used} of ${of}`,
  },
};
