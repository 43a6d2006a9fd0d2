/** How connections stand: found at start, on demand, and each with one thing to do. */
import { expect, test } from '@playwright/test';
import * as told from '../fixtures';
import { arrived, asked, lastAsked, nextAction, open, release, screen, signIn } from './walk';

const drifted = told.driftedHome.connections.map(({ connection_id, watch }) => ({
  connection_id,
  watch,
}));

const cardOf = (name: string) => `li:has(h3:text-is("${name}"))`;

test('what is found at start appears on a list that was there before', async ({ page }) => {
  const cards = told.driftedHome.connections.map((card) => ({ ...card, watch: told.fine }));
  await open(page, {
    home: [{ value: { ...told.driftedHome, connections: cards } }],
    check_connections: [{ value: drifted, held: true }],
  });
  await arrived(page, 'home');
  await expect(page.getByTestId('watch-badge'), 'nobody knows yet').toBeEmpty();
  await expect(page.getByTestId('check-now')).toHaveAttribute('aria-disabled', 'true');
  await release(page, 'check_connections');
  await expect(page.getByTestId('watch-badge')).toHaveText('1 needs you');
  await expect(page.getByText('The token is switched off at Cloudflare.')).toBeVisible();
  await expect(page.locator('[data-standing]')).toHaveText([/Needs you/, /Could not tell/, /Fine/]);
  expect(await lastAsked(page, 'check_connections')).toEqual({ connectionId: null });
});

test('an installation without connections asks nobody', async ({ page }) => {
  await open(page);
  await arrived(page, 'welcome');
  expect((await asked(page)).map(({ command }) => command)).not.toContain('check_connections');
});

test('a check that ends after the person went elsewhere is there when they come back', async ({
  page,
}) => {
  const cards = told.driftedHome.connections.map((card) => ({ ...card, watch: told.fine }));
  await open(page, {
    home: [{ value: { ...told.driftedHome, connections: cards } }],
    check_connections: [{ value: drifted, held: true }],
  });
  await page.getByTestId('primary').click();
  await arrived(page, 'welcome');
  await release(page, 'check_connections');
  await page.getByTestId('back').click();
  await arrived(page, 'home');
  await expect(page.getByTestId('watch-badge')).toHaveText('1 needs you');
});

test('each need has one button, and it does what it says', async ({ page }) => {
  await open(page, {
    home: [{ value: told.driftedHome }],
    check_connections: [{ value: [] }, { value: [{ ...drifted[1], watch: told.fine }] }],
  });
  await arrived(page, 'home');
  const meadow = page.locator(cardOf('Meadow & Sons Ltd'));
  const north = page.locator(cardOf('Studio North'));
  await meadow.getByTestId('need-token-list').click();
  expect(await lastAsked(page, 'open_token_list'), 'the list in which its token is').toEqual({
    of: 'c-5f2b7a10',
  });
  await north.getByTestId('need-check').click();
  expect(await lastAsked(page, 'check_connections')).toEqual({ connectionId: 'c-91aa03de' });
  await expect(north.locator('[data-standing]')).toContainText('Fine');
  await expect(screen(page, 'home')).toBeVisible();
  await meadow.getByTestId('need-deliver').click();
  expect(await lastAsked(page, 'deliver_again')).toEqual({ connectionId: 'c-5f2b7a10' });
  await expect(page.getByText('Site Generator has the token.')).toBeVisible();
  await meadow.locator('[data-need="expires-soon"]').getByTestId('need-rotate').click();
  await arrived(page, 'prepare');
  expect(await lastAsked(page, 'rotate_prepare')).toEqual({ connectionId: 'c-5f2b7a10' });
});

test('what cannot be rotated here says how it is rotated instead', async ({ page }) => {
  const [meadow] = told.driftedHome.connections;
  await open(page, {
    home: [{ value: { connections: [{ ...meadow, profile: 'from-a-file' }], unfinished: [] } }],
    check_connections: [{ value: [] }],
  });
  await arrived(page, 'home');
  await expect(page.getByTestId('need-rotate'), 'no button that cannot do it').toHaveCount(0);
  await expect(page.getByTestId('rotate-elsewhere')).toContainText(
    'narrows rotate c-5f2b7a10 --profile FILE',
  );
});

test('whoever was signed out signs in and is checked once more', async ({ page }) => {
  await open(page, {
    home: [{ value: told.driftedHome }],
    check_connections: [{ value: [] }, { value: [{ ...drifted[1], watch: told.fine }] }],
  });
  await page.getByTestId('need-sign-in').click();
  expect(await lastAsked(page, 'sign_in_for')).toEqual({ connectionId: 'c-91aa03de' });
  await arrived(page, 'sign-in');
  await signIn(page);
  await arrived(page, 'home');
  await expect(page.locator(cardOf('Studio North')).locator('[data-standing]')).toContainText(
    'Fine',
  );
});

test('a check that fails by itself says so only where a person asked for it', async ({ page }) => {
  await open(page, {
    home: [{ value: told.fullHome }],
    check_connections: [{ problem: told.problem('retry') }],
  });
  await arrived(page, 'home');
  await expect(page.getByTestId('check-now')).not.toHaveAttribute('aria-disabled');
  await expect(nextAction(page)).toHaveCount(0);
  await page.getByTestId('check-now').click();
  await expect(nextAction(page)).toBeVisible();
});

test('a sealed file is opened where it is missed, and then everything is checked', async ({
  page,
}) => {
  const [sealed] = told.sealedHome.connections;
  await open(page, {
    home: [{ value: told.sealedHome }],
    check_connections: [
      { value: [] },
      { value: [{ connection_id: sealed?.connection_id, watch: told.fine }] },
    ],
    unlock_sealed_file: [{ problem: told.problem('choose-vault') }, { value: null }],
  });
  await arrived(page, 'home');
  await page.locator('#passphrase').fill('correct horse');
  await page.locator('#passphrase').press('Enter');
  await expect(nextAction(page), 'a wrong one is told').toBeVisible();
  await page.locator('#passphrase').fill('correct horse battery staple');
  await page.getByTestId('use-file').click();
  expect(await lastAsked(page, 'unlock_sealed_file')).toEqual({
    passphrase: 'correct horse battery staple',
  });
  await expect(page.locator('[data-standing]')).toContainText('Fine');
  await expect(page.locator('#passphrase')).toHaveCount(0);
});
