/** Opens the page on a fake application and walks it to a screen. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { Screen } from '../../src/wizard';
import { installFake, type Asked, type Script } from './fake';
import { doctorWell } from '../diagnoses';
import { allWell, rotateAllWell, rotateWell } from '../fixtures';

export async function open(page: Page, script: Script = {}): Promise<void> {
  await page.addInitScript(installFake, { ...allWell, ...script });
  await page.goto('/');
}

export const screen = (page: Page, name: Screen): Locator =>
  page.locator(`[data-screen="${name}"]`);

export const primary = (page: Page): Locator => page.getByTestId('primary');
export const nextAction = (page: Page): Locator => page.getByTestId('next-action');

/** A screen, and what leads from it to the one after it. */
type Step = [Screen, (page: Page) => Promise<void>];

/** Pastes a token and goes on, where all goes well. */
export async function pasteAndGoOn(page: Page): Promise<void> {
  await page.getByTestId('paste').click();
  await primary(page).click();
}

/** Takes the steps as far as that screen. */
async function take(page: Page, steps: readonly Step[], goal: Screen): Promise<void> {
  for (const [name, step] of steps) {
    if (name === goal) break;
    await expect(screen(page, name)).toBeVisible();
    await step(page);
  }
  await expect(screen(page, goal)).toBeVisible();
}

/** The steps from each screen to the one after it, when all goes well. */
const onward: Step[] = [
  ['welcome', (page) => primary(page).click()],
  ['prepare', (page) => primary(page).click()],
  ['sign-in', (page) => signIn(page)],
  ['token-page', (page) => primary(page).click()],
  ['paste', pasteAndGoOn],
  ['nominate', (page) => primary(page).click()],
];

export async function signIn(page: Page): Promise<void> {
  await expect(primary(page)).not.toHaveAttribute('aria-disabled');
  await release(page, 'sign_in_wait');
}

export async function walkTo(page: Page, goal: Screen, script: Script = {}): Promise<void> {
  await open(page, script);
  await take(page, onward, goal);
}

/** Opens the list of connections and has the first one checked. */
export async function diagnose(page: Page, script: Script = {}): Promise<void> {
  await open(page, { ...doctorWell, ...script });
  await page.getByTestId('check').first().click();
  await primary(page).click();
}

/** The steps of a rotation, from the list of connections. */
const turn: Step[] = [
  ['home', (page) => page.getByTestId('rotate').first().click()],
  ['prepare', (page) => primary(page).click()],
  ['token-page', (page) => primary(page).click()],
  ['paste', pasteAndGoOn],
  ['rotation', (page) => primary(page).click()],
];

export async function rotateTo(page: Page, goal: Screen, script: Script = {}): Promise<void> {
  await open(page, { ...rotateWell, ...script });
  await take(page, turn, goal);
}

/** The steps of rotating every connection, from the list. */
const turnAll: Step[] = [
  ['home', (page) => page.getByTestId('rotate-all').click()],
  ['rotate-all', (page) => primary(page).click()],
  ['token-page', (page) => primary(page).click()],
  ['paste', pasteAndGoOn],
  ['rotations', (page) => primary(page).click()],
];

export async function rotateAllTo(page: Page, goal: Screen, script: Script = {}): Promise<void> {
  await open(page, { ...rotateAllWell, ...script });
  await take(page, turnAll, goal);
}

/** Lets a held answer come. */
export async function release(page: Page, command: string): Promise<void> {
  await page.evaluate((name) => window.__NARROWS_FAKE__.release(name), command);
}

/** Every command that the page asked, in order. */
export const asked = (page: Page): Promise<Asked[]> =>
  page.evaluate(() => window.__NARROWS_FAKE__.asked);

/** The arguments of the last time that the command was asked. */
export async function lastAsked(page: Page, command: string): Promise<Record<string, unknown>> {
  const calls = (await asked(page)).filter((call) => call.command === command);
  expect(calls, `${command} was asked`).not.toHaveLength(0);
  return calls.at(-1)?.args ?? {};
}

export const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** Presses Tab until the element with that name has the focus; fails where the keyboard cannot reach it. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => document.activeElement?.textContent.trim() ?? '');
    if (here === name) return;
  }
  throw new Error(`the keyboard does not reach “${name}”`);
}

export async function arrived(page: Page, name: Screen): Promise<void> {
  await expect(screen(page, name)).toBeVisible();
  await expect(heading(page), `the heading of ${name} has the focus`).toBeFocused();
}
