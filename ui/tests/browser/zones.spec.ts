/** What a profile leaves to the person: its parts, its conditions, its optional rows, and the domains that it reaches. */
import { expect, test, type Page } from '@playwright/test';
import type { ProfileCard } from '../../src/generated/types';
import * as cards from '../cards';
import * as told from '../fixtures';
import type { Reply, Script } from './fake';
import {
  arrived,
  asked,
  lastAsked,
  open,
  pasteAndGoOn,
  primary,
  screen,
  signIn,
  walkTo,
} from './walk';

const zone = (page: Page) => page.locator('#zone');
const option = (page: Page) => page.getByRole('option');
const chip = (page: Page, name: string) => page.getByRole('button', { name: `Take away ${name}` });

const offer = (profile: ProfileCard, ...zones: Reply[]): Script => ({
  about: [{ value: { ...told.about, profiles: [profile] } }],
  zones,
});

async function connected(page: Page) {
  await primary(page).click();
  await arrived(page, 'result');
  return (await lastAsked(page, 'connect'))['choices'];
}

/** Picks a domain of one account, then takes the other, whose domains are answered so. */
async function changeAccount(page: Page, others: Reply): Promise<void> {
  const [first, second] = told.manyAccounts;
  await walkTo(page, 'nominate', {
    ...offer(cards.manyDomains, { value: cards.manyZones.slice(0, 2) }, others),
    inspect: [{ value: { ...told.inspection, accounts: told.manyAccounts } }],
  });
  await expect(page.getByText('Choose the account first')).toBeVisible();
  const account = page.locator('#account');
  await account.fill(first?.name ?? '');
  await page.keyboard.press('Enter');
  await zone(page).fill('harbour');
  await page.keyboard.press('Enter');
  await expect(chip(page, 'harbour-00000.example')).toBeVisible();
  await account.fill(second?.name ?? '');
  await page.keyboard.press('Enter');
}

const five: [ProfileCard, (page: Page) => Promise<void>, Record<string, unknown>][] = [
  [
    cards.siteGenerator,
    async (page) => {
      await page.getByText('A domain of mine is attached').click();
      await zone(page).fill('river');
      await zone(page).press('Enter');
    },
    { with: ['domain'], zones: ['2'.repeat(32)] },
  ],
  [
    cards.getaipage,
    async (page) => {
      await zone(page).fill('river');
      await zone(page).press('Enter');
    },
    { with: [], zones: ['2'.repeat(32)] },
  ],
  [
    cards.stackone,
    async (page) => {
      await page.getByText('Tunnels').click();
      await page.getByText('All of the account').click();
    },
    {
      with: ['workers', 'pages', 'domains', 'rules', 'security', 'balancing'],
      zones: ['all'],
    },
  ],
  [
    cards.edgeStack,
    async (page) => {
      await page.getByText('The project uses Workers KV').click();
      await page.getByText('Its DNS is managed too').click();
      await zone(page).fill('meadow');
      await option(page).first().click();
      await option(page).nth(1).click();
    },
    { with: ['kv', 'dns'], zones: [cards.meadow.id, '1'.repeat(32)] },
  ],
  [cards.flarelink, () => Promise.resolve(), { with: [], zones: [] }],
];

for (const [profile, choose, choices] of five) {
  test(`${profile.name} can be connected with its choices`, async ({ page }) => {
    await open(page, {
      about: [{ value: { ...told.about, profiles: cards.five } }],
      prepare: [{ value: { ...told.prepared, sign_in_needed: profile.has_platform } }],
      zones: [{ value: cards.fewZones }],
    });
    await page.getByRole('radio', { name: profile.name }).check({ force: true });
    await primary(page).click();
    await arrived(page, 'prepare');
    await primary(page).click();
    if (profile.has_platform) await signIn(page);
    await arrived(page, 'token-page');
    await primary(page).click();
    await pasteAndGoOn(page);
    await arrived(page, 'nominate');
    await choose(page);
    expect(await connected(page)).toMatchObject(choices);
  });
}

test('a part that is taken away takes its domain with it, and one at least has to stay', async ({
  page,
}) => {
  await walkTo(page, 'nominate', offer(cards.stackone, { value: cards.fewZones }));
  await expect(zone(page)).toBeVisible();
  for (const { label } of cards.stackone.parts) await page.getByText(label).click();
  await expect(zone(page), 'nothing is managed, so nothing needs a domain').toHaveCount(0);
  await primary(page).click();
  const summary = page.getByRole('alert');
  await expect(summary.getByRole('link')).toHaveText(['Choose at least one thing to manage']);
  await summary.getByRole('link').click();
  await expect(page.locator('#parts')).toBeFocused();
  await page.keyboard.press('Space');
  expect(await connected(page)).toMatchObject({ with: ['workers'], zones: [] });
});

test('the keyboard picks one domain among ten thousand', async ({ page }) => {
  await walkTo(page, 'nominate', offer(cards.getaipage, { value: cards.manyZones }));
  await expect(page.getByText('Type to search 10,000 domains.')).toBeVisible();
  await zone(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(option(page).first()).toBeVisible();
  expect(await option(page).count(), 'only the rows in view are drawn').toBeLessThan(20);
  await page.keyboard.type('meadow 09997');
  await expect(option(page)).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(zone(page)).toHaveValue('meadow-09997.example');
  await page.keyboard.press('Enter');
  await arrived(page, 'result');
  expect(await lastAsked(page, 'connect')).toMatchObject({
    choices: { zones: [cards.manyZones[9997]?.id] },
  });
});

test('the keyboard picks several domains and takes one back', async ({ page }) => {
  await walkTo(page, 'nominate', offer(cards.manyDomains, { value: cards.manyZones }));
  await zone(page).focus();
  for (const text of ['harbour-00000', 'meadow-00001', 'north-00002']) {
    await zone(page).fill(text);
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Escape');
  await expect(screen(page, 'nominate'), 'Escape closes the list alone').toBeVisible();
  await page.keyboard.press('Tab');
  await expect(chip(page, 'harbour-00000.example')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(chip(page, 'meadow-00001.example')).toHaveCount(0);
  await expect(zone(page), 'the focus is not lost with the button').toBeFocused();
  expect(await connected(page)).toMatchObject({
    zones: [cards.manyZones[0]?.id, cards.manyZones[2]?.id],
  });
});

test('no domain picked is a fault that leads to the list', async ({ page }) => {
  await walkTo(page, 'nominate', offer(cards.getaipage, { value: cards.fewZones }));
  await expect(page.getByText('Type to search 3 domains.')).toBeVisible();
  await primary(page).click();
  const summary = page.getByRole('alert');
  await expect(summary.getByRole('link')).toHaveText(['Choose a domain from the list']);
  await summary.getByRole('link').click();
  await expect(zone(page)).toBeFocused();
});

test('where the token may not list domains, one is typed', async ({ page }) => {
  await walkTo(page, 'nominate', offer(cards.getaipage, { value: null }));
  await zone(page).fill('meadow');
  await primary(page).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText([
    'Enter a domain such as example.com, or its zone ID',
  ]);
  await zone(page).fill('Meadow.example');
  expect(await connected(page)).toMatchObject({ zones: ['meadow.example'] });
});

test('domains that could not be looked up are looked up again, and what was typed is found', async ({
  page,
}) => {
  const script = offer(
    cards.manyDomains,
    { problem: told.problem('retry') },
    { value: cards.fewZones },
  );
  await walkTo(page, 'nominate', script);
  await zone(page).fill('river.example, elsewhere.example');
  await page.getByRole('button', { name: 'Look them up again' }).click();
  await expect(chip(page, 'river.example')).toBeVisible();
  expect(await connected(page)).toMatchObject({ zones: ['2'.repeat(32)] });
});

test('another account has other domains, and an answer for the one before comes too late', async ({
  page,
}) => {
  const [first, second] = told.manyAccounts;
  await changeAccount(page, { value: cards.fewZones });
  await expect(page.getByText('Type to search 3 domains.')).toBeVisible();
  await expect(chip(page, 'harbour-00000.example'), 'it is of the other account').toHaveCount(0);
  const calls = (await asked(page)).filter(({ command }) => command === 'zones');
  expect(calls.map(({ args }) => args['account'])).toEqual([first?.id, second?.id]);
});

test('domains of one account are not sent for another whose domains have to be typed', async ({
  page,
}) => {
  const [, second] = told.manyAccounts;
  await changeAccount(page, { value: null });
  // A line that says what is asked stands in its place until it is answered.
  await page.locator('#zone:is(input, textarea)').fill('meadow.example');
  expect(await connected(page)).toMatchObject({
    account: second?.id,
    zones: ['meadow.example'],
  });
});

test('what is optional is asked for, and what no token can give is said', async ({ page }) => {
  await walkTo(page, 'nominate', offer(cards.withOptional, { value: cards.fewZones }));
  await expect(page.getByText('“User · API Tokens · Edit” is left out')).toBeVisible();
  await expect(page.getByText('Without it: Sign-in stays under workers.dev.')).toBeVisible();
  await page.getByText('Zone · Workers Routes · Edit').click();
  await zone(page).fill('river');
  await zone(page).press('Enter');
  expect(await connected(page)).toMatchObject({
    with: ['Workers Routes Write'],
    zones: ['2'.repeat(32)],
  });
});

test('nothing is ticked before it is made', async ({ page }) => {
  await walkTo(page, 'nominate');
  const preview = page.getByTestId('preview');
  await expect(preview).toContainText('Never expires');
  await expect(preview.getByRole('listitem').locator('svg')).toHaveCount(0);
});
