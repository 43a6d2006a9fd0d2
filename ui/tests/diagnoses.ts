/** What the doctor would answer: a token that lacks two things, one that is whole, one that is dead. */
import type {
  Comparison,
  DiagnosedPermission,
  DiagnosedToken,
  Diagnosis,
  DiagnosisCard,
  DoctorProgress,
} from '../src/generated/types';
import { compared } from '../src/plain/diagnosis';
import type { ExamineInput } from '../src/plain/messages';
import type { Script } from './browser/fake';
import * as told from './fixtures';

const zoneId = '023e105f4ecef8ad9ca31a8372d0c353';

/** What is asked for of the stored connection where nobody says more. */
export const askedOfConnection: ExamineInput = {
  source: 'connection',
  connectionId: told.card.connection_id,
  text: null,
  second: 'none',
  secondText: null,
  against: 'own',
  with: [],
  account: null,
  zones: [],
  probeWrites: false,
  watch: false,
};

export const token: DiagnosedToken = {
  kind: 'user',
  looks_like: 'User API token',
  id: told.card.token_id,
  name: told.card.token_name,
  status: 'active',
  issued_on: '2026-11-20T09:41:00Z',
  expires_on: '2027-02-18T00:00:00Z',
  not_before: null,
  addresses: { only_from: ['203.0.113.0/24'], not_from: ['203.0.113.66'] },
  address_seen: '203.0.113.7',
  last_four: 'x9Qe',
  fingerprint: '3c59dc048e885024',
  policy: 'own',
};

/** A permission that was asked for and is there. */
export const granted: DiagnosedPermission = {
  group: 'Pages Write',
  scope: 'account',
  level: 'write',
  resource: told.card.account_id,
  resource_name: told.card.account_name,
  dashboard: 'Account · Cloudflare Pages · Edit',
  why: 'Publishes your site.',
  creates: 'The Pages project, and one deployment for each version.',
  need: 'required',
  state: 'granted',
  evidence: 'policy',
  endpoint: 'GET /accounts/{account}/pages/projects',
  http_status: 200,
  code: null,
  message: null,
  ray: '8e1a52f0cd3a',
  note: 'The policy names Pages Write on this account.',
  fix: null,
  harmless_write: 'DELETE /accounts/{account}/pages/projects/{name}',
};

const refused = { http_status: 403, code: 10_000, message: 'Authentication error' } as const;
const zone = { scope: 'zone', resource: zoneId, resource_name: 'meadow.example' } as const;

export const missing: DiagnosedPermission = {
  ...granted,
  ...refused,
  group: 'Workers R2 Storage Write',
  dashboard: 'Account · Workers R2 Storage · Edit',
  why: 'Keeps uploads.',
  creates: 'One bucket for uploads.',
  state: 'missing',
  evidence: 'call',
  endpoint: 'GET /accounts/{account}/r2/buckets',
  note: 'Cloudflare refused to list buckets, and no policy names this group.',
  fix: 'Add the row “Account · Workers R2 Storage · Edit” to the token.',
};

export const assumed: DiagnosedPermission = {
  ...granted,
  group: 'D1 Write',
  dashboard: 'Account · D1 · Edit',
  why: 'Keeps the site’s data.',
  evidence: 'assumed',
  endpoint: 'GET /accounts/{account}/d1/database',
  note: 'Databases can be listed. Whether they can be written was not tried.',
};

const permissions: DiagnosedPermission[] = [
  granted,
  assumed,
  {
    ...granted,
    group: 'Workers Scripts Write',
    dashboard: 'Account · Workers Scripts · Edit',
    why: 'Runs the site’s functions.',
  },
  missing,
  {
    ...granted,
    group: 'Account Settings Read',
    dashboard: 'Account · Account Settings · Read',
    why: 'Reads the account’s name.',
  },
  {
    ...granted,
    ...zone,
    group: 'Zone Read',
    dashboard: 'Zone · Zone · Read',
    why: 'Finds the domain.',
    need: 'condition',
  },
  {
    ...missing,
    ...zone,
    group: 'DNS Write',
    dashboard: 'Zone · DNS · Edit',
    why: 'Points the domain at the site.',
    need: 'condition',
    endpoint: 'GET /zones/{zone}/dns_records',
    note: 'The policy names DNS Read, and DNS Write is needed.',
    fix: 'Change the row’s level from Read to Edit.',
  },
  {
    ...granted,
    ...zone,
    group: 'Cache Purge',
    dashboard: 'Zone · Cache Purge · Purge',
    why: 'Shows a new version at once.',
    need: 'optional',
    state: 'optional-off',
    evidence: 'policy',
    endpoint: null,
    http_status: null,
    ray: null,
    note: 'No policy names it. New versions show a little later.',
  },
  {
    ...granted,
    scope: 'user',
    resource: '',
    resource_name: null,
    group: 'User Details Read',
    dashboard: 'User · User Details · Read',
    why: 'Reads whose token it is.',
  },
  {
    ...granted,
    group: 'Billing Read',
    dashboard: 'Account · Billing · Read',
    why: '',
    need: 'unasked',
    state: 'excess',
    endpoint: null,
    http_status: null,
    ray: null,
    note: 'The policy names it, and the profile does not ask for it.',
  },
];

/** Two of eight are missing. */
export const lacking: Diagnosis = {
  run: 'd-2',
  at: '2026-11-22T15:20:00Z',
  headline: '6/8, 2 missing',
  score: { of: 8, granted: 6, assumed: 1, missing: 2, not_possible: 0, unknown: 0, excess: 1 },
  token,
  connection: told.card.connection_id,
  profile: { id: told.profile.id, name: told.profile.name },
  account: { id: told.card.account_id, name: told.card.account_name },
  zones: [{ id: zoneId, name: 'meadow.example' }],
  accounts_seen: [{ id: told.card.account_id, name: told.card.account_name }],
  permissions,
  causes: [
    {
      kind: 'group-missing',
      message: 'The token has no Workers R2 Storage permission.',
      action: 'Add it on Cloudflare’s page; it opens filled in.',
      next: 'open-token-page',
      groups: ['Workers R2 Storage Write'],
      evidence: 'GET /accounts/{account}/r2/buckets: HTTP 403, code 10000',
    },
    {
      kind: 'level-too-low',
      message: 'The token may read DNS and has to edit it.',
      action: 'Change the level from Read to Edit in your token list.',
      next: 'open-token-list',
      groups: ['DNS Write'],
      evidence: null,
    },
  ],
  fix_link: 'https://dash.cloudflare.com/profile/api-tokens?permissionGroupKeys=x',
  fix_rows: [
    {
      dashboard: 'Account · Workers R2 Storage · Edit',
      group: 'Workers R2 Storage Write',
      scope: 'account',
      resource: 'Include Meadow & Sons Ltd',
      why: 'Keeps uploads.',
      in_link: true,
    },
    {
      dashboard: 'Zone · DNS · Edit',
      group: 'DNS Write',
      scope: 'zone',
      resource: 'Include meadow.example',
      why: 'Points the domain at the site.',
      in_link: false,
    },
  ],
  connect_again: {
    profile: told.profile.id,
    choices: {
      account: told.account.id,
      project: 'meadow-site',
      expires: '90d',
      allow_ip: [],
      with: [],
      zones: [],
      broad: 'unsaid',
    },
  },
  notices: ['CLOUDFLARE_API_TOKEN is set on this computer and would be used by other tools.'],
  options: {
    against: 'own',
    account: null,
    zones: [],
    with: [],
    probe_writes: false,
    strict: false,
    watch: false,
  },
  exit: 1,
  rounds: 3,
  elapsed_ms: 410,
  calls: [
    { label: 'GET /user/tokens/verify', began_ms: 0, took_ms: 102, http_status: 200 },
    {
      label: 'GET /accounts/{account}/pages/projects',
      began_ms: 104,
      took_ms: 98,
      http_status: 200,
    },
    { label: 'GET /accounts/{account}/r2/buckets', began_ms: 104, took_ms: 120, http_status: 403 },
  ],
};

/** The same after both were added; one is only assumed. */
export const mended: Diagnosis = {
  ...lacking,
  run: 'd-3',
  at: '2026-11-22T15:26:00Z',
  headline: '8/8, 1 assumed',
  score: { ...lacking.score, granted: 8, missing: 0 },
  permissions: permissions.map((row) =>
    row.state === 'missing'
      ? { ...row, state: 'granted', evidence: 'policy', http_status: 200, code: null, fix: null }
      : row,
  ),
  causes: [],
  fix_link: null,
  fix_rows: [],
  connect_again: null,
  exit: 0,
};

/** A day before. */
export const yesterday: Diagnosis = {
  ...mended,
  run: 'd-1',
  at: '2026-11-21T09:00:00Z',
  headline: '8/8, 1 assumed',
};

/** One that Cloudflare refuses as a whole, pasted for this once. */
export const dead: Diagnosis = {
  ...lacking,
  run: 'd-9',
  headline: 'token expired',
  score: { of: 0, granted: 0, assumed: 0, missing: 0, not_possible: 0, unknown: 0, excess: 0 },
  token: {
    ...token,
    status: 'expired',
    name: null,
    issued_on: null,
    addresses: null,
    policy: 'none',
  },
  connection: null,
  account: null,
  zones: [],
  accounts_seen: [],
  permissions: [],
  causes: [
    {
      kind: 'token-expired',
      message: 'The token expired on 18 November 2026.',
      action: 'Roll it in your token list, or make a new one.',
      next: 'open-token-list',
      groups: [],
      evidence: 'GET /user/tokens/verify: HTTP 200, status “expired”',
    },
  ],
  fix_link: null,
  fix_rows: [],
  connect_again: null,
  notices: [],
  exit: 2,
};

const card = ({ run, at, headline, exit, connection, profile }: Diagnosis): DiagnosisCard => ({
  run,
  at,
  headline,
  exit,
  connection,
  profile: profile?.id ?? null,
  last_four: token.last_four,
});

export const comparison: Comparison = {
  before: card(lacking),
  now: card(mended),
  same_token: true,
  permissions: compared(lacking, mended),
  mended: lacking.causes,
  appeared: [],
  summary: 'Two permissions were added.',
};

/** As far as one sees after the first answers. */
export const lines: DoctorProgress[] = [
  { event: 'token', ...token },
  ...permissions.slice(0, 6).map((row): DoctorProgress => ({ event: 'row', ...row })),
];

export const bundle = {
  json: '{\n  "headline": "6/8, 2 missing",\n  "account": "8f14e45f…"\n}',
  markdown: '# Narrows support bundle\n\n- Result: 6/8, 2 missing\n- Account: 8f14e45f…\n',
};

/** A connection that lacks something, and is whole when it is asked once more. */
export const doctorWell: Script = {
  home: [{ value: told.fullHome }],
  doctor_examine: [{ value: lacking, lines }],
  doctor_again: [{ value: { diagnosis: mended, comparison } }],
  doctor_history: [{ value: [yesterday] }],
  doctor_bundle: [{ value: bundle }],
  doctor_bundle_save: [{ value: '/home/ada/narrows-bundle.json' }],
};
