/** What the application would answer: one whole connect that goes well, and the ways in which it does not. */
import type {
  About,
  AccountChoice,
  Ahead,
  ChainReport,
  Check,
  Connected,
  ConnectionCard,
  Extra,
  Disconnected,
  ForgetPlan,
  Forgotten,
  Grant,
  Home,
  Inspection,
  LeftAlive,
  LeftOver,
  Moved,
  Need,
  Next,
  Orphans,
  Outcome,
  Pasted,
  PermissionRow,
  Prepared,
  Preview,
  Problem,
  ProfileCard,
  Progress,
  Rotation,
  RotationPreview,
  Settings,
  Settled,
  SeveralAhead,
  SeveralPreview,
  SeveralProgress,
  SeveralRotations,
  SignInPrompt,
  Skipped,
  Step,
  StepState,
  Swept,
  TokenKind,
  TokenPage,
  VaultPanel,
  Watched,
} from '../src/generated/types';
import type { Script } from './browser/fake';

const accountId = '8f14e45fceea167a5a36dedd4bea2543';
const tokenName = 'narrows-site-generator-7f3k92qd';
const broadName = 'Narrows broad 7f3k92qd';

export const pagesWrite: PermissionRow = {
  group: 'Pages Write',
  scope: 'account',
  dashboard: 'Account · Cloudflare Pages · Edit',
  why: 'Publishes your site and reads how the last deploy went.',
  creates: 'The Pages project, and one deployment for each version.',
};

export const profile: ProfileCard = {
  id: 'site-generator',
  name: 'Site Generator',
  summary: 'Builds your site and publishes it to your own Cloudflare Pages.',
  brand: { accent: null, logo: null, support: null, docs: [] },
  has_platform: true,
  platform_address: 'https://sites.example',
  kept: [
    { what: 'Narrow token', place: 'Keychain on this computer, and the platform, encrypted' },
    { what: 'Account ID and name', place: 'This computer and the platform' },
    { what: 'Pages project name', place: 'This computer and the platform' },
  ],
  never_kept: [
    'The broad token that you paste',
    'Your Cloudflare password or dashboard session',
    'Anything else in your account',
  ],
  permissions: [pagesWrite],
  token_kinds: ['user', 'account'],
  conditions: [],
  parts: [],
  optional: [],
  needs_zone: false,
  zones: 'one',
  project: {
    label: 'Pages project',
    suggestion: 'generator-site',
    help: 'Small letters, digits and dashes, at most 58. An existing project is used as it is.',
    max_length: 58,
  },
};

export const ownStack: ProfileCard = {
  ...profile,
  id: 'edge-stack',
  name: 'Edge stack',
  summary: 'Your own Workers, D1, R2, Queues and Pages project.',
  has_platform: false,
  platform_address: null,
  conditions: [
    { id: 'kv', question: 'The project uses Workers KV', needs_zone: false },
    { id: 'domain', question: 'A domain of mine is attached', needs_zone: true },
  ],
};

/** One whose platform's address has to be asked for. */
export const addressless: ProfileCard = { ...profile, platform_address: null };

export const about: About = { version: '0.1.0', sandbox: null, profiles: [profile] };

export const noHome: Home = { connections: [], unfinished: [] };

/** A connection that was found to stand as it was made. */
export const fine: Watched = {
  standing: 'fine',
  age_days: 2,
  expires_on: null,
  expires_in_days: null,
  checked_on: '2026-11-22T13:05:00Z',
  delivered_on: '2026-11-20T09:41:00Z',
  needs: [],
  untold: [],
};

export const card: ConnectionCard = {
  connection_id: 'c-5f2b7a10',
  profile: profile.id,
  platform: profile.name,
  account_id: accountId,
  account_name: 'Meadow & Sons Ltd',
  project: 'generator-site',
  token_id: 'e4da3b7fbbce2345d7772b0674a318d5',
  token_name: tokenName,
  token_kind: 'user',
  connected_on: '2026-11-20T09:41:00Z',
  expires_on: null,
  delivery: 'accepted',
  receipt_code: '7F3K-92QD',
  vault: 'keychain',
  broad_left: null,
  watch: fine,
  rotation: null,
  extras: [],
};

/** R2 keys that the platform has. */
export const r2Keys: Extra = {
  id: 'r2-keys',
  label: 'R2 keys',
  state: 'in-use',
  token_id: 'c9f0f895fb98ab9159f51fd0297e236d',
  token_name: 'flarelink-r2-abcd1234-5f2b7a10 4c9p77wa',
  sentence: 'Flarelink has them.',
  left: [],
};

/** A connect that was cut off after its token was kept. */
export const cutOff: LeftOver = {
  run: '4c9p77wa',
  kind: 'connect',
  began_on: '2026-11-21T17:12:00Z',
  profile: profile.id,
  platform: profile.name,
  account_name: 'Harbour Studio',
  connection_id: 'c-4c9p77wa',
  token_name: 'Narrows site-generator abcd1234-4c9p77wa',
  token_list: 'https://dash.cloudflare.com/profile/api-tokens',
  headline: 'A connection was cut off after its token was kept, before it was delivered.',
  trying: false,
  asked: true,
  facts: [
    {
      about: 'token',
      state: 'there',
      sentence: 'The narrow token "Narrows site-generator abcd1234-4c9p77wa" works at Cloudflare.',
    },
    {
      about: 'copy',
      state: 'there',
      sentence: 'The token’s value is in the vault on this computer.',
    },
    { about: 'platform', state: 'gone', sentence: `${profile.name} was never sent the token.` },
    {
      about: 'pasted-token',
      state: 'unknown',
      sentence: 'The token that was pasted may still work. It ends by itself at 17:27 UTC.',
    },
  ],
  finish: {
    does: [
      'Proves the kept token once more.',
      `Delivers it to ${profile.name}, unless it holds it already.`,
      'Puts the connection into the list.',
    ],
    broad: 'no',
    sign_in: false,
  },
  undo: {
    does: [
      'Deletes the narrow token at Cloudflare, if you paste a one-time token; without one it stays open until Cloudflare refuses it.',
      'Then deletes its value on this computer.',
    ],
    broad: 'better',
    sign_in: false,
  },
};

/** A disconnect whose token was not deleted at Cloudflare. */
export const openEnd: LeftOver = {
  ...cutOff,
  run: '81xq20fa',
  kind: 'disconnect',
  account_name: 'Studio South',
  token_name: 'Narrows site-generator abcd1234-81xq20fa',
  headline: 'A connection was ended, and not all of it is done.',
  facts: [
    {
      about: 'token',
      state: 'there',
      sentence: 'The narrow token "Narrows site-generator abcd1234-81xq20fa" works at Cloudflare.',
    },
    { about: 'platform', state: 'gone', sentence: `${profile.name} has no such connection.` },
  ],
  finish: cutOff.undo,
  undo: {
    does: ['Puts the connection back into the list.'],
    broad: 'no',
    sign_in: false,
  },
};

/** A rotation whose new token can be taken back with a one-time token only. */
export const cutRotation: LeftOver = {
  ...cutOff,
  run: '44mkc8d2',
  kind: 'rotate',
  headline: 'A rotation was cut off.',
  facts: [
    {
      about: 'old-token',
      state: 'there',
      sentence: 'The old token "Narrows site-generator abcd1234-k3m8x41t" is in use, and works.',
    },
  ],
  finish: null,
  undo: {
    does: [
      'Deletes the new token at Cloudflare with a one-time token that you paste, unless the platform holds it.',
      'The old token stays in use.',
    ],
    broad: 'must',
    sign_in: false,
  },
};

/** The same as it was written down, before anything was asked. */
const noted = (left: LeftOver): LeftOver => ({
  ...left,
  asked: false,
  facts: [],
  finish: null,
  undo: null,
});

export const fullHome: Home = {
  connections: [
    card,
    {
      ...card,
      connection_id: 'c-91aa03de',
      account_name: 'Studio North',
      project: 'north-portfolio',
      token_name: 'narrows-site-generator-2m8x41tz',
      expires_on: '2027-02-18T00:00:00Z',
      delivery: 'unknown',
      receipt_code: null,
      vault: 'file',
      broad_left: 'A broad token called “Studio setup” may still be alive at Cloudflare.',
      watch: {
        ...fine,
        standing: 'unchecked',
        age_days: 0,
        expires_on: '2027-02-18T00:00:00Z',
        expires_in_days: 88,
        checked_on: null,
        delivered_on: null,
      },
    },
  ],
  unfinished: [noted(cutOff), noted(openEnd)],
};

/** What can be the matter with a connection, each with another thing to do. */
export const needs = {
  disabled: {
    kind: 'token-disabled',
    message: 'The token is switched off at Cloudflare.',
    hint: "Switch it on in Cloudflare's list of tokens, or rotate it.",
    next: 'open-token-list',
    evidence: null,
  },
  soon: {
    kind: 'expires-soon',
    message: 'The token ends on 2026-11-28, in 6 days.',
    hint: 'Rotate it: a new token takes its place.',
    next: 'rotate',
    evidence: null,
  },
  another: {
    kind: 'platform-holds-another',
    message: 'The platform holds another token than the one that was delivered.',
    hint: 'Deliver the kept token again.',
    next: 'deliver-again',
    evidence:
      'kept here: token e4da3b7fbbce2345d7772b0674a318d5, fingerprint 0f1e2d3c4b5a6978; held there: token a87ff679a2f3e71d9181a67b7542122c, fingerprint 8796a5b4c3d2e1f0',
  },
  silent: {
    kind: 'cloudflare-untold',
    message: 'Could not ask Cloudflare. This computer has no way to the server.',
    hint: 'Check that this computer is online, then try again.',
    next: 'check-again',
    evidence: 'GET /user/tokens/verify: the network is unreachable',
  },
  sealed: {
    kind: 'vault-untold',
    message: 'Could not ask the vault. Your tokens are in the sealed file, and it is locked.',
    hint: 'Enter its passphrase.',
    next: 'unlock-vault',
    evidence: null,
  },
  signedOut: {
    kind: 'signed-out',
    message:
      'You are not signed in at the platform, so it could not be asked which token it holds.',
    hint: 'Sign in, then check again.',
    next: 'sign-in',
    evidence: null,
  },
} satisfies Record<string, Need>;

/** Three connections: one needs the person, one could not be asked about, one is fine. */
export const driftedHome: Home = {
  connections: [
    {
      ...card,
      watch: {
        ...fine,
        standing: 'needs-you',
        expires_on: '2026-11-28T00:00:00Z',
        expires_in_days: 6,
        needs: [needs.disabled, needs.another, needs.soon],
      },
    },
    {
      ...card,
      connection_id: 'c-91aa03de',
      account_name: 'Studio North',
      watch: { ...fine, standing: 'untold', untold: [needs.silent, needs.signedOut] },
    },
    { ...card, connection_id: 'c-2be1740f', account_name: 'Harbour Books' },
  ],
  unfinished: [],
};

/** A connection whose token is in a file that nobody has opened yet. */
export const sealedHome: Home = {
  connections: [
    {
      ...card,
      vault: 'file',
      watch: { ...fine, standing: 'untold', untold: [needs.sealed] },
    },
  ],
  unfinished: [],
};

export const prepared: Prepared = {
  run: '7f3k92qd',
  vault: {
    kind: 'keychain',
    store: 'Secret Service (GNOME Keyring)',
    persists: true,
    self_test_ms: 14,
    sealed_file: false,
  },
  person: null,
  sign_in_needed: true,
  problems: [],
};

export const person = { name: 'Ada Meadow', email: 'ada@meadow.example' };

export const prompt: SignInPrompt = {
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://sites.example/device',
  expires_in_s: 900,
};

const tokenPage = (kind: TokenKind): TokenPage => ({
  kind,
  link: `https://dash.cloudflare.com/profile/api-tokens?name=${kind}`,
  token_name: broadName,
  rows: [
    {
      group: kind === 'user' ? 'API Tokens Write' : 'Account API Tokens Write',
      scope: kind,
      dashboard: `${kind === 'user' ? 'User' : 'Account'} · API Tokens · Edit`,
      why: 'Makes the narrow token.',
      creates: null,
    },
    {
      group: 'Account Settings Read',
      scope: 'account',
      dashboard: 'Account · Account Settings · Read',
      why: 'Finds your account’s name and ID.',
      creates: null,
    },
  ],
  resources: 'Under account resources, include the account you want to connect.',
  fallback:
    'Choose the template “Create Additional Tokens”, then add the rows above by hand and give the token the name shown.',
});

export const tokenPages: TokenPage[] = [tokenPage('user'), tokenPage('account')];

export const pasted: Pasted = {
  looks_like: 'User API token',
  length: 53,
  last_four: 'x9Qe',
  fingerprint: '3c59dc048e885024',
  notices: ['Quotes around the token were taken off.'],
  clipboard_cleared: true,
};

export const account: AccountChoice = {
  id: accountId,
  name: 'Meadow & Sons Ltd',
  connected: null,
};

export const inspection: Inspection = {
  token_id: 'c9f0f895fb98ab9159f51fd0297e236d',
  token_name: broadName,
  token_kind: 'user',
  ours: true,
  expires_on: '2026-11-22T15:24:00Z',
  accounts: [account],
  quota: { used: 7, of: 50 },
  orphans: 0,
  notices: [],
};

/** A token that the person made earlier. */
export const stranger: Inspection = {
  ...inspection,
  ours: false,
  token_name: 'Terraform 2024',
  expires_on: null,
  notices: [
    'This token was not made through this run’s link. It is left as it is unless you say otherwise.',
  ],
};

/** As many accounts as the largest agency has. */
export const manyAccounts: AccountChoice[] = Array.from({ length: 10_000 }, (_, index) => ({
  id: index.toString(16).padStart(32, '0'),
  name: `${['Harbour', 'Meadow', 'North', 'River'][index % 4] ?? ''} client ${index.toString().padStart(5, '0')}`,
  connected: index === 2 ? card.connection_id : null,
}));

export const preview: Preview = {
  token_name: tokenName,
  sentences: [
    'May edit Cloudflare Pages in the account Meadow & Sons Ltd.',
    'May do nothing in any other account, and nothing else in this one.',
    'Never expires, and works from any address.',
  ],
  body_json: JSON.stringify(
    {
      name: tokenName,
      policies: [
        {
          effect: 'allow',
          resources: { [`com.cloudflare.api.account.${accountId}`]: '*' },
          permission_groups: [{ id: '8d28297797f24fb8a0c332fe0866ec89', name: 'Pages Write' }],
        },
      ],
    },
    null,
    2,
  ),
  extra_bodies: [],
  broad: 'It is destroyed at the end.',
};

const grant: Grant = {
  group: 'Pages Write',
  scope: 'account',
  resource: `com.cloudflare.api.account.${accountId}`,
};

const refusedProducts = [
  ['Read Workers scripts', 'workers/scripts'],
  ['Read KV namespaces', 'storage/kv/namespaces'],
  ['Read D1 databases', 'd1/database'],
  ['Read R2 buckets', 'r2/buckets'],
  ['Read queues', 'queues'],
  ['Read AI gateways', 'ai-gateway/gateways'],
  ['Read tunnels', 'cfd_tunnel'],
  ['Read account rulesets', 'rulesets'],
  ['Read access rules', 'firewall/access_rules/rules'],
  ['Read load-balancer pools', 'load_balancers/pools'],
  ['Read another account', 'pages/projects'],
  ['List tokens', 'tokens'],
] as const;

export const checks: Check[] = [
  {
    what: 'Read Pages projects',
    expected: 'allowed',
    proved: true,
    endpoint: 'GET /accounts/{account}/pages/projects',
    http_status: 200,
    code: null,
    ray: '8e1a52f0cd3a',
  },
  ...refusedProducts.map(([what, path], index) => ({
    what,
    expected: 'refused' as const,
    proved: true,
    endpoint: `GET /accounts/{account}/${path}`,
    http_status: 403,
    code: 10_000,
    ray: `8e1a52f0cd${(64 + index).toString(16)}`,
  })),
];

export const connected: Connected = {
  connection_id: card.connection_id,
  profile: profile.id,
  account_id: accountId,
  account_name: account.name,
  project: 'generator-site',
  project_exists: false,
  token_id: card.token_id,
  token_name: tokenName,
  token_kind: 'user',
  fingerprint: '6512bd43d9caa6e0',
  expires_on: null,
  requested: [grant],
  granted: [grant],
  can: { proved: 1, of: 1 },
  cannot: { proved: 12, of: 12 },
  checks,
  delivery: 'accepted',
  receipt_code: '7F3K-92QD',
  extras: [],
  broad: {
    state: 'refused',
    after_ms: 640,
    name: broadName,
    expires_on: null,
    sentence: 'Cloudflare refuses it. It opens nothing any more.',
  },
  vault: 'keychain',
  kept: profile.kept,
  notices: ['The narrow token cannot make other tokens. Rotating it needs a new broad one.'],
  rounds: 6,
  elapsed_ms: 2840,
};

/** The same from a token that was kept and a project that is there. */
export const connectedAmber: Connected = {
  ...connected,
  project_exists: true,
  cannot: { proved: 11, of: 12 },
  checks: checks.map((check) =>
    check.what === 'Read queues'
      ? { ...check, proved: false, http_status: null, code: null, ray: null }
      : check,
  ),
  broad: {
    state: 'alive',
    after_ms: null,
    name: 'Terraform 2024',
    expires_on: null,
    sentence: 'Cloudflare did not let it be destroyed. Delete it in your token list.',
  },
  expires_on: '2027-02-18T00:00:00Z',
};

export const problem = (next: Next, more: Partial<Problem> = {}): Problem => ({
  code: 'token-unknown',
  message: 'Cloudflare does not know this token.',
  hint: 'Copy it once more from Cloudflare’s page, whole, and paste it again.',
  next,
  evidence: 'GET /user/tokens/verify: HTTP 401, code 1000, “Invalid API Token”',
  ...more,
});

export const keychainLocked = problem('choose-vault', {
  code: 'keychain-locked',
  message: 'The keychain on this computer is locked.',
  hint: 'Unlock it and try again, or use a sealed file.',
  evidence: 'org.freedesktop.secrets: NoStorageAccess',
});

const line = (step: Step, state: StepState, detail: string, at_ms: number): Progress => ({
  step,
  state,
  detail,
  at_ms,
});

export const halfway: Progress[] = [
  line('fuse', 'done', 'It dies by itself in 15 minutes.', 310),
  line('mint', 'done', tokenName, 620),
  line('keep', 'done', 'Secret Service (GNOME Keyring)', 660),
  line('prove', 'began', '', 661),
  line('prove', 'going', '9 of 12 refused', 980),
  line('deliver', 'began', '', 990),
];

export const outcomes = {
  connected: { state: 'connected', ...connected },
  amber: { state: 'connected', ...connectedAmber },
  pending: {
    state: 'pending',
    ...connected,
    delivery: 'unknown',
    receipt_code: null,
    problem: problem('deliver-again', {
      code: 'delivery-unknown',
      message: 'Site Generator did not answer, so it is not known whether it has the token.',
      hint: 'Deliver it again. Doing so twice does no harm.',
      evidence: 'PUT /v1/connections/c-5f2b7a10: no answer within 15 s',
    }),
  },
  stopped: {
    state: 'stopped',
    step: 'prove',
    problem: problem('change-choices', {
      code: 'proof-failed',
      message: 'The narrow token could do something that it should not.',
      hint: 'Choose another account, or ask support with what was seen.',
      evidence: 'GET /accounts/{account}/workers/scripts: HTTP 200',
    }),
    undone: ['The narrow token was deleted at Cloudflare.', 'It was removed from the keychain.'],
    stands: ['The broad token is still alive until 15:24.'],
    broad: {
      state: 'expiring',
      after_ms: null,
      name: broadName,
      expires_on: '2026-11-22T15:24:00Z',
      sentence: 'It expires by itself within 15 minutes.',
    },
  },
} satisfies Record<string, Outcome>;

export const rotationPreview: RotationPreview = {
  way: 'beside',
  token_name: `${tokenName} r2m8x41tz`,
  sentences: [
    'May read and change Cloudflare Pages in the account “Meadow & Sons Ltd” only (Pages Write).',
    'Nothing else: no other account, no other product, no other token.',
    'It does not end by itself.',
  ],
  difference: [
    {
      change: 'same',
      grant,
      words: 'read and change Cloudflare Pages in the account “Meadow & Sons Ltd” only',
    },
  ],
  differs: false,
  body_json: preview.body_json,
  cost: 'Rolled in place, the old value dies before the new one is delivered: until then Site Generator fails.',
  old: `“${tokenName}” works until the new token is in its place, and is deleted then.`,
  broad: 'The token you pasted is destroyed at the end.',
};

/** The profile has come to ask for more, and for something less. */
export const rotationDiffers: RotationPreview = {
  ...rotationPreview,
  differs: true,
  difference: [
    ...rotationPreview.difference,
    {
      change: 'added',
      grant: { ...grant, group: 'DNS Write', scope: 'zone' },
      words: 'read and change DNS in the zone meadow.example only',
    },
    {
      change: 'removed',
      grant: { ...grant, group: 'Workers Scripts Read' },
      words: 'read Workers Scripts in the account “Meadow & Sons Ltd” only',
    },
  ],
};

export const turning: Progress[] = [
  line('mint', 'done', '"Narrows site-generator" was made.', 320),
  line('keep', 'done', 'Kept, and read back.', 360),
  line('prove', 'done', 'Can 1 of 1; cannot 12 of 12.', 700),
  line('deliver', 'done', 'Receipt 7F3K-92QD.', 980),
  line('swap', 'done', 'The connection uses the new token.', 990),
  line('revoke', 'began', '', 991),
];

const rotated: Rotation = {
  state: 'rotated',
  run: 'r2m8x41tz',
  connection_id: card.connection_id,
  profile: profile.id,
  platform: profile.name,
  account_id: accountId,
  account_name: account.name,
  project: 'generator-site',
  way: 'beside',
  old_token: {
    token_id: card.token_id,
    token_name: tokenName,
    fingerprint: '6512bd43d9caa6e0',
    state: 'refused',
    after_ms: 310,
    sentence: 'It was deleted, and Cloudflare refuses it.',
    link: null,
  },
  new_token: {
    token_id: '45c48cce2e2d7fbdea1afc51c7c6ad26',
    token_name: rotationPreview.token_name,
    token_kind: 'user',
    fingerprint: 'd3d9446802a44259',
    expires_on: null,
    granted: [grant],
    can: { proved: 1, of: 1 },
    cannot: { proved: 12, of: 12 },
    checks,
    vault: 'keychain',
  },
  delivery: 'accepted',
  receipt_code: '2M8X-41TZ',
  extras: [],
  broad: connected.broad,
  step: null,
  problem: null,
  undone: [],
  stands: [],
  notices: [],
  rounds: 9,
  elapsed_ms: 3120,
};

export const rotations = {
  rotated,
  pending: {
    ...rotated,
    state: 'pending',
    old_token: {
      ...rotated.old_token,
      state: 'in-use',
      after_ms: null,
      sentence: 'It is in use, as before.',
    },
    delivery: 'unknown',
    receipt_code: null,
    step: 'deliver',
    problem: outcomes.pending.problem,
    stands: [
      'Both tokens live: the old one is in use, and the new one is kept until Site Generator has acknowledged it.',
    ],
  },
  oldOpen: {
    ...rotated,
    state: 'old-open',
    old_token: {
      ...rotated.old_token,
      state: 'open',
      after_ms: null,
      sentence:
        'It is not used any more. It needs a one-time token, or the dashboard, to be deleted.',
      link: 'https://dash.cloudflare.com/profile/api-tokens',
    },
    step: 'revoke',
    problem: problem('open-token-list', {
      code: 'old-token-open',
      message: 'The new token is in use. The old one has not been seen refused.',
      hint: 'Delete it in Cloudflare’s list of tokens.',
      evidence: null,
    }),
    stands: ['The old token may still work.'],
  },
  stopped: {
    ...rotated,
    state: 'stopped',
    old_token: {
      ...rotated.old_token,
      state: 'in-use',
      after_ms: null,
      sentence: 'It is in use, as before.',
    },
    new_token: null,
    receipt_code: null,
    broad: outcomes.stopped.broad,
    step: 'prove',
    problem: outcomes.stopped.problem,
    undone: outcomes.stopped.undone,
    stands: ['The old token is in use, as before.'],
  },
  valueLost: {
    ...rotated,
    state: 'value-lost',
    way: 'in-place',
    old_token: {
      ...rotated.old_token,
      state: 'open',
      after_ms: null,
      sentence: 'It got a new value that nobody has. Another rotation replaces it.',
    },
    new_token: null,
    delivery: 'unknown',
    receipt_code: null,
    broad: outcomes.stopped.broad,
    step: 'mint',
    problem: problem('start-over', {
      code: 'rotation-value-lost',
      message: `The token got a new value, and it did not get here: ${profile.name} fails from now on.`,
      hint: 'Rotate again at once, with a new token: it is made and delivered, and this one deleted.',
      evidence: 'no answer',
    }),
    stands: [`The token has a value that nobody has, so ${profile.name} fails with it.`],
  },
} satisfies Record<string, Rotation>;

/** A connection of the list gets a new token, and everything goes well. */
export const rotateWell: Script = {
  home: [{ value: { connections: [card], unfinished: [] } }],
  rotate_prepare: [{ value: { ...prepared, person, sign_in_needed: false } }],
  rotate_preview: [{ value: rotationPreview }],
  rotate: [{ value: rotations.rotated, lines: turning }],
};

const skippedOne: Skipped = {
  connection_id: 'c-7d20c3aa',
  account_name: 'Harbour Coffee',
  problem: problem('open-token-page', {
    code: 'rotation-other-kind',
    message:
      'You pasted a person’s token, and this connection’s token is the account’s, so it could not be deleted with it.',
    hint: 'Open the token page for the other kind and make the token there. Nothing was made.',
    evidence: null,
  }),
};

const aheadOne: Ahead = {
  connection_id: card.connection_id,
  account_name: card.account_name,
  platform: card.platform,
  project: card.project,
  token_name: card.token_name,
  token_kind: 'user',
  sign_in: false,
};

/** Three connections, one of which cannot begin. */
export const ahead: SeveralAhead = {
  ahead: [
    aheadOne,
    {
      ...aheadOne,
      connection_id: 'c-2',
      account_name: 'Copper Lane Bakery',
      platform: 'Edge stack',
      project: null,
    },
  ],
  skipped: [
    {
      ...skippedOne,
      problem: problem('deliver-again', {
        code: 'rotation-open',
        message:
          'A rotation of this connection has not ended: a new token is made, and the platform has not acknowledged it.',
        hint: 'Deliver again to finish it.',
        evidence: null,
      }),
    },
  ],
};

export const aheadSignedOut: SeveralAhead = {
  ...ahead,
  ahead: ahead.ahead.map((one) => ({ ...one, sign_in: one.platform === 'Edge stack' })),
};

export const severalPreview: SeveralPreview = {
  planned: [
    {
      connection_id: aheadOne.connection_id,
      account_name: aheadOne.account_name,
      ...rotationPreview,
    },
    { connection_id: 'c-2', account_name: 'Copper Lane Bakery', ...rotationDiffers },
  ],
  skipped: [skippedOne],
};

/** The first is done, the second under way. */
export const turningAll: SeveralProgress[] = [
  ...turning.map((progress) => ({ number: 1, progress })),
  ...turning.slice(0, 2).map((progress) => ({ number: 2, progress })),
].map(({ number, progress }) => ({
  number,
  of: 3,
  connection_id: number === 1 ? aheadOne.connection_id : 'c-2',
  account_name: number === 1 ? aheadOne.account_name : 'Copper Lane Bakery',
  progress,
}));

/** One came through, two wait for something, one was left out. */
export const several: SeveralRotations = {
  rotations: [
    rotations.rotated,
    {
      ...rotations.pending,
      connection_id: 'c-2',
      run: 'p4q8z',
      account_name: 'Copper Lane Bakery',
      broad: null,
    },
    {
      ...rotations.oldOpen,
      connection_id: 'c-3',
      run: 'k3x9q2',
      account_name: 'Orchard & Daughters',
      broad: null,
    },
  ],
  skipped: [skippedOne],
  summary: { of: 4, rotated: 1, old_open: 1, pending: 1, stopped: 0, skipped: 1 },
  broad: connected.broad,
  rounds: 21,
  elapsed_ms: 8120,
};

/** Every connection gets a new token, and everything goes well. */
export const rotateAllWell: Script = {
  ...rotateWell,
  home: [
    {
      value: {
        connections: [
          card,
          {
            ...card,
            connection_id: 'c-2',
            account_name: 'Copper Lane Bakery',
            platform: 'Edge stack',
            project: null,
          },
        ],
        unfinished: [],
      },
    },
  ],
  rotate_all_prepare: [{ value: ahead }],
  rotate_all_preview: [{ value: severalPreview }],
  rotate_all: [{ value: several }],
};

/** Everything goes well. */
export const settings: Settings = {
  theme: 'system',
  language: 'system',
  reminders: { days: [30, 7, 1], age_days: null },
  folder: '/home/ada/.local/share/narrows',
};

export const panel: VaultPanel = {
  vault: {
    kind: 'keychain',
    store: 'Secret Service',
    persists: true,
    self_test_ms: 12,
    sealed_file: false,
  },
  state: 'open',
  problem: null,
  tested_on: '2026-11-20T08:30:00Z',
  sealed_file: '/home/ada/.local/share/narrows/vault.narrows',
  items: [
    {
      what: 'Narrow token',
      name: tokenName,
      account: 'Meadow & Sons Ltd',
      place: 'keychain',
      state: 'kept',
    },
    {
      what: 'Session at the platform',
      name: 'https://sites.example/',
      account: null,
      place: 'keychain',
      state: 'kept',
    },
  ],
  notices: [],
};

export const moved: Moved = {
  to: 'file',
  moved: [tokenName, 'https://sites.example/'],
  left: [],
  sentence:
    '2 items rest in the sealed file now. Each was read back and compared before its old copy was deleted.',
  problem: null,
};

const leftAlive: LeftAlive = {
  connection_id: 'c-41fe9b20',
  account_name: 'Meadow & Sons Ltd',
  token_name: tokenName,
  token_list: 'https://dash.cloudflare.com/profile/api-tokens',
  platform: 'Site Generator',
  platform_address: 'https://sites.example/',
  sentences: [
    `The narrow token "${tokenName}" works at Cloudflare until you delete it there.`,
    'Site Generator holds a copy of it until you disconnect there.',
  ],
};

export const forgetPlan: ForgetPlan = {
  phrase: 'forget everything',
  deletes: [
    'Everything that Narrows keeps in the keychain of this computer',
    'Connections, runs, diagnoses, the activity and every setting',
  ],
  alive: [leftAlive],
  stays: ['An empty record file in /home/ada/.local/share/narrows'],
};

export const forgotten: Forgotten = {
  complete: true,
  deleted: [tokenName],
  failed: [],
  records_kept: false,
  alive: [leftAlive],
};

export const chain: Record<'holds' | 'broken', ChainReport> = {
  holds: {
    holds: true,
    rows: 100_000,
    first_bad: null,
    elapsed_ms: 210,
    sentence: 'Every hash of 100000 rows is what it should be.',
  },
  broken: {
    holds: false,
    rows: 100_000,
    first_bad: 99_998,
    elapsed_ms: 210,
    sentence:
      'The chain breaks at row 99998: that row was changed, removed or put in between. Rows before it hold.',
  },
};

export const allWell: Script = {
  about: [{ value: about }],
  home: [{ value: noHome }, { value: { connections: [card], unfinished: [] } }],
  prepare: [{ value: prepared }],
  choose_file_vault: [
    {
      value: {
        ...prepared,
        vault: {
          kind: 'file',
          store: 'Sealed file',
          persists: true,
          self_test_ms: 380,
          sealed_file: true,
        },
      },
    },
  ],
  sign_in_start: [{ value: prompt }],
  sign_in_wait: [{ value: person, held: true }],
  token_pages: [{ value: tokenPages }],
  paste_clipboard: [{ value: pasted }],
  paste_typed: [{ value: { ...pasted, notices: [], clipboard_cleared: false } }],
  inspect: [{ value: inspection }],
  zones: [{ value: null }],
  preview: [{ value: preview }],
  connect: [{ value: outcomes.connected, lines: halfway }],
  deliver_again: [{ value: card }],
  check_connections: [{ value: [] }],
  settings_show: [{ value: settings }],
  settings_set: [{ value: settings }],
  vault_panel: [{ value: panel }],
  vault_unlock: [{ value: panel }],
  vault_move: [{ value: moved }],
  project_rename: [{ value: { ...card, project: 'another-site' } }],
  forget_plan: [{ value: forgetPlan }],
  forget_everything: [{ value: forgotten }],
  activity_page: [{ activity: 100_000 }],
  activity_verify: [{ value: chain.holds }],
  activity_export: [
    {
      value: {
        path: '/home/ada/Downloads/narrows-activity-2026-11-22-083000.jsonl',
        chain: chain.holds,
      },
    },
  ],
  check_left_over: [{ value: [cutOff, openEnd] }],
};

/** A disconnect with a pasted token, just before its end. */
export const parting: Progress[] = [
  line('platform', 'done', `${card.platform} has deleted the connection.`, 210),
  line('cloudflare', 'done', 'The token opens nothing any more: Cloudflare refuses it.', 900),
  line('local', 'done', 'The connection is off the list.', 940),
  line('destroy', 'began', '', 941),
];

/** A disconnect that is open at Cloudflare. */
export const disconnected: Disconnected = {
  run: '81xq20fa',
  connection_id: card.connection_id,
  platform_name: card.platform,
  account_name: card.account_name,
  token_name: card.token_name,
  token_list: 'https://dash.cloudflare.com/profile/api-tokens',
  platform: {
    state: 'deleted',
    sentence: `${card.platform} has deleted the connection and its copy of the token.`,
    at: '2026-11-22T10:00:00Z',
  },
  local: {
    state: 'kept',
    sentence:
      'The connection is off the list. The token’s value stays in the keychain, so that Cloudflare can be asked whether it still works, and is deleted when it does not.',
    at: null,
  },
  cloudflare: {
    state: 'open',
    sentence: `The token "${card.token_name}" still works at Cloudflare. Delete it in Cloudflare’s list of tokens, or paste a one-time token.`,
    at: null,
  },
  broad: null,
  open: true,
  sites:
    'Sites that were deployed stay up: Cloudflare serves them, and the token is not needed for that.',
};

/** A run that was finished. */
export const settled: Settled = {
  run: cutOff.run,
  kind: 'connect',
  ending: 'finish',
  ended: true,
  done: [
    'The token was proved: can 1 of 1, cannot 12 of 12.',
    `${profile.name} holds it: receipt 7F3K-92QD.`,
    'The connection is in the list.',
  ],
  stands: ['It ends by itself at 17:27 UTC.'],
  truths: null,
  connection: card,
  broad: null,
  token_name: cutOff.token_name,
  token_list: cutOff.token_list,
  problem: null,
};

export const orphans: Orphans = {
  quota: { used: 38, of: 50 },
  in_use: 2,
  orphans: [
    {
      token_id: '0123456789abcdef0123456789abcdef',
      token_name: 'Narrows site-generator abcd1234-k3m8x41tz0q2w5er',
      one_time: false,
      status: 'active',
      issued_on: '2026-08-01T09:00:00Z',
      age_days: 113,
      last_used_on: '2026-08-02T09:00:00Z',
      expires_on: null,
    },
    {
      token_id: 'fedcba9876543210fedcba9876543210',
      token_name: 'Narrows one-time 7f3k92qd7f3k92qd',
      one_time: true,
      status: 'expired',
      issued_on: '2026-11-22T09:00:00Z',
      age_days: 0,
      last_used_on: null,
      expires_on: '2026-11-22T09:15:00Z',
    },
  ],
};

export const swept: Swept = {
  deleted: ['Narrows site-generator abcd1234-k3m8x41tz0q2w5er'],
  left: [],
  quota: { used: 37, of: 50 },
  broad: connected.broad,
};

/** The list of connections, from which every errand comes to its end. */
export const errandsWell: Script = {
  ...allWell,
  home: [{ value: fullHome }],
  disconnect_begin: [{ value: { ...prepared, sign_in_needed: false } }],
  disconnect: [{ value: disconnected }],
  resume_begin: [{ value: { ...prepared, sign_in_needed: false } }],
  resume: [{ value: settled }],
  orphans_begin: [{ value: { ...prepared, sign_in_needed: false } }],
  orphans: [{ value: orphans }],
  delete_orphans: [{ value: swept }],
};
