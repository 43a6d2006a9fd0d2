/** What a person does on the page, and what the application is asked for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import type { Next } from '../../src/generated/types';
import type { Screen } from '../../src/wizard';
import * as cards from '../cards';
import * as told from '../fixtures';
import {
  arrived,
  asked,
  heading,
  lastAsked,
  nextAction,
  open,
  primary,
  release,
  screen,
  signIn,
  tabTo,
  walkTo,
} from './walk';

test('the keyboard alone leads from welcome to connected', async ({ page }) => {
  await open(page, { inspect: [{ value: { ...told.stranger, accounts: told.manyAccounts } }] });
  const { keyboard } = page;

  await arrived(page, 'welcome');
  await keyboard.press('Enter');

  await arrived(page, 'prepare');
  await expect(primary(page)).not.toHaveAttribute('aria-disabled');
  await keyboard.press('Enter');

  await arrived(page, 'sign-in');
  await expect(primary(page)).not.toHaveAttribute('aria-disabled');
  await keyboard.press('Enter');
  await expect(page.getByText('Open the page again')).toBeVisible();
  await release(page, 'sign_in_wait');

  await arrived(page, 'token-page');
  await tabTo(page, 'Open Cloudflare');
  await keyboard.press('Enter');
  await expect(page.getByText('Open again')).toBeVisible();
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');

  await arrived(page, 'paste');
  await keyboard.press('Enter');
  await expect(page.getByText('Cloudflare knows this token.')).toBeVisible();
  await tabTo(page, 'Continue');
  await keyboard.press('Enter');

  await arrived(page, 'nominate');
  await page.keyboard.press('Tab');
  await expect(page.locator('#account')).toBeFocused();
  await keyboard.type('river 00003');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(page.locator('#account')).toHaveValue('River client 00003');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('Space');
  await expect(page.locator('#broad')).toBeChecked();
  await keyboard.press('Enter');

  await arrived(page, 'result');
  await expect(page.getByTestId('receipt')).toHaveText('7F3K-92QD');
  expect(await lastAsked(page, 'connect')).toEqual({
    choices: {
      account: told.manyAccounts[3]?.id,
      project: 'generator-site',
      expires: null,
      allow_ip: [],
      with: [],
      zones: [],
      broad: 'destroy',
    },
  });

  await keyboard.press('Enter');
  await arrived(page, 'home');
  await expect(page.getByRole('heading', { name: 'Meadow & Sons Ltd' })).toBeVisible();
});

test.describe('in the window as it opens', () => {
  test.use({ viewport: { width: 980, height: 760 } });

  test('five profiles leave what is kept, and never kept, in sight', async ({ page }) => {
    await open(page, { about: [{ value: { ...told.about, profiles: cards.five } }] });
    await arrived(page, 'welcome');
    const bar = (await primary(page).boundingBox())?.y ?? 0;
    for (const name of ['What is kept, and where', 'What is never kept']) {
      const card = page.getByRole('heading', { name }).locator('xpath=ancestor::section[1]');
      const box = await card.boundingBox();
      expect(box && box.y + box.height, `the whole of “${name}”`).toBeLessThan(bar);
    }
    await page.getByRole('radio', { name: 'StackOne' }).check({ force: true });
    await expect(page.getByTestId('summary')).toContainText('Manages what you choose');
  });
});

test('each screen has its own title', async ({ page }) => {
  await walkTo(page, 'token-page');
  await expect(page).toHaveTitle('Make the broad token – Narrows');
  await page.getByTestId('back').click();
  await expect(page).toHaveTitle('First, a quick check – Narrows');
});

test('Escape goes back, but not out of a field', async ({ page }) => {
  await walkTo(page, 'paste');
  await page.keyboard.press('Escape');
  await arrived(page, 'token-page');
  await primary(page).click();
  await page.getByTestId('type-instead').click();
  await page.locator('#token-text').focus();
  await page.keyboard.press('Escape');
  await expect(screen(page, 'paste'), 'what was typed is not lost').toBeVisible();
});

test('leaving the check ends the run that it opened', async ({ page }) => {
  await walkTo(page, 'prepare');
  await page.keyboard.press('Escape');
  await arrived(page, 'welcome');
  expect((await asked(page)).map(({ command }) => command)).toContain('cancel');
});

test('leaving the sign-in ends the waiting, and a late answer changes nothing', async ({
  page,
}) => {
  await walkTo(page, 'sign-in');
  await expect(page.getByText('WDJB-MJHT')).toBeVisible();
  await page.getByTestId('back').click();
  await arrived(page, 'prepare');
  expect((await asked(page)).map(({ command }) => command)).toContain('sign_in_cancel');
  await release(page, 'sign_in_wait');
  await expect(screen(page, 'prepare')).toBeVisible();
});

test('a person who is signed in is told so and goes straight on', async ({ page }) => {
  const { person } = told;
  await walkTo(page, 'prepare', {
    prepare: [{ value: { ...told.prepared, person, sign_in_needed: false } }],
  });
  await expect(page.getByText(`Signed in as ${person.name}`)).toBeVisible();
  await primary(page).click();
  await arrived(page, 'token-page');
});

test('a platform’s address is asked for where the profile has none, and sent', async ({ page }) => {
  await open(page, { about: [{ value: { ...told.about, profiles: [told.addressless] } }] });
  await page.locator('#platform-address').fill('ftp://sites.example');
  await primary(page).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await page.getByRole('alert').getByRole('link').click();
  await expect(page.locator('#platform-address')).toBeFocused();
  await page.locator('#platform-address').fill('https://sites.example');
  await page.keyboard.press('Enter');
  await arrived(page, 'prepare');
  expect(await lastAsked(page, 'prepare')).toEqual({
    profile: 'site-generator',
    platformAddress: 'https://sites.example',
  });
});

test('a locked keychain offers another try or a sealed file, and the file leads on', async ({
  page,
}) => {
  await walkTo(page, 'prepare', {
    prepare: [{ value: { ...told.prepared, problems: [told.keychainLocked] } }],
  });
  await expect(page.getByRole('alert')).toBeFocused();
  await expect(nextAction(page)).toHaveText('Try again');
  await page.locator('#passphrase').fill('four words are best');
  await page.locator('#passphrase-again').fill('four words are worst');
  await page.getByTestId('use-file').click();
  await expect(page.getByText('The two passphrases are not the same')).toBeVisible();
  await page.locator('#passphrase-again').fill('four words are best');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Everything is ready.')).toBeVisible();
  expect(await lastAsked(page, 'choose_file_vault')).toEqual({ passphrase: 'four words are best' });
  await expect(page.locator('#passphrase'), 'the passphrase is gone').toHaveCount(0);
});

test('the token page opens for the kind that was chosen', async ({ page }) => {
  await walkTo(page, 'token-page');
  await page.getByText('The account’s').click();
  await page.getByTestId('open-page').click();
  expect(await lastAsked(page, 'open_page')).toEqual({ page: 'token-page-account' });
  await page.getByTestId('copy-link').click();
  await expect(page.getByTestId('copy-link')).toHaveText('Copied');
  expect(await lastAsked(page, 'copy_link')).toEqual({ page: 'token-page-account' });
});

test('the paste keys mean the button, and the page never reads the clipboard', async ({ page }) => {
  await walkTo(page, 'paste');
  await page.keyboard.press('Control+V');
  await expect(page.getByText('The clipboard was cleared.')).toBeVisible();
  const pastes = (await asked(page)).filter(({ command }) => command === 'paste_clipboard');
  expect(pastes, 'once, and with nothing from the page').toEqual([
    { command: 'paste_clipboard', args: {} },
  ]);
});

test('a typed token is hidden, handed over once, and kept nowhere in the page', async ({
  page,
}) => {
  const token = 'cfut_typed-by-hand-0123456789';
  await walkTo(page, 'paste', { paste_typed: [{ value: told.pasted, held: true }] });
  await page.getByTestId('type-instead').click();
  const field = page.locator('#token-text');
  await field.fill(token);
  await expect(field).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: /^Show\b.*Broad token$/ }).click();
  await expect(field).toHaveAttribute('type', 'text');
  await field.press('Enter');
  await expect(field, 'it is hidden again').toHaveAttribute('type', 'password');
  await expect(field, 'it is gone before the answer has come').toHaveValue('');
  expect(await lastAsked(page, 'paste_typed')).toEqual({ text: token });
  await release(page, 'paste_typed');
  await expect(page.getByText('Cloudflare knows this token.')).toBeVisible();

  const traces = await page.evaluate(() =>
    JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.documentElement.outerHTML,
      [...document.querySelectorAll('input')].map(({ value }) => value),
    ]),
  );
  expect(traces).not.toContain(token);
});

test('an account can be picked out of 10,000 without drawing them all', async ({ page }) => {
  await walkTo(page, 'nominate', {
    inspect: [{ value: { ...told.inspection, accounts: told.manyAccounts } }],
  });
  const field = page.getByRole('combobox', { name: 'Account' });
  await field.click();
  const options = page.getByRole('option');
  await expect(options.first()).toHaveAttribute('aria-setsize', '10000');
  expect(await options.count(), 'only what is in view is drawn').toBeLessThan(20);

  await field.press('ArrowUp');
  await expect(page.locator('.option.active')).toHaveAttribute('aria-posinset', '1');
  for (let pages = 0; pages < 10; pages += 1) await field.press('PageDown');
  const active = page.locator('.option.active');
  await expect(active).toHaveAttribute('aria-posinset', '51');
  await expect(active, 'the active row is scrolled into view').toBeInViewport();
  const id = (await active.getAttribute('id')) ?? '';
  await expect(field, 'screen readers are told which it is').toHaveAttribute(
    'aria-activedescendant',
    id,
  );

  await page.getByRole('listbox').evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await page.getByText('River client 09999').click();
  await expect(field).toHaveValue('River client 09999');
  await expect(page.getByRole('listbox')).toHaveCount(0);

  await field.fill('meadow 00042');
  await expect(page.getByText('No account matches')).toBeVisible();
  await field.fill('client 00042');
  await expect(options).toHaveCount(1);
  await field.press('Escape');
  await expect(screen(page, 'nominate'), 'Escape closes the list, not the screen').toBeVisible();
  await expect(page.getByRole('listbox')).toHaveCount(0);
});

test('the preview follows the choices', async ({ page }) => {
  await walkTo(page, 'nominate');
  await expect(page.getByTestId('preview')).toContainText('May edit Cloudflare Pages');
  await page.locator('#project').fill('north-portfolio');
  await page.getByTestId('limits').click();
  await page.getByText('90 days').click();
  await page.locator('#addresses').fill('203.0.113.7\n2001:db8::/32');
  await expect
    .poll(async () => await lastAsked(page, 'preview'))
    .toMatchObject({
      choices: {
        project: 'north-portfolio',
        expires: '90d',
        allow_ip: ['203.0.113.7', '2001:db8::/32'],
      },
    });
  await page.getByTestId('body-json').click();
  await expect(page.getByLabel('Request body as JSON')).toContainText('"effect": "allow"');
});

test('a preview that fails says why without taking the focus from the field', async ({ page }) => {
  await walkTo(page, 'nominate', {
    preview: [{ value: told.preview }, { problem: told.problem('change-choices') }],
  });
  await expect(page.getByTestId('preview')).toContainText('May edit');
  await page.locator('#project').fill('taken');
  await expect(page.getByTestId('preview')).toContainText('Cloudflare does not know this token.');
  await expect(page.locator('#project')).toBeFocused();
});

test('faults of the form are gathered, take the focus and lead to their fields', async ({
  page,
}) => {
  await walkTo(page, 'nominate', { inspect: [{ value: told.stranger }] });
  await page.locator('#project').fill('My Site');
  await primary(page).click();
  const summary = page.getByRole('alert');
  await expect(summary).toBeFocused();
  await expect(summary.getByRole('link')).toHaveText([
    'Use only small letters, digits and dashes',
    'Choose what becomes of the token you pasted',
  ]);
  await summary.getByRole('link').nth(1).click();
  await expect(page.locator('#broad')).toBeFocused();
  expect((await asked(page)).map(({ command }) => command)).not.toContain('connect');
});

test('progress is told row by row, and cancelling asks the application to undo', async ({
  page,
}) => {
  await walkTo(page, 'progress', {
    connect: [{ value: told.outcomes.stopped, lines: told.halfway, held: true }],
  });
  const rows = page.getByRole('listitem');
  await expect(rows.filter({ hasText: 'Make the narrow token' })).toContainText('Done');
  await expect(rows.filter({ hasText: 'Prove what it can' })).toContainText('9 of 12 refused');
  await expect(rows.filter({ hasText: 'Destroy the broad token' })).toContainText('Waiting');
  await expect(
    page.getByRole('status').filter({ hasText: 'Hand it to the platform: Working' }),
    'screen readers hear the newest line',
  ).toHaveCount(1);
  await page.getByTestId('cancel').click();
  await expect(page.getByText('Undoing what was done…').first()).toBeVisible();
  expect((await asked(page)).at(-1)?.command).toBe('cancel');
  await release(page, 'connect');
  await expect(screen(page, 'stopped')).toBeVisible();
});

test('what stopped says what was undone, what stands, and leads to the one next action', async ({
  page,
}) => {
  await walkTo(page, 'stopped', { connect: [{ value: told.outcomes.stopped }] });
  await expect(page.getByRole('alert'), 'the problem takes the focus').toBeFocused();
  await expect(page).toHaveTitle('Problem: Connecting stopped – Narrows');
  await expect(page.getByText('The narrow token was deleted at Cloudflare.')).toBeVisible();
  await expect(page.getByText('About to expire')).toBeVisible();
  await nextAction(page).click();
  await arrived(page, 'nominate');
  await expect(page.locator('#project'), 'the choices are still there').toHaveValue(
    'generator-site',
  );
});

test('a delivery that is not confirmed can be made again', async ({ page }) => {
  await walkTo(page, 'pending', { connect: [{ value: told.outcomes.pending }] });
  await nextAction(page).click();
  await arrived(page, 'home');
  await expect(page.getByText('Site Generator has the token. Receipt 7F3K-92QD.')).toBeVisible();
  expect(await lastAsked(page, 'deliver_again')).toEqual({ connectionId: 'c-5f2b7a10' });
});

test('a connection that was not delivered can be delivered from the list', async ({ page }) => {
  await open(page, { home: [{ value: told.fullHome }] });
  await arrived(page, 'home');
  await expect(page.getByTestId('deliver-again'), 'only where it is open').toHaveCount(1);
  await page.getByTestId('deliver-again').click();
  await expect(page.getByText('Site Generator has the token.')).toBeVisible();
  expect(await lastAsked(page, 'deliver_again')).toEqual({ connectionId: 'c-91aa03de' });
});

test('a delivery that is refused again is not told as a success', async ({ page }) => {
  await open(page, {
    home: [{ value: told.fullHome }],
    deliver_again: [{ value: { ...told.card, delivery: 'refused', receipt_code: null } }],
  });
  await page.getByTestId('deliver-again').click();
  await expect(page.getByRole('status').getByText('Site Generator: Refused.')).toBeVisible();
});

test('a clipboard that could not be cleared is warned of', async ({ page }) => {
  await walkTo(page, 'paste', {
    paste_clipboard: [{ value: { ...told.pasted, clipboard_cleared: false } }],
  });
  await page.getByTestId('paste').click();
  await expect(page.getByText('The clipboard was not cleared.')).toBeVisible();
});

test('a token that was pasted into the field is told to be out of the clipboard', async ({
  page,
}) => {
  const enter = async () => {
    await page.getByTestId('type-instead').click();
    await page.locator('#token-text').fill('a-token');
    await primary(page).click();
  };
  await walkTo(page, 'paste', {
    paste_typed: [{ value: { ...told.pasted, clipboard_cleared: true } }],
  });
  await enter();
  await expect(page.getByText('The clipboard was cleared.')).toBeVisible();
  await walkTo(page, 'paste');
  await enter();
  await expect(page.getByText('The clipboard was left as it is')).toBeVisible();
});

test('a key held down does not run through the screens', async ({ page }) => {
  await open(page);
  await arrived(page, 'welcome');
  await page.keyboard.down('Enter');
  await arrived(page, 'prepare');
  await expect(primary(page)).not.toHaveAttribute('aria-disabled');
  await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await expect(screen(page, 'prepare'), 'only a new press goes on').toBeVisible();
  await page.keyboard.press('Enter');
  await arrived(page, 'sign-in');
});

test('the focus is not lost when a problem is mended on the spot', async ({ page }) => {
  await walkTo(page, 'paste', {
    inspect: [{ problem: told.problem('retry') }, { value: told.inspection }],
  });
  await page.getByTestId('paste').click();
  await nextAction(page).press('Enter');
  await expect(heading(page)).toBeFocused();
});

test('signing in from the list of connections leads back to it, and goes on with the delivery', async ({
  page,
}) => {
  await open(page, {
    home: [{ value: told.fullHome }],
    deliver_again: [{ problem: told.problem('sign-in') }, { value: told.card }],
  });
  await page.getByTestId('deliver-again').click();
  await nextAction(page).click();
  await arrived(page, 'sign-in');
  await signIn(page);
  await arrived(page, 'home');
  await expect(page.getByText('Site Generator has the token.')).toBeVisible();
});

test('the evidence of every check is one click away', async ({ page }) => {
  await walkTo(page, 'result');
  await page.getByTestId('checks').click();
  const rows = page.getByRole('row');
  await expect(rows).toHaveCount(1 + told.checks.length);
  await expect(rows.filter({ hasText: 'Read queues' })).toContainText('HTTP 403 · code 10000');
});

const leads: [Next, Screen][] = [
  ['retry', 'paste'],
  ['paste-again', 'paste'],
  ['open-token-page', 'token-page'],
  ['open-token-list', 'paste'],
  ['sign-in', 'sign-in'],
  ['choose-vault', 'prepare'],
  ['change-choices', 'welcome'],
  ['start-over', 'welcome'],
  ['home', 'welcome'],
];

for (const [next, goal] of leads) {
  test(`a problem whose next action is “${next}” has one button, which leads to ${goal}`, async ({
    page,
  }) => {
    await walkTo(page, 'paste', {
      home: [{ value: told.noHome }],
      inspect: [{ problem: told.problem(next) }, { value: told.inspection }],
    });
    await page.getByTestId('paste').click();
    await expect(page.getByRole('alert')).toBeFocused();
    await expect(nextAction(page)).toHaveCount(1);
    await expect(page.locator('button.primary'), 'nothing else is offered as loudly').toHaveCount(
      1,
    );
    await nextAction(page).click();
    await expect(screen(page, goal)).toBeVisible();
    if (next === 'retry')
      await expect(page.getByText('Cloudflare knows this token.')).toBeVisible();
    if (next === 'open-token-list') {
      expect(await lastAsked(page, 'open_page')).toEqual({ page: 'pasted-list' });
    }
  });
}

test('an answer that is no problem is said to be the application’s fault', async ({ page }) => {
  await page.addInitScript(() => {
    window.__TAURI__ = {
      core: {
        invoke: () => Promise.reject(new Error('command not found')),
        Channel: class {
          onmessage = () => undefined;
        },
      },
    };
  });
  await page.goto('/');
  await expect(page.getByRole('alert')).toContainText('Narrows met something');
  await page.getByText('What was seen', { exact: true }).click();
  await expect(page.getByText('command not found')).toBeVisible();
});

test('the theme follows the system until it is chosen, and then is remembered', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(page, {
    // The application has no answer for a moment, and the page shows what it remembers by itself.
    settings_show: [{ value: told.settings, held: true }],
  });
  const ground = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await ground();
  expect(dark).not.toBe(light);
  await page.getByTitle('Dark').click();
  expect(await ground()).toBe(dark);
  await page.reload();
  expect(await ground(), 'it is remembered').toBe(dark);
  expect(await page.evaluate(() => Object.keys(localStorage)), 'nothing else is stored').toEqual([
    'narrows.theme',
  ]);
});

test('nothing moves for a person who asked for no motion', async ({ page }) => {
  const moving = () =>
    page.evaluate(
      () => document.getAnimations().filter(({ playState }) => playState === 'running').length,
    );
  await walkTo(page, 'progress', { connect: [{ held: true, lines: told.halfway }] });
  expect(await moving(), 'what is under way turns').toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await moving()).toBe(0);
});

test('the sandbox is announced on every screen', async ({ page }) => {
  await walkTo(page, 'token-page', {
    about: [{ value: { ...told.about, sandbox: 'http://127.0.0.1:4180' } }],
  });
  await expect(page.getByTestId('ribbon')).toContainText('http://127.0.0.1:4180');
});

test('the built page holds nothing of the fake and needs nothing from elsewhere', () => {
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  const built = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'))
    .join('\n');
  expect(built).not.toContain('NARROWS_FAKE');
  expect(built.match(/(?:src|href)="(?!\.\/|data:)[^"]*"/g), 'only relative addresses').toBeNull();
  expect(
    built.match(/\bstyle="|\beval\(|new Function/g),
    'nothing that the policy bars',
  ).toBeNull();
});

test('every control is large enough to hit', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 560 });
  await walkTo(page, 'nominate', {
    inspect: [{ value: { ...told.stranger, accounts: told.manyAccounts } }],
  });
  await page.getByTestId('limits').click();
  const small = await page.evaluate(() =>
    [
      ...document.querySelectorAll(
        'button, summary, label:has(input), input[type="text"], textarea',
      ),
    ]
      .map((control) => ({
        text: control.textContent.trim(),
        box: control.getBoundingClientRect(),
      }))
      .filter(({ box }) => box.height < 32 || box.width < 32)
      .map(({ text, box }) => `${text}: ${box.width} × ${box.height}`),
  );
  expect(small, 'nothing is under 32 pixels').toEqual([]);
});
