/** Keys of their own beside the narrow token: asked like any condition, shown at the end and in the list. */
import { expect, test } from '@playwright/test';
import * as cards from '../cards';
import * as told from '../fixtures';
import { arrived, lastAsked, open, primary, walkTo } from './walk';

const waiting = {
  ...told.r2Keys,
  state: 'waiting' as const,
  sentence: 'Flarelink has not confirmed them. The platform is busy. Deliver it again.',
};
const off = {
  ...told.r2Keys,
  state: 'off' as const,
  token_id: null,
  token_name: null,
  sentence: 'Flarelink does not have them. The platform does not offer this.',
  left: ['flarelink-r2-abcd1234-5f2b7a10 91aa03de'],
};

test('the end of a connect shows the keys, and that the platform has them', async ({ page }) => {
  await walkTo(page, 'nominate', {
    connect: [{ value: { ...told.outcomes.connected, extras: [told.r2Keys] } }],
  });
  await primary(page).click();
  await arrived(page, 'result');
  const keys = page.getByTestId('extra-r2-keys');
  await expect(keys.getByText('In use')).toBeVisible();
  await expect(keys.getByText('Flarelink has them.')).toBeVisible();
  await expect(keys.getByText(told.r2Keys.token_name ?? '')).toBeVisible();
});

test('it says why there are none, and names what may still live', async ({ page }) => {
  await walkTo(page, 'nominate', {
    connect: [{ value: { ...told.outcomes.connected, extras: [off] } }],
  });
  await primary(page).click();
  await arrived(page, 'result');
  const keys = page.getByTestId('extra-r2-keys');
  await expect(keys.getByText('Off', { exact: true })).toBeVisible();
  await expect(keys.getByText('The platform does not offer this.')).toBeVisible();
  await expect(keys.getByText(off.left[0] ?? '')).toBeVisible();
});

test('keys that the platform has not confirmed can be delivered from the list', async ({
  page,
}) => {
  const card = { ...told.card, extras: [waiting] };
  await open(page, {
    home: [{ value: { connections: [card], unfinished: [] } }],
    deliver_again: [{ value: { ...card, extras: [told.r2Keys] } }],
  });
  await arrived(page, 'home');
  await expect(
    page.getByTestId('extra-r2-keys').getByText('Not confirmed', { exact: true }),
  ).toBeVisible();
  await page.getByTestId('deliver-again').click();
  expect(await lastAsked(page, 'deliver_again')).toEqual({ connectionId: card.connection_id });
});

test('whoever wants keys says so among the conditions, and sees both bodies', async ({ page }) => {
  await walkTo(page, 'nominate', {
    about: [{ value: { ...told.about, profiles: [cards.flarelink] } }],
    preview: [{ value: { ...told.preview, extra_bodies: ['{ "name": "flarelink-r2-" }'] } }],
  });
  await page.getByText('Should Flarelink get keys for R2 now').click();
  await page.getByTestId('body-json').click();
  await expect(page.getByText('"flarelink-r2-"')).toBeVisible();
  await primary(page).click();
  const asked = (await lastAsked(page, 'connect')) as { choices: { with: string[] } };
  expect(asked.choices.with).toEqual(['r2-keys']);
});
