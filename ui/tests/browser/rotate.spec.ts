/** A connection of the list gets a new token. */
import { expect, test } from '@playwright/test';
import * as told from '../fixtures';
import {
  arrived,
  asked,
  lastAsked,
  nextAction,
  open,
  primary,
  rotateTo,
  screen,
  tabTo,
} from './walk';

test('the keyboard alone leads from the list to rotated, and back', async ({ page }) => {
  await open(page, told.rotateWell);
  const { keyboard } = page;
  await arrived(page, 'home');
  await tabTo(page, `Rotate: ${told.card.account_name}`);
  await keyboard.press('Enter');
  await arrived(page, 'prepare');
  await expect(primary(page)).not.toHaveAttribute('aria-disabled');
  await keyboard.press('Enter');
  await arrived(page, 'token-page');
  await keyboard.press('Enter');
  await tabTo(page, 'I have the token');
  await keyboard.press('Enter');
  await arrived(page, 'paste');
  await keyboard.press('Enter');
  await expect(page.getByText('Cloudflare knows this token.')).toBeVisible();
  await tabTo(page, 'Continue');
  await keyboard.press('Enter');
  await arrived(page, 'rotation');
  await expect(page.getByText(told.rotationPreview.old)).toBeVisible();
  await keyboard.press('Enter');
  await arrived(page, 'rotated');
  await expect(page.getByTestId('receipt')).toHaveText('2M8X-41TZ');
  expect(await lastAsked(page, 'rotate')).toEqual({
    choices: { in_place: false, profile_policy: false, expires: null, broad: 'unsaid' },
  });
  const commands = (await asked(page)).map(({ command }) => command);
  expect(commands, 'a rotation begins as one').not.toContain('prepare');
  await keyboard.press('Enter');
  await arrived(page, 'home');
});

test('what is chosen arrives, and the preview follows it', async ({ page }) => {
  await rotateTo(page, 'rotation', { rotate_preview: [{ value: told.rotationDiffers }] });
  await page.getByText('What the profile asks for now', { exact: true }).click();
  await page.getByText('90 days').click();
  await expect
    .poll(() => lastAsked(page, 'rotate_preview'))
    .toEqual({
      choices: { in_place: false, profile_policy: true, expires: '90d', broad: 'unsaid' },
    });
  const lines = page.getByTestId('difference').getByRole('listitem');
  await expect(lines).toHaveText([/As before/, /New.*DNS/, /No longer.*Workers/]);
  await primary(page).click();
  await expect(screen(page, 'rotated')).toBeVisible();
  expect((await lastAsked(page, 'rotate'))['choices']).toMatchObject({ profile_policy: true });
});

test('a token that the person made is not touched without their word', async ({ page }) => {
  await rotateTo(page, 'rotation', { inspect: [{ value: told.stranger }] });
  await expect(page.getByText(told.rotationPreview.old)).toBeVisible();
  await primary(page).click();
  await expect(page.getByText('Choose what becomes of the token you pasted').first()).toBeVisible();
  await page.getByText('Keep it', { exact: true }).click();
  await primary(page).click();
  await expect(screen(page, 'rotated')).toBeVisible();
  expect((await lastAsked(page, 'rotate'))['choices']).toMatchObject({ broad: 'keep' });
});

test('rolling in place shows its cost before it is done', async ({ page }) => {
  await rotateTo(page, 'rotation');
  await page.getByTestId('way').click();
  await page.getByText('Give the old token a new value').click();
  await expect(page.getByTestId('preview').getByText(told.rotationPreview.cost)).toBeVisible();
  await expect(page.getByText('When does the new token expire?')).toBeHidden();
});

test('a rotation that waits for the platform is finished by delivering again', async ({ page }) => {
  await rotateTo(page, 'rotated', { rotate: [{ value: told.rotations.pending }] });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'The new token is not acknowledged yet',
  );
  await nextAction(page).click();
  await expect(screen(page, 'home')).toBeVisible();
  expect(await lastAsked(page, 'deliver_again')).toEqual({
    connectionId: told.card.connection_id,
  });
});

test('a connection whose rotation waits is delivered, not rotated, from the list', async ({
  page,
}) => {
  const waiting = { ...told.card, rotation: 'pending' as const };
  await open(page, { home: [{ value: { connections: [waiting], unfinished: [] } }] });
  await expect(page.getByTestId('rotate')).toHaveCount(0);
  await page.getByTestId('deliver-again').click();
  expect(await lastAsked(page, 'deliver_again')).toEqual({
    connectionId: told.card.connection_id,
  });
});

test('a connection of a profile that is not at hand cannot be rotated here', async ({ page }) => {
  const foreign = { ...told.card, profile: 'own-stack' };
  await open(page, { home: [{ value: { connections: [foreign], unfinished: [] } }] });
  await expect(page.getByTestId('check')).toBeVisible();
  await expect(page.getByTestId('rotate')).toHaveCount(0);
});

test('while it goes, it can be stopped, and is not walked away from', async ({ page }) => {
  await rotateTo(page, 'rotating', { rotate: [{ held: true, lines: told.turning }] });
  await expect(page.getByText('Delete the old token', { exact: true })).toBeVisible();
  await expect(page.getByText('Write down what was done')).toBeHidden();
  await page.getByTestId('cancel').click();
  await lastAsked(page, 'cancel');
  await expect(page.getByText('Undoing what was done…').first()).toBeAttached();
});
