/** Every connection of the list gets a new token, with one paste. */
import { expect, test } from '@playwright/test';
import * as told from '../fixtures';
import {
  arrived,
  asked,
  lastAsked,
  nextAction,
  open,
  primary,
  rotateAllTo,
  screen,
  signIn,
} from './walk';

test('one connection alone is rotated by itself', async ({ page }) => {
  await open(page, told.rotateWell);
  await arrived(page, 'home');
  await expect(page.getByTestId('rotate-all')).toHaveCount(0);
});

test('what is ahead is shown, and what is left out with the reason', async ({ page }) => {
  await rotateAllTo(page, 'rotate-all');
  await expect(page.getByTestId('ahead').getByRole('listitem')).toHaveText([
    /Meadow & Sons Ltd/,
    /Copper Lane Bakery/,
  ]);
  await expect(page.getByTestId('skipped')).toContainText('Harbour Coffee');
  await expect(page.getByTestId('skipped')).toContainText('has not ended');
});

test('whoever is signed out signs in first, and comes back to what is ahead', async ({ page }) => {
  await rotateAllTo(page, 'rotate-all', {
    rotate_all_prepare: [{ value: told.aheadSignedOut }, { value: told.ahead }],
  });
  await expect(primary(page)).toHaveText('Sign in to Edge stack');
  await primary(page).click();
  await arrived(page, 'sign-in');
  expect(await lastAsked(page, 'sign_in_for')).toEqual({ connectionId: 'c-2' });
  await signIn(page);
  await arrived(page, 'rotate-all');
  await expect(primary(page)).toHaveText('Continue');
  await primary(page).click();
  await arrived(page, 'token-page');
});

test('one confirmation shows the difference of each and asks for what was chosen', async ({
  page,
}) => {
  await rotateAllTo(page, 'rotations', { inspect: [{ value: told.stranger }] });
  const planned = page.getByTestId('planned');
  await expect(planned).toHaveCount(2);
  await expect(
    page.getByRole('heading', { level: 3 }),
    'two connections of one account are told apart',
  ).toHaveText(['Meadow & Sons Ltd · generator-site', 'Copper Lane Bakery']);
  await expect(planned.nth(0)).toContainText('The profile asks for what the old token may do.');
  await expect(planned.nth(1).getByTestId('difference').getByRole('listitem')).toHaveText([
    /As before/,
    /New.*DNS/,
    /No longer.*Workers/,
  ]);
  await primary(page).click();
  await expect(page.getByText('Choose what becomes of the token you pasted').first()).toBeVisible();
  await page.getByText('What the profile asks for now', { exact: true }).click();
  await page.getByText('Destroy it', { exact: true }).click();
  await primary(page).click();
  await expect(screen(page, 'rotated-all')).toBeVisible();
  expect(await lastAsked(page, 'rotate_all')).toEqual({
    choices: { in_place: false, profile_policy: true, expires: null, broad: 'destroy' },
  });
});

test('the progress says which of how many, also to who cannot see the bar', async ({ page }) => {
  await rotateAllTo(page, 'rotating-all', { rotate_all: [{ held: true, lines: told.turningAll }] });
  await expect(page.getByText('2 of 3: Copper Lane Bakery', { exact: true })).toBeVisible();
  const bar = page.getByRole('progressbar', { name: 'All rotations' });
  await expect(bar).toHaveAttribute('aria-valuetext', '2 of 3: Copper Lane Bakery');
  expect(await bar.evaluate((it: HTMLProgressElement) => it.value / it.max)).toBeCloseTo(9 / 21);
  await expect(page.getByRole('status')).toContainText('2 of 3: Copper Lane Bakery. Put it');
  await page.getByTestId('cancel').click();
  await lastAsked(page, 'cancel');
});

test('the summary tells of each, of those left out, and of the pasted token', async ({ page }) => {
  await rotateAllTo(page, 'rotated-all');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 of 4 rotated');
  const ones = page.getByTestId('rotated-one');
  await expect(ones).toHaveCount(3);
  await expect(ones.nth(0)).toHaveAttribute('data-state', 'rotated');
  await expect(page.getByTestId('skipped')).toContainText('Harbour Coffee');
  await expect(page.getByText('Destroyed')).toBeVisible();
  await ones.nth(1).getByTestId('deliver-again').click();
  await expect(screen(page, 'home')).toBeVisible();
  expect(await lastAsked(page, 'deliver_again')).toEqual({ connectionId: 'c-2' });
});

test('a rotation whose old token is open is taken up from the summary', async ({ page }) => {
  const left = { ...told.openEnd, run: 'k3x9q2', kind: 'rotate' as const };
  await rotateAllTo(page, 'rotated-all', {
    check_left_over: [{ value: [left] }],
    resume_begin: [{ value: { ...told.prepared, sign_in_needed: false } }],
  });
  await page.getByTestId('resume').click();
  await expect(screen(page, 'token-page').or(screen(page, 'errand'))).toBeVisible();
  expect(await lastAsked(page, 'resume_begin')).toEqual({ run: 'k3x9q2' });
});

test('a problem on the way leaves every connection as it is', async ({ page }) => {
  await rotateAllTo(page, 'rotate-all', {
    rotate_all_prepare: [{ problem: told.keychainLocked }, { value: told.ahead }],
  });
  await nextAction(page).click();
  await expect(page.getByTestId('ahead')).toBeVisible();
  const commands = (await asked(page)).map(({ command }) => command);
  expect(commands).not.toContain('rotate_all');
});
