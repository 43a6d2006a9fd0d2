/** Ends of connections, runs that were cut off, and tokens that nothing uses: what the page asks for on the way. */
import { expect, test } from '@playwright/test';
import * as told from '../fixtures';
import { arrived, asked, lastAsked, open, primary } from './walk';

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
  await page.getByTestId('paste').click();
  await primary(page).click();
  await arrived(page, 'errand');
  await expect(page.getByText('Cloudflare deletes the token')).toBeVisible();
  await primary(page).click();
  await arrived(page, 'settled');
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
  await page.getByTestId('paste').click();
  await primary(page).click();
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
