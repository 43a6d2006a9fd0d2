/** How a platform shows itself: its colour, its picture, and where it helps. */
import { expect, test, type Page } from '@playwright/test';
import * as cards from '../cards';
import * as told from '../fixtures';
import { diagnose, lastAsked, nextAction, open, primary, walkTo } from './walk';

const own = { about: [{ value: { ...told.about, profiles: [cards.branded, told.ownStack] } }] };
const logo = (page: Page) => page.getByRole('img', { name: cards.branded.name });

test('its colour and picture come with the choice, and go with another', async ({ page }) => {
  const button = () => primary(page).evaluate((node) => getComputedStyle(node).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await open(page, own);
  await expect(logo(page)).toBeVisible();
  await expect.poll(button).toBe('rgb(31, 94, 255)');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(button, 'on a dark ground it would be too faint').toBe('rgb(95, 196, 222)');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByText(told.ownStack.name, { exact: true }).click();
  await expect(logo(page)).toHaveCount(0);
  await expect.poll(button).toBe('rgb(10, 95, 120)');
});

test('they stay for the whole run, and its help is there at the end', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await walkTo(page, 'result', own);
  await expect(logo(page)).toBeVisible();
  await page.getByTestId('support').click();
  const profile = cards.branded.id;
  expect(await lastAsked(page, 'open_brand_link'), 'the page names no address').toEqual({
    profile,
    doc: null,
  });
  await page.getByRole('button', { name: 'How it deploys' }).click();
  await expect.poll(() => lastAsked(page, 'open_brand_link')).toEqual({ profile, doc: 0 });
});

test('whoever is stuck is led to its help', async ({ page }) => {
  await walkTo(page, 'paste', { ...own, paste_clipboard: [{ problem: told.problem('retry') }] });
  await expect(page.getByTestId('support')).toHaveCount(0);
  await page.getByTestId('paste').click();
  await expect(nextAction(page)).toBeVisible();
  await expect(page.getByTestId('support')).toBeVisible();
});

test('a diagnosis offers the help of the profile that it was held against', async ({ page }) => {
  await diagnose(page, own);
  await page.getByTestId('support').click();
  expect(await lastAsked(page, 'open_brand_link')).toEqual({
    profile: cards.branded.id,
    doc: null,
  });
});
