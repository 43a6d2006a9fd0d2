/** What a person does with the doctor, and what the application is asked for it. */
import { expect, test } from '@playwright/test';
import type { DoctorProgress } from '../../src/generated/types';
import type { HeldSecond } from '../../src/plain/messages';
import * as seen from '../diagnoses';
import * as told from '../fixtures';
import {
  arrived,
  asked,
  diagnose,
  heading,
  lastAsked,
  nextAction,
  open,
  pasteAndGoOn,
  primary,
  release,
  screen,
  tabTo,
  walkTo,
} from './walk';

const verdict = '[data-testid="verdict"]';

test('the keyboard alone leads from the list of connections to a mended token', async ({
  page,
}) => {
  await open(page, seen.doctorWell);
  const { keyboard } = page;
  await arrived(page, 'home');
  await tabTo(page, 'Check: Meadow & Sons Ltd');
  await keyboard.press('Enter');

  await arrived(page, 'doctor');
  for (let presses = 0; presses < 4; presses += 1) await keyboard.press('Tab');
  await expect(page.locator('#probe-writes')).toBeFocused();
  await keyboard.press('Space');
  await keyboard.press('Tab');
  await expect(page.locator('#watch')).toBeFocused();
  await keyboard.press('Space');
  await keyboard.press('Enter');

  await expect(page.locator(verdict)).toContainText('6/8, 2 missing');
  await expect(heading(page), 'the focus stands on the heading').toBeFocused();
  await expect(page).toHaveTitle('Diagnosis – Narrows');
  expect(await lastAsked(page, 'doctor_examine')).toEqual({
    input: { ...seen.askedOfConnection, probeWrites: true, watch: true },
  });

  await tabTo(page, 'Open the filled-in page');
  await keyboard.press('Enter');
  expect(await lastAsked(page, 'open_page')).toEqual({ page: 'fix-link' });
  await tabTo(page, 'Check again');
  await keyboard.press('Enter');
  await expect(page.locator(verdict)).toContainText('8/8, 1 assumed');
  await expect(primary(page), 'the focus stays where it was pressed').toBeFocused();
});

test('rows appear as they are answered, and a voice tells only their number', async ({ page }) => {
  await diagnose(page, {
    doctor_examine: [{ lines: seen.lines, value: seen.lacking, held: true }],
  });
  await expect(page.getByTestId('permission')).toHaveCount(6);
  await expect(page.locator(verdict)).toContainText('6 permissions answered');
  await expect(page.getByRole('status').first()).toHaveText('5 permissions answered');
  await release(page, 'doctor_examine');
  await expect(page.getByTestId('permission')).toHaveCount(seen.lacking.permissions.length);
  await expect(page.getByRole('status').first()).toHaveText(
    '6/8, 2 missing. Something is missing.',
  );
});

test('only problems are shown on demand', async ({ page }) => {
  await diagnose(page);
  await page.getByRole('switch', { name: 'Only problems' }).check({ force: true });
  await expect(page.getByTestId('permission')).toHaveCount(3);
  await expect(page.getByText('3 of 10 shown')).toBeVisible();
});

test('a row opens to its evidence and what to do', async ({ page }) => {
  await diagnose(page);
  await page.getByTestId('permission').filter({ hasText: 'Workers R2 Storage' }).click();
  const row = page.locator('details[open]');
  for (const text of [
    'GET /accounts/{account}/r2/buckets',
    '403',
    '10000',
    'Authentication error',
    '8e1a52f0cd3a',
    seen.missing.creates ?? '',
    seen.missing.fix ?? '',
  ]) {
    await expect(row).toContainText(text);
  }
});

test('checking again shows what changed, and which row', async ({ page }) => {
  await diagnose(page);
  await primary(page).click();
  await expect(page.getByText('Mended: The token has no Workers R2')).toBeVisible();
  const row = page.getByTestId('permission').filter({ hasText: 'Workers R2 Storage' });
  await expect(row).toContainText('Was: Missing');
  await expect(row).toContainText('Granted');
});

test('while it is asked again, rows give way one by one, and cancelling keeps what was found', async ({
  page,
}) => {
  const anew = seen.mended.permissions.slice(0, 4);
  const fresh: DoctorProgress[] = anew.map((row) => ({ event: 'row', ...row }));
  await diagnose(page, {
    doctor_again: [
      { value: { diagnosis: seen.mended, comparison: seen.comparison }, lines: fresh, held: true },
    ],
  });
  const row = page.getByTestId('permission').filter({ hasText: 'Workers R2 Storage' });
  await expect(row).toContainText('Missing');
  await primary(page).click();
  await expect(page.locator(verdict)).toContainText('6/8, 2 missing');
  await expect(page.locator(verdict)).toContainText('Asking again: 4 of 10 answered');
  await expect(row).toContainText('Was: Missing');
  await expect(page.getByTestId('permission')).toHaveCount(10);

  await page.getByTestId('cancel').focus();
  await page.keyboard.press('Enter');
  await lastAsked(page, 'cancel');
  await expect(heading(page), 'the focus is not lost').toBeFocused();
  await expect(heading(page), 'the diagnosis stays').toHaveText('Diagnosis');
  await expect(row).not.toContainText('Was');
  await release(page, 'doctor_again');
  await expect(page.locator(verdict)).toContainText('6/8, 2 missing');
});

test('what became of the clipboard is told with the diagnosis', async ({ page }) => {
  for (const [cleared, words] of [
    [true, 'The clipboard was cleared.'],
    [false, 'The clipboard was not cleared.'],
  ] as const) {
    await open(page, {
      ...seen.doctorWell,
      doctor_examine: [{ value: { ...seen.lacking, clipboard_cleared: cleared } }],
    });
    await page.getByTestId('check-token').click();
    await primary(page).click();
    await expect(page.locator(verdict)).toContainText('6/8');
    await expect(page.getByText(words)).toBeVisible();
  }
});

test('a second credential is pasted by button, used once and gone', async ({ page }) => {
  const held: HeldSecond = {
    card: { looks_like: 'User API token', last_four: 'w8Xz' },
    clipboardCleared: true,
  };
  await open(page, { ...seen.doctorWell, doctor_second_paste: [{ value: held }] });
  await page.getByTestId('check').first().click();
  await page.getByTestId('second').click();
  await page.getByTestId('paste-second').click();
  await expect(page.getByText('that ends in w8Xz').first()).toBeVisible();
  await expect(page.getByText('The clipboard was cleared')).toBeVisible();
  await primary(page).click();
  await expect(page.locator(verdict)).toBeVisible();
  expect(await lastAsked(page, 'doctor_examine')).toMatchObject({
    input: { source: 'connection', second: 'pasted', secondText: null },
  });
  await page.getByTestId('back').click();
  await expect(page.getByTestId('paste-second'), 'another exam needs it anew').toBeHidden();
  await page.getByTestId('second').click();
  await page.locator('#second-text').fill('a-stronger-token');
  await primary(page).click();
  await expect(page.locator(verdict)).toBeVisible();
  expect(await lastAsked(page, 'doctor_examine')).toMatchObject({
    input: { second: 'typed', secondText: 'a-stronger-token' },
  });
});

test('the paste keys mean the second credential where the person is at it', async ({ page }) => {
  const held = {
    card: { looks_like: 'User API token', last_four: 'w8Xz' },
    clipboardCleared: false,
  };
  await open(page, { ...seen.doctorWell, doctor_second_paste: [{ value: held }] });
  await page.getByTestId('check-token').click();
  await page.getByTestId('second').click();
  await page.getByTestId('paste-second').focus();
  await page.keyboard.press('Control+V');
  await expect(page.getByText('The clipboard still holds it')).toBeVisible();
  await page.getByTestId('forget-second').click();
  await lastAsked(page, 'doctor_second_forget');
  await expect(page.getByTestId('paste-second')).toBeVisible();
  expect((await asked(page)).some(({ command }) => command === 'doctor_examine')).toBe(false);
});

test('a second credential that cannot be one says so, and leaving drops one that can', async ({
  page,
}) => {
  const held = {
    card: { looks_like: 'User API token', last_four: 'w8Xz' },
    clipboardCleared: true,
  };
  await open(page, {
    ...seen.doctorWell,
    doctor_second_paste: [
      { problem: told.problem('retry', { message: 'That is an e-mail address.' }) },
      { value: held },
    ],
  });
  await page.getByTestId('check-token').click();
  await page.getByTestId('second').click();
  await page.getByTestId('paste-second').click();
  await expect(page.getByRole('alert')).toContainText('e-mail address');
  await nextAction(page).click();
  await expect(page.getByTestId('forget-second')).toBeVisible();
  await expect(page.getByRole('alert')).toBeHidden();
  await page.getByTestId('back').click();
  await lastAsked(page, 'doctor_second_forget');
});

test('what is used of a profile can be said, and a zone is asked for with it', async ({ page }) => {
  const about = { ...told.about, profiles: [told.profile, told.ownStack] };
  await open(page, { ...seen.doctorWell, about: [{ value: about }] });
  await page.getByTestId('check-token').click();
  await expect(page.getByTestId('uses'), 'this profile asks nothing').toBeHidden();
  await page.getByText('What Edge stack needs').click();
  await page.getByTestId('uses').click();
  await expect(page.locator('#zone-ids')).toBeHidden();
  await page.getByText('A domain of mine is attached').click();
  await page.locator('#zone-ids').fill('023e105f4ecef8ad9ca31a8372d0c353');
  await primary(page).click();
  expect(await lastAsked(page, 'doctor_examine')).toMatchObject({
    input: {
      against: { profile: told.ownStack.id },
      with: ['domain'],
      zones: ['023e105f4ecef8ad9ca31a8372d0c353'],
    },
  });
});

test('a connection is held against its own profile, another, or none', async ({ page }) => {
  const about = { ...told.about, profiles: [told.profile, told.ownStack] };
  await open(page, { ...seen.doctorWell, about: [{ value: about }] });
  await page.getByTestId('check').first().click();
  for (const [name, against] of [
    ['What Edge stack needs', { profile: told.ownStack.id }],
    ['No profile', 'nothing'],
    ['What Site Generator needs', 'own'],
  ] as const) {
    await page.getByText(name).click();
    await primary(page).click();
    await expect(page.locator(verdict)).toContainText('6/8');
    expect(await lastAsked(page, 'doctor_examine')).toMatchObject({
      input: { connectionId: told.card.connection_id, against },
    });
    await page.getByTestId('back').click();
  }
});

test('an earlier diagnosis stands beside the one at hand', async ({ page }) => {
  await diagnose(page);
  await page.getByTestId('compare').click();
  const row = page.getByRole('row').filter({ hasText: 'Zone · DNS · Edit' }).last();
  await expect(row.getByRole('cell')).toHaveText(['Granted', 'Missing']);
  await expect(row).toContainText('Changed');
  expect(await lastAsked(page, 'doctor_history')).toEqual({ run: seen.lacking.run });
});

test('a pasted token that was seen before is held against what was found then', async ({
  page,
}) => {
  const now = { ...seen.lacking, connection: null };
  await open(page, { ...seen.doctorWell, doctor_examine: [{ value: now }] });
  await page.getByTestId('check-token').click();
  await primary(page).click();
  await page.getByTestId('compare').click();
  const row = page.getByRole('row').filter({ hasText: 'Zone · DNS · Edit' }).last();
  await expect(row.getByRole('cell')).toHaveText(['Granted', 'Missing']);
  expect(await lastAsked(page, 'doctor_history')).toEqual({ run: now.run });
});

test('harmless writes are offered only where they would tell more', async ({ page }) => {
  const offer = 'Turn on “Also try harmless writes”';
  const none = { ...seen.assumed, harmless_write: null };
  const tried = { ...seen.mended.options, probe_writes: true };
  for (const [now, helps] of [
    [seen.mended, true],
    [{ ...seen.mended, permissions: [none] }, false],
    [{ ...seen.mended, options: tried }, false],
  ] as const) {
    await diagnose(page, { doctor_examine: [{ value: now }] });
    await expect(page.locator(verdict)).toContainText('8/8, 1 assumed');
    await expect(page.locator(verdict).getByText(offer)).toHaveCount(helps ? 1 : 0);
  }
});

test('a typed token is sent once and is gone from the page', async ({ page }) => {
  await open(page, { ...seen.doctorWell, doctor_examine: [{ value: seen.dead }] });
  await page.getByTestId('check-token').click();
  await page.getByTestId('type-instead').click();
  await primary(page).click();
  await expect(page.getByRole('alert'), 'an empty field is told').toBeFocused();
  await page.locator('#token-text').fill('a-token-to-check');
  await page.getByText('No profile').click();
  await primary(page).click();
  await expect(page.locator(verdict)).toContainText('Token expired');
  expect(await lastAsked(page, 'doctor_examine')).toMatchObject({
    input: { source: 'typed', text: 'a-token-to-check', against: 'nothing', connectionId: null },
  });
  await page.getByTestId('back').click();
  await expect(page.locator('#token-text'), 'the page forgot it').toHaveValue('');
  await expect(page.getByLabel('No profile'), 'what was chosen stays').toBeChecked();
});

test('the paste keys mean the button, but not within a field', async ({ page }) => {
  await open(page, seen.doctorWell);
  await page.getByTestId('check-token').click();
  await page.getByTestId('places').click();
  await page.locator('#zone-ids').focus();
  await page.keyboard.press('Control+V');
  await heading(page).focus();
  await page.keyboard.press('Control+V');
  await expect(page.locator(verdict)).toBeVisible();
  const exams = (await asked(page)).filter(({ command }) => command === 'doctor_examine');
  expect(exams).toHaveLength(1);
  expect(exams[0]?.args).toMatchObject({ input: { source: 'clipboard' } });
});

test('a token can be checked before anything is connected', async ({ page }) => {
  await walkTo(page, 'welcome', { doctor_examine: [{ value: seen.dead }] });
  await page.getByTestId('check-token').click();
  await arrived(page, 'doctor');
  await page.keyboard.press('Enter');
  await expect(page.locator(verdict)).toContainText('It cannot be used');
  await page.keyboard.press('Escape');
  await expect(heading(page)).toHaveText('Check a token');
  await page.keyboard.press('Escape');
  await arrived(page, 'welcome');
});

test('an exam is cancelled by its button or by Escape, and a late answer changes nothing', async ({
  page,
}) => {
  await diagnose(page, { doctor_examine: [{ value: seen.lacking, held: true }] });
  await page.getByTestId('cancel').click();
  await expect(heading(page)).toHaveText('Check a token');
  await lastAsked(page, 'cancel');
  await primary(page).click();
  await expect(page.getByTestId('cancel')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(heading(page)).toHaveText('Check a token');
  expect((await asked(page)).filter(({ command }) => command === 'cancel')).toHaveLength(2);
  await release(page, 'doctor_examine');
  await expect(heading(page)).toHaveText('Check a token');
});

test('a problem leads back to what was asked, and one press asks again', async ({ page }) => {
  await diagnose(page, {
    doctor_examine: [{ problem: told.problem('retry') }, { value: seen.lacking }],
  });
  await expect(page.getByRole('alert')).toBeFocused();
  await nextAction(page).click();
  await expect(page.locator(verdict)).toContainText('6/8');
});

test('what a listed connection lacks is mended by a rotation, one press from the check', async ({
  page,
}) => {
  await diagnose(page, {
    rotate_prepare: told.rotateWell['rotate_prepare'] ?? [],
    rotate_preview: [{ value: told.rotationDiffers }],
    rotate: [{ value: told.rotations.rotated }],
  });
  await page.getByTestId('connect-again').click();
  await arrived(page, 'prepare');
  expect(await lastAsked(page, 'rotate_prepare')).toEqual({
    connectionId: told.card.connection_id,
  });
  await primary(page).click();
  await primary(page).click();
  await pasteAndGoOn(page);
  await arrived(page, 'rotation');
  await expect(page.getByLabel('What the profile asks for now')).toBeChecked();
  await primary(page).click();
  await arrived(page, 'rotated');
  expect(await lastAsked(page, 'rotate')).toMatchObject({ choices: { profile_policy: true } });
});

test('a token whose connection is gone from the list is made again with the same choices', async ({
  page,
}) => {
  await diagnose(page, {
    prepare: [{ value: { ...told.prepared, sign_in_needed: false } }],
    doctor_examine: [{ value: { ...seen.lacking, connection: 'c-gone' } }],
  });
  await page.getByTestId('connect-again').click();
  await arrived(page, 'welcome');
  await primary(page).click();
  await primary(page).click();
  await primary(page).click();
  await pasteAndGoOn(page);
  await expect(screen(page, 'nominate')).toBeVisible();
  await expect(page.locator('#project')).toHaveValue('meadow-site');
});

test('the fix can be copied as a link and as rows', async ({ page }) => {
  await diagnose(page);
  await page.getByTestId('copy-fix').click();
  expect(await lastAsked(page, 'copy_link')).toEqual({ page: 'fix-link' });
  await page.getByTestId('copy-fix-rows').click();
  await expect(page.getByTestId('copy-fix-rows')).toHaveText('Copied');
  expect(await lastAsked(page, 'doctor_copy_rows')).toEqual({});
});

test('a support bundle that could not be made says so in its place, and is asked for again', async ({
  page,
}) => {
  await diagnose(page, {
    doctor_bundle: [{ problem: told.problem('retry') }, { value: seen.bundle }],
  });
  await page.getByTestId('bundle').click();
  await expect(page.getByText('Cloudflare does not know this token.')).toBeVisible();
  await page.getByTestId('bundle-again').click();
  await expect(page.getByTestId('bundle-text')).toBeVisible();
});

test('the support bundle is seen before it is copied or saved', async ({ page }) => {
  await diagnose(page);
  await page.getByTestId('bundle').click();
  await expect(page.getByTestId('bundle-text')).toHaveText(seen.bundle.markdown.trim());
  await page.getByText('JSON').click();
  await page.getByText('Show account and zone IDs in full').click();
  await expect(page.getByTestId('bundle-text')).toHaveText(seen.bundle.json);
  await page.getByTestId('copy-bundle').click();
  expect(await lastAsked(page, 'doctor_bundle_copy')).toEqual({ fullIds: true, format: 'json' });
  await page.getByTestId('save-bundle').click();
  await expect(page.getByText('Saved as /home/ada/narrows-bundle.json')).toBeVisible();
  expect(await lastAsked(page, 'doctor_bundle_save')).toEqual({ fullIds: true, format: 'json' });
});

test('a save that the person thinks better of loses nothing', async ({ page }) => {
  await diagnose(page, { doctor_bundle_save: [{ value: null }] });
  await page.getByTestId('bundle').click();
  await page.getByTestId('save-bundle').click();
  await expect(page.getByTestId('save-bundle')).not.toHaveAttribute('aria-disabled');
  await expect(page.getByText('Saved as')).toBeHidden();
  await expect(page.getByTestId('bundle-text')).toBeVisible();
  await expect(page.locator(verdict)).toContainText('6/8');
});

test('a bundle that may not be written says why', async ({ page }) => {
  await diagnose(page, {
    doctor_bundle_save: [
      { problem: told.problem('retry', { message: 'The bundle holds what looks like a token.' }) },
    ],
  });
  await page.getByTestId('bundle').click();
  await page.getByTestId('save-bundle').click();
  await expect(page.getByRole('alert')).toContainText('what looks like a token');
  await expect(page.locator(verdict), 'the diagnosis stays').toContainText('6/8');
  await nextAction(page).click();
  const saves = (await asked(page)).filter(({ command }) => command === 'doctor_bundle_save');
  expect(saves, 'trying again means saving again').toHaveLength(2);
});
