// Cloudflare's JavaScript SDK and wrangler against the sandbox: do they agree with it on who each token is?

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Cloudflare from 'cloudflare';

// The sandbox's line holds tokens: it comes on standard input, never as an argument.
const face = JSON.parse(readFileSync(0, 'utf8'));
const run = promisify(execFile);
const folder = (name) => new URL(`node_modules/${name}/`, import.meta.url);
const version = async (name) =>
  JSON.parse(await readFile(new URL('package.json', folder(name)), 'utf8')).version;
const wranglerProgram = fileURLToPath(new URL('bin/wrangler.js', folder('wrangler')));
const sdkName = `npm cloudflare ${await version('cloudflare')}`;
const wranglerName = `wrangler ${await version('wrangler')}`;
let failures = 0;

async function check(client, what, ask) {
  try {
    console.log(`agrees     ${client}: ${what}: ${await ask()}`);
  } catch (problem) {
    failures += 1;
    const words = String(problem.message).replaceAll(/\s+/g, ' ').slice(0, 600);
    console.log(`DISAGREES  ${client}: ${what}: ${problem.name}: ${words}`);
  }
}

/** The sandbox's own word. */
async function admin(path, body) {
  const answer = await fetch(
    face.admin + path,
    body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  );
  assert.ok(answer.ok, `${path} answered ${answer.status}`);
  return answer.json();
}

function speaksAs(value) {
  return new Cloudflare({ apiToken: value, baseURL: face.cloudflare_api, maxRetries: 0 });
}

/** What wrangler prints when asked who it is; with nobody's home, no reports, and no way out but to loopback. */
async function whoami(value, ...more) {
  const home = await mkdtemp(join(tmpdir(), 'narrows-wrangler-'));
  const { PATH } = process.env;
  try {
    const { stdout } = await run(process.execPath, [wranglerProgram, 'whoami', ...more], {
      cwd: home,
      timeout: 120_000,
      env: {
        PATH,
        HOME: home,
        TMPDIR: home,
        XDG_CONFIG_HOME: home,
        CLOUDFLARE_API_BASE_URL: face.cloudflare_api,
        CLOUDFLARE_API_TOKEN: value,
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_SEND_ERROR_REPORTS: 'false',
        WRANGLER_HIDE_BANNER: 'true',
        HTTP_PROXY: 'http://127.0.0.1:9',
        HTTPS_PROXY: 'http://127.0.0.1:9',
        NO_PROXY: '127.0.0.1',
      },
    });
    return stdout;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const world = await admin('/world');
const own = world.accounts.filter((account) => account.role !== 'none').map(({ id }) => id);
const listed = (await admin('/tokens')).tokens;
const named = (name) => listed.find((token) => token.name === name);
const first = face.account_id;

const reader = await admin('/tokens', {
  kind: 'user',
  groups: ['Account Settings Read', 'User Details Read', 'Memberships Read'],
});

const tokens = [
  {
    what: 'the broad user token',
    value: face.broad_token,
    kind: 'user',
    truth: named('Broad'),
    accounts: own,
  },
  {
    what: "the account's token",
    value: face.broad_account_token,
    kind: 'account',
    truth: named('Broad for the account'),
    accounts: [first],
  },
  {
    what: 'the narrow token',
    value: face.narrow_token,
    kind: 'user',
    truth: named('Narrow'),
    accounts: [first],
  },
  {
    what: 'a token that may read its person',
    value: reader.value,
    kind: 'user',
    truth: { id: reader.id, status: 'active' },
    accounts: own,
  },
];

for (const { what, value, kind, truth, accounts } of tokens) {
  await check(sdkName, what, async () => {
    const client = speaksAs(value);
    const said =
      kind === 'account'
        ? await client.accounts.tokens.verify({ account_id: first })
        : await client.user.tokens.verify();
    assert.equal(said.id, truth.id, 'the id');
    assert.equal(said.status, truth.status, 'the status');
    const seen = [];
    for await (const account of client.accounts.list()) seen.push(account.id);
    assert.deepEqual(seen.sort(), accounts.toSorted(), 'the accounts');
    return `${said.id} ${said.status}, ${seen.length} account(s)`;
  });

  await check(wranglerName, what, async () => {
    const said = JSON.parse(await whoami(value, '--json'));
    assert.equal(said.loggedIn, true, 'logged in');
    assert.equal(
      said.authType,
      kind === 'account' ? 'Account API Token' : 'User API Token',
      'the kind of token',
    );
    const seen = said.accounts.map(({ id }) => id);
    assert.deepEqual(seen.sort(), accounts.toSorted(), 'the accounts');
    return `${said.authType}, ${seen.length} account(s)`;
  });

  // The words for people take other calls than the JSON. Roles are asked of the memberships, and of all refusals
  // there this wrangler bears 10000 alone; an account's token gets 9106, so no roles are asked for it.
  await check(wranglerName, `${what}, in words`, async () => {
    const said = await whoami(value, ...(kind === 'user' ? ['--account', first] : []));
    for (const account of accounts) assert.ok(said.includes(account), `${account} is missing`);
    if (value !== reader.value) return 'every account is named';
    for (const words of [world.user.email, world.accounts[0].role]) {
      assert.ok(said.includes(words), `${words} is missing`);
    }
    return 'every account is named, the person and the role too';
  });
}

for (const status of ['disabled', 'expired']) {
  const made = await admin('/tokens', { kind: 'user', groups: ['Pages Write'], status });
  await check(sdkName, `a token that is ${status}`, async () => {
    const said = await speaksAs(made.value).user.tokens.verify();
    assert.deepEqual([said.id, said.status], [made.id, status]);
    return `${said.id} ${said.status}`;
  });
}

const nobodys = `cfut_${'0'.repeat(48)}`;
await check(sdkName, 'a value that nobody knows', async () => {
  const refused = await speaksAs(nobodys)
    .user.tokens.verify()
    .then(
      () => assert.fail('it was taken'),
      (problem) => [problem.status, problem.errors?.map(({ code }) => code)],
    );
  assert.deepEqual(refused, [401, [1000]]);
  return '401, 1000';
});
await check(wranglerName, 'a value that nobody knows', async () => {
  const refused = await whoami(nobodys, '--json').then(
    () => assert.fail('it was taken'),
    ({ code, stderr }) => [code, stderr.includes('[code: 1000]')],
  );
  assert.deepEqual(refused, [1, true]);
  return 'refused, 1000';
});

process.exitCode = failures > 0 ? 1 : 0;
