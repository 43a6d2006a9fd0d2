/** Ends of connections, runs that were cut off, and tokens that nothing uses: what the page asks for on the way. */
import { expect, test } from '@playwright/test';
import type { ConnectionCard, Home } from '../../src/generated/types';
import * as told from '../fixtures';
import { arrived, asked, lastAsked, open, pasteAndGoOn, primary, screen } from './walk';

test.beforeEach(({ page }) => open(page, told.errandsWell));

test('the home screen asks what is true before it offers a way to end a run', async ({ page }) => {
  await expect(page.getByText('was never sent the token')).toBeVisible();
  await expect(page.getByTestId('finish').first()).toBeVisible();
  const before = (await asked(page)).filter((call) => call.command === 'check_left_over').length;
  await page.getByTestId('check-again').first().click();
  await expect
    .poll(
      async () => (await asked(page)).filter((call) => call.command === 'check_left_over').length,
    )
    .toBe(before + 1);
});

test('a disconnect that is left open at Cloudflare says so, with the name of the token', async ({
  page,
}) => {
  await page.getByTestId('disconnect').first().click();
  await arrived(page, 'disconnect');
  await page.getByLabel('No, leave it open').check({ force: true });
  await primary(page).click();
  await arrived(page, 'errand');
  await primary(page).click();
  await arrived(page, 'settled');
  expect(await lastAsked(page, 'disconnect')).toEqual({
    farewell: { broad: 'unsaid', forget: false },
  });
  await expect(page.getByTestId('truth-platform')).toHaveAttribute('data-state', 'deleted');
  await expect(page.getByTestId('truth-cloudflare')).toHaveAttribute('data-state', 'open');
  await expect(page.getByText('Sites that were deployed stay up')).toBeVisible();
  const commands = (await asked(page)).map((call) => call.command);
  expect(commands, 'no token was pasted').not.toContain('paste_clipboard');
  await primary(page).click();
  await arrived(page, 'home');
});

test('a disconnect with a token goes by the token page and the paste', async ({ page }) => {
  await page.getByTestId('disconnect').first().click();
  await primary(page).click();
  await arrived(page, 'token-page');
  await primary(page).click();
  await pasteAndGoOn(page);
  await arrived(page, 'errand');
  await expect(page.getByText('Cloudflare deletes the token')).toBeVisible();
  await primary(page).click();
  await arrived(page, 'settled');
});

test('a disconnect names no platform where none holds the token, not even at the last moment', async ({
  page,
}) => {
  const alone: ConnectionCard = { ...told.card, delivery: 'skipped', platform: 'Edge stack' };
  const home = { ...told.fullHome, connections: [alone] };
  await open(page, { ...told.errandsWell, home: [{ value: home }] });
  await page.getByTestId('disconnect').click();
  await page.getByLabel('No, leave it open').check({ force: true });
  await primary(page).click();
  await arrived(page, 'errand');
  await expect(page.getByText('No platform holds the token.')).toBeVisible();
  await expect(page.getByText('its copy of the token')).toHaveCount(0);
});

test('a run is finished without a token where none is needed', async ({ page }) => {
  await page.getByTestId('finish').first().click();
  await arrived(page, 'errand');
  await primary(page).click();
  await arrived(page, 'settled');
  expect(await lastAsked(page, 'resume')).toEqual({
    wish: { ending: 'finish', broad: 'unsaid', forget: false },
  });
});

test('a run that a token helps to take back can be taken back without one', async ({ page }) => {
  await page.getByTestId('undo').first().click();
  await arrived(page, 'token-page');
  await page.getByTestId('without-token').click();
  await arrived(page, 'errand');
  await primary(page).click();
  expect(await lastAsked(page, 'resume')).toMatchObject({ wish: { ending: 'undo' } });
});

test('what cannot be done without a token is not offered without one', async ({ page }) => {
  await open(page, {
    ...told.errandsWell,
    check_left_over: [{ value: [told.cutRotation] }],
  });
  await page.getByText('What this does').first().click();
  await expect(page.getByText('Needs a one-time token.')).toBeVisible();
  await page.getByTestId('undo').first().click();
  await arrived(page, 'token-page');
  await expect(page.getByTestId('without-token')).toHaveCount(0);
});

test('only the chosen tokens are deleted', async ({ page }) => {
  await page.getByTestId('orphans').click();
  await arrived(page, 'token-page');
  await primary(page).click();
  await pasteAndGoOn(page);
  await arrived(page, 'errand');
  await expect(page.getByText('38 of 50')).toBeVisible();
  await expect(primary(page), 'nothing is chosen at first').toHaveText('Delete none');
  await page.getByLabel(/k3m8x41tz0q2w5er/).check({ force: true });
  await primary(page).click();
  await arrived(page, 'settled');
  expect(await lastAsked(page, 'delete_orphans')).toEqual({
    tokenIds: ['0123456789abcdef0123456789abcdef'],
    broad: 'unsaid',
  });
});

test('walking away changes nothing and leads home', async ({ page }) => {
  await page.getByTestId('undo').first().click();
  await arrived(page, 'token-page');
  await page.keyboard.press('Escape');
  await arrived(page, 'home');
  const commands = (await asked(page)).map((call) => call.command);
  expect(commands).not.toContain('resume');
});

test('each side of a disconnect is told as it is done', async ({ page }) => {
  await open(page, { ...told.errandsWell, disconnect: [{ held: true, lines: told.parting }] });
  await page.getByTestId('disconnect').first().click();
  await page.getByLabel('No, leave it open').check({ force: true });
  await primary(page).click();
  await primary(page).click();
  await arrived(page, 'ending');
  await expect(page.getByRole('listitem')).toHaveText([
    /Delete the connection at the platform.*Done/,
    /End the token at Cloudflare.*Done/,
    /Forget it on this computer.*Done/,
    /Destroy the broad token.*Working/,
  ]);
  await expect(page.getByTestId('cancel'), 'what is deleted cannot be undone').toHaveCount(0);
});

test('a run that cannot be ended now can be tried again, or left', async ({ page }) => {
  await open(page, {
    ...told.errandsWell,
    resume: [{ problem: told.problem('retry') }, { value: told.settled }],
  });
  await page.getByTestId('finish').first().click();
  await primary(page).click();
  await expect(screen(page, 'ending')).toBeVisible();
  await page.getByTestId('back').click();
  await arrived(page, 'errand');
  await primary(page).click();
  await arrived(page, 'settled');
});

test('the list of tokens is that of the run, not one that was opened before', async ({ page }) => {
  await page.getByTestId('disconnect').first().click();
  await page.getByLabel('No, leave it open').check({ force: true });
  await primary(page).click();
  await primary(page).click();
  await arrived(page, 'settled');
  await page.getByTestId('token-list').click();
  expect(await lastAsked(page, 'open_token_list')).toEqual({ of: told.disconnected.run });
});

test('what the application goes on with by itself says so, and leaves the list when it is through', async ({
  page,
}) => {
  const hears = (home: Home) =>
    page.evaluate((news) => window.__NARROWS_FAKE__.tell('hear_left_over', news), home);
  await expect(page.getByText('was never sent the token')).toBeVisible();
  await expect(page.getByTestId('undo')).toHaveCount(2);
  await hears({ ...told.fullHome, unfinished: [told.cutOff, { ...told.openEnd, trying: true }] });
  await expect(page.getByText('Being tried right now')).toBeVisible();
  await expect(page.getByText('was never sent the token'), 'what was asked stays').toBeVisible();
  await page.getByTestId('undo').last().click({ force: true });
  const commands = (await asked(page)).map((call) => call.command);
  expect(commands, 'nobody takes up what is being tried').not.toContain('resume_begin');
  await hears({ ...told.fullHome, unfinished: [told.cutOff] });
  await expect(page.getByTestId('undo')).toHaveCount(1);
  await expect(page.getByText('Being tried right now')).toHaveCount(0);
});
