/** Every word that the page says by itself. What a run finds out comes in sentences from the application. */
import type { AddressFault } from './address';
import type { DateFault, Expiry, ProjectFault } from './choices';
import type {
  BroadState,
  Delivery,
  Next,
  Step,
  StepState,
  TokenKind,
  VaultKind,
} from './generated/types';
import type { Theme } from './theme';
import type { Stage } from './wizard';

const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const words = {
  app: 'Narrows',
  title: (screen: string, problem: boolean) => `${problem ? 'Problem: ' : ''}${screen} – Narrows`,
  version: (version: string) => `Version ${version}`,
  back: 'Back',
  continue: 'Continue',
  cancel: 'Cancel',
  copied: 'Copied',
  loading: 'One moment',

  sandbox: {
    name: 'Sandbox',
    text: (address: string) => `Nothing here is real. Cloudflare is played by ${address}`,
  },

  theme: {
    name: 'Appearance',
    option: { system: 'As the system', light: 'Light', dark: 'Dark' } satisfies Record<
      Theme,
      string
    >,
  },

  stage: {
    of: (at: number, all: number) => `Step ${at} of ${all}`,
    name: {
      prepare: 'Check',
      'sign-in': 'Sign in',
      'token-page': 'Make token',
      paste: 'Paste',
      nominate: 'Choose',
      progress: 'Connect',
    } satisfies Record<Stage, string>,
  },

  problem: {
    title: 'There is a problem',
    evidence: 'What was seen',
    fields: 'Some answers need another look',
    act: {
      retry: 'Try again',
      'paste-again': 'Paste another token',
      'open-token-page': 'Go to the token page',
      'open-token-list': 'Open my tokens at Cloudflare',
      'sign-in': 'Sign in',
      'choose-vault': 'Choose where it is kept',
      'change-choices': 'Change the choices',
      'deliver-again': 'Deliver again',
      'start-over': 'Start over',
      home: 'Go to connections',
    } satisfies Record<Next, string>,
  },

  unexpected: {
    message: 'Narrows met something that it did not expect.',
    hint: 'Start over. If it comes back, tell support what was seen.',
  },

  starting: { title: 'Narrows' },

  home: {
    title: 'Connections',
    lead: 'Each one is a single narrow token that was proven before it was handed over.',
    another: 'Connect another account',
    unfinished: 'Needs your attention',
    unfinishedTitle: (step: string) => `A run was cut off at “${step}”`,
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
    deliverAgain: 'Deliver again',
    delivering: 'Delivering…',
    delivered: (platform: string, code: string | null) =>
      code === null ? `${platform} has the token.` : `${platform} has the token. Receipt ${code}.`,
    notDelivered: (platform: string, delivery: string) => `${platform}: ${delivery}.`,
  },

  delivery: {
    accepted: 'Delivered',
    skipped: 'No delivery needed',
    unknown: 'Not confirmed',
    refused: 'Refused',
  } satisfies Record<Delivery, string>,

  vault: {
    keychain: 'Keychain on this computer',
    file: 'Sealed file on this computer',
  } satisfies Record<VaultKind, string>,

  welcome: {
    title: 'Connect your Cloudflare account',
    lead: (platform: string) =>
      `${platform} gets one key that opens one door. You stay in charge of the rest.`,
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
  },

  prepare: {
    title: 'First, a quick check',
    lead: 'Nothing is pasted until Narrows can keep and deliver the result.',
    checking: 'Checking this computer…',
    ready: 'Everything is ready.',
    vault: 'Safe place for the narrow token',
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
      text: 'The file is encrypted with a passphrase that only you know. You will be asked for it whenever the token is needed.',
      passphrase: 'Passphrase',
      hint: 'Several words work best. Narrows cannot recover it.',
      again: 'The same passphrase again',
      use: 'Use a sealed file',
      empty: 'Enter a passphrase',
      differ: 'The two passphrases are not the same',
    },
  },

  secret: { show: 'Show', hide: 'Hide', shown: 'It is shown', hidden: 'It is hidden' },

  signIn: {
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
  },

  tokenPage: {
    title: 'Make the broad token',
    lead: 'Cloudflare’s page opens with everything filled in. You only confirm it.',
    skippedSignIn: (name: string) => `You are signed in as ${name}.`,
    noSignIn: 'No sign-in is needed here.',
    kind: 'Whose token is it?',
    kinds: {
      user: { name: 'Mine', hint: 'A user token. It works for every account you can reach.' },
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
  },

  paste: {
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
  },

  nominate: {
    title: 'Choose what to connect',
    lead: 'Nothing has been made yet. You see exactly what will be.',
    account: 'Account',
    accountHint: (n: number) => `Type to search ${n.toLocaleString('en')} accounts.`,
    accountNone: 'Choose an account from the list',
    accountConnected: 'Already connected',
    accountAgain: 'This account is already connected here. You get a second, separate token.',
    matches: (n: number) => (n === 0 ? 'No account matches' : count(n, 'account', 'accounts')),
    chosen: (name: string) => `${name} is chosen`,
    project: {
      empty: (label: string) => `Enter a name for the ${label}`,
      long: (_label: string, most: number) => `Use at most ${most} characters`,
      letters: () => 'Use only small letters, digits and dashes',
      edges: () => 'Begin and end with a letter or a digit',
    } satisfies Record<ProjectFault, (label: string, most: number) => string>,
    conditions: 'What else applies?',
    zone: 'Zone ID',
    zoneHint: 'The 32 characters on the overview page of your domain at Cloudflare.',
    zoneWrong: 'Enter the 32 characters of the zone ID',
    limits: 'Limit it further',
    limitsHint: 'Expiry and addresses, if you want them',
    expiry: 'When does the narrow token expire?',
    expiries: {
      none: 'Never',
      '30d': '30 days',
      '90d': '90 days',
      '365d': '1 year',
      date: 'On a date',
    } satisfies Record<Expiry, string>,
    date: 'Last day',
    dateHint: 'Year, month, day, such as 2027-01-31. It ends at 00:00 UTC.',
    dateFault: {
      'no-date': 'Enter a date such as 2027-01-31',
      past: 'Choose a day that is still to come',
    } satisfies Record<DateFault, string>,
    addresses: 'Only from these addresses',
    addressesHint: 'One a line, such as 203.0.113.7 or 203.0.113.0/24. Leave empty for anywhere.',
    addressesWrong: (strays: string[]) => `Not an address: ${strays.join(', ')}`,
    broad: 'What becomes of the token you pasted?',
    broadHint: 'It was not made through this run’s link, so Narrows asks first.',
    broadUnsaid: 'Choose what becomes of the token you pasted',
    destroy: 'Destroy it',
    destroyHint: 'It stops working everywhere it is used. This cannot be undone.',
    keep: 'Keep it',
    keepHint: 'It stays alive at Cloudflare. Anyone who has it can still make tokens.',
    preview: 'What will be made',
    previewing: 'Working it out…',
    previewLater: 'Answer the questions and it appears here.',
    body: 'The exact request',
    bodyName: 'Request body as JSON',
    token: 'Name',
    pasted: 'The pasted token',
    connect: 'Connect',
  },

  step: {
    prepare: 'Check this computer',
    inspect: 'Ask who the token is',
    fuse: 'Light the fuse on the broad token',
    mint: 'Make the narrow token',
    keep: 'Put it in the safe place',
    prove: 'Prove what it can and cannot do',
    deliver: 'Hand it to the platform',
    destroy: 'Destroy the broad token',
    record: 'Write down what was done',
  } satisfies Record<Step, string>,

  stepState: {
    waiting: 'Waiting',
    began: 'Working',
    going: 'Working',
    done: 'Done',
    skipped: 'Not needed',
    warned: 'Partly done',
    failed: 'Failed',
  } satisfies Record<StepState | 'waiting', string>,

  progress: {
    title: 'Connecting',
    lead: 'This takes a few seconds. If anything fails, what was made is undone.',
    said: (step: string, state: string, detail: string) =>
      `${step}: ${state}${detail ? `. ${detail}` : ''}`,
    cancel: 'Cancel',
    cancelling: 'Undoing what was done…',
    seconds: (ms: number) => `${(ms / 1000).toFixed(1)} s`,
  },

  report: {
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
  },

  result: {
    title: 'Connected',
    lead: (platform: string, account: string) =>
      `${platform} can now work with ${account}, within the limits below.`,
    leadAlone: (account: string) => `The narrow token for ${account} is ready.`,
    done: 'Done',
  },

  pending: {
    title: 'Not confirmed yet',
    lead: 'The narrow token is made, proven and kept. Only the platform’s answer is missing.',
    home: 'Go to connections',
  },

  stopped: {
    title: 'Connecting stopped',
    at: (step: string) => `It stopped at “${step}”.`,
    undone: 'What was undone',
    stands: 'What still stands',
    nothing: 'Nothing is left behind.',
    leave: 'Leave it as it is',
  },

  date: (rfc3339: string) =>
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' }).format(new Date(rfc3339)),
  moment: (rfc3339: string) =>
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(
      new Date(rfc3339),
    ),
};
