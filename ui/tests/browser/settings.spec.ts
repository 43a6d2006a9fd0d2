/** What a person does in the activity and the settings, and what the application is asked for it. */
import { expect, test } from '@playwright/test';
import * as told from '../fixtures';
import { arrived, asked, lastAsked, nextAction, open, screen } from './walk';

const full = { home: [{ value: told.fullHome }] };

test.describe('the activity', () => {
  test('of a hundred thousand entries is walked with the keyboard alone', async ({ page }) => {
    await open(page, full);
    await arrived(page, 'home');
    for (let presses = 0; presses < 8; presses += 1) {
      await page.keyboard.press('Shift+Tab');
      const here = await page.evaluate(() => document.activeElement?.textContent.trim() ?? '');
      if (here === 'Activity') break;
    }
    await page.keyboard.press('Enter');
    await arrived(page, 'activity');
    await expect(page.getByText('100,000 entries')).toBeVisible();
    const grid = page.getByRole('grid', { name: 'What was done, newest first' });
    await expect(grid).toHaveAttribute('aria-rowcount', '100001');
    expect(
      await page.getByTestId('activity-row').count(),
      'only what is in view is drawn',
    ).toBeLessThan(40);

    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect(grid).toBeFocused();
    /** The row that a voice reads: its place among all, and its number. */
    const read = () =>
      grid.evaluate((element) => {
        const row = document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
        const seen = row?.getBoundingClientRect();
        const within = element.getBoundingClientRect();
        return {
          place: row?.getAttribute('aria-rowindex'),
          number: row?.querySelector('[role=gridcell]')?.textContent.trim(),
          inView: !!seen && seen.top >= within.top && seen.bottom <= within.bottom + 1,
        };
      });
    expect(await read()).toEqual({ place: '2', number: '100000', inView: true });
    await page.keyboard.press('ArrowDown');
    expect(await read()).toEqual({ place: '3', number: '99999', inView: true });
    await page.keyboard.press('End');
    await expect.poll(read).toEqual({ place: '100001', number: '1', inView: true });
    await page.keyboard.press('PageUp');
    await expect.poll(async () => (await read()).inView).toBe(true);
    await page.keyboard.press('Home');
    await expect.poll(read).toEqual({ place: '2', number: '100000', inView: true });
    await expect(page.getByTestId('activity-details')).toContainText('8f1e0a2b3c4d5e6f-AMS');

    const pages = (await asked(page)).filter(({ command }) => command === 'activity_page');
    expect(pages[0]?.args).toEqual({ search: '', newest: null, offset: 0, limit: 100 });
    const offsets = pages.map(({ args }) => args['offset']);
    expect(offsets, 'the last page was asked for').toContain(99_900);
    expect(new Set(offsets).size, 'and none twice').toBe(offsets.length);
    expect(
      pages.slice(1).every(({ args }) => args['newest'] === 100_000),
      'later pages fit to the first',
    ).toBe(true);
  });

  test('is searched, and the list is that of the last words', async ({ page }) => {
    await open(page, full);
    await page.getByTestId('activity-link').click();
    await page.locator('#activity-search').fill('meadow');
    await expect(page.getByText('10,000 entries with “meadow”')).toBeVisible();
    await expect(page.getByTestId('activity-row').first()).toContainText('Meadow 100000');
    expect(await lastAsked(page, 'activity_page')).toMatchObject({ search: 'meadow', offset: 0 });
    await page.locator('#activity-search').fill('');
    await expect(page.getByText('100,000 entries')).toBeVisible();
  });

  test('that was tampered with is told, and its row marked', async ({ page }) => {
    await open(page, { ...full, activity_verify: [{ value: told.chain.broken }] });
    await page.getByTestId('activity-link').click();
    await page.getByTestId('verify').click();
    await expect(page.getByTestId('chain')).toContainText('The chain breaks at row 99998');
    await expect(
      page.getByTestId('activity-row').filter({ hasText: 'does not hold' }),
    ).toContainText('99998');
  });

  test('is saved, and its place told', async ({ page }) => {
    await open(page, full);
    await page.getByTestId('activity-link').click();
    await page.getByTestId('export').click();
    await expect(page.getByText('Saved as /home/ada/Downloads/narrows-activity')).toBeVisible();
    await page.getByText('Audit log of Meadow').click();
    expect(await lastAsked(page, 'open_audit_log')).toEqual({
      connectionId: told.card.connection_id,
    });
  });

  test('is not saved where the person thinks better of it, and nothing says so', async ({
    page,
  }) => {
    await open(page, { ...full, activity_export: [{ value: null }] });
    await page.getByTestId('activity-link').click();
    await page.getByTestId('export').click();
    await expect(page.getByTestId('export')).not.toHaveAttribute('aria-disabled');
    await expect(page.getByText('Saved as')).toHaveCount(0);
  });

  test('says where no request ID was given, and leaves out what cannot be', async ({ page }) => {
    await open(page, full);
    await page.getByTestId('activity-link').click();
    const details = page.getByTestId('activity-details');
    const row = (number: number) =>
      page.getByTestId('activity-row').filter({ hasText: `${number}` });
    await row(99_997).first().click();
    await expect(details, 'a delivery').toContainText(/Request ID\s*Not given/);
    await row(99_999).first().click();
    await expect(details, 'the vault gives no request an ID').not.toContainText('Request ID');
    await expect(details).not.toContainText('None');
  });

  test('that cannot be read is asked for again', async ({ page }) => {
    await open(page, {
      ...full,
      activity_page: [{ problem: told.problem('retry') }, { activity: 3 }],
    });
    await page.getByTestId('activity-link').click();
    await nextAction(page).click();
    await expect(page.getByText('3 entries')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(screen(page, 'home')).toBeVisible();
  });
});

test.describe('the settings', () => {
  test('move everything into a sealed file once both passphrases agree', async ({ page }) => {
    await open(page, full);
    await page.getByTestId('settings-link').click();
    await expect(page.getByTestId('kept-item')).toHaveCount(2);
    await page.getByTestId('move').click();
    await page.locator('#passphrase').fill('correct horse');
    await page.locator('#passphrase-again').fill('correct house');
    await page.getByTestId('use-file').click();
    expect((await asked(page)).map(({ command }) => command)).not.toContain('vault_move');
    await page.locator('#passphrase-again').fill('correct horse');
    await page.getByTestId('use-file').click();
    await expect(page.getByTestId('moved')).toContainText('2 items rest in the sealed file now');
    expect(await lastAsked(page, 'vault_move')).toEqual({
      to: 'file',
      passphrase: 'correct horse',
    });
    await expect(page.locator('#passphrase'), 'the page forgets it').toHaveValue('');
  });

  test('list what bears the same name twice', async ({ page }) => {
    const [token] = told.panel.items;
    await open(page, {
      ...full,
      vault_panel: [{ value: { ...told.panel, items: [token, token] } }],
    });
    await page.getByTestId('settings-link').click();
    await expect(page.getByTestId('kept-item')).toHaveCount(2);
  });

  test('a screen that cannot be shown says so, and there is a way on', async ({ page }) => {
    await open(page, { ...full, vault_panel: [{ value: { ...told.panel, items: null } }] });
    await page.getByTestId('settings-link').click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This screen cannot be shown');
    await nextAction(page).click();
    await arrived(page, 'welcome');
  });

  test('say why nothing was moved', async ({ page }) => {
    await open(page, {
      ...full,
      vault_panel: [
        {
          value: { ...told.panel, vault: { ...told.panel.vault, kind: 'file', sealed_file: true } },
        },
      ],
      vault_move: [{ problem: { ...told.keychainLocked, next: 'retry' } }],
    });
    await page.getByTestId('settings-link').click();
    await page.getByTestId('move').click();
    await page.getByTestId('move-now').click();
    await expect(page.getByRole('alert')).toContainText(told.keychainLocked.message);
    await nextAction(page).click();
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test('rename a project, and name the rule that a name breaks', async ({ page }) => {
    await open(page, {
      ...full,
      project_rename: [
        { problem: told.problem('change-choices', { code: 'project-name', message: 'Not so.' }) },
        { value: { ...told.card, project: 'another-site' } },
      ],
    });
    await page.getByTestId('settings-link').click();
    const field = page.locator(`#project-${told.card.connection_id}`);
    await field.fill('Another Site');
    await page.keyboard.press('Enter');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toBeFocused();
    await field.fill('another-site');
    await page.keyboard.press('Enter');
    await expect(page.getByText('It is “another-site” now.')).toBeVisible();
    expect(await lastAsked(page, 'project_rename')).toEqual({
      connectionId: told.card.connection_id,
      project: 'another-site',
    });
  });

  test('keep what was set: days, age, theme and language', async ({ page }) => {
    await open(page, {
      ...full,
      settings_set: [
        { value: { ...told.settings, reminders: { days: [30, 1], age_days: null } } },
        { value: { ...told.settings, reminders: { days: [30, 1], age_days: 60 } } },
      ],
    });
    await page.getByTestId('settings-link').click();
    await page.getByText('7 days before').click();
    await expect
      .poll(() => lastAsked(page, 'settings_set'))
      .toEqual({ name: 'reminders/days', value: '30,1' });
    await page.getByRole('switch', { name: 'Remind me when' }).check({ force: true });
    await page.locator('#age-days').fill('none');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Give whole days')).toBeVisible();
    await page.locator('#age-days').fill('60');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => lastAsked(page, 'settings_set'))
      .toEqual({ name: 'reminders/age-days', value: '60' });
    await page.getByText('Dark', { exact: true }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await expect(page.getByTitle('Dark').locator('input'), 'both switches agree').toBeChecked();
    await expect
      .poll(() => lastAsked(page, 'settings_set'))
      .toEqual({ name: 'theme', value: 'dark' });
    await page.getByText('English', { exact: true }).click();
    await expect
      .poll(() => lastAsked(page, 'settings_set'))
      .toEqual({ name: 'language', value: 'english' });
    await page.getByTestId('open-folder').click();
    await lastAsked(page, 'open_folder');
  });

  test('forget everything only for the exact words, and tell what lives on', async ({ page }) => {
    await open(page, { home: [{ value: told.fullHome }, { value: told.noHome }] });
    await page.getByTitle('Dark').click();
    await page.getByTestId('settings-link').click();
    await page.getByTestId('forget-show').click();
    await expect(page.getByText('Site Generator holds a copy')).toBeVisible();
    await page.locator('#forget-confirm').fill('yes');
    await page.keyboard.press('Enter');
    await expect(page.getByText('This is not the confirmation.')).toBeVisible();
    expect((await asked(page)).map(({ command }) => command)).not.toContain('forget_everything');
    await page.locator('#forget-confirm').fill('forget everything');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('forgotten')).toBeFocused();
    await expect(
      page.getByText('is listed before you decide'),
      'there is nothing left to decide',
    ).toHaveCount(0);
    expect(await lastAsked(page, 'forget_everything')).toEqual({
      typed: 'forget everything',
      recordsAnyway: false,
    });
    await page.getByTestId('left-tokens').click();
    expect(await lastAsked(page, 'open_left')).toEqual({
      connectionId: told.forgetPlan.alive[0]?.connection_id,
      place: 'tokens',
    });
    expect(await page.evaluate(() => Object.keys(localStorage)), 'nothing is stored').toEqual([]);
    await page.getByTestId('start-afresh').click();
    await arrived(page, 'welcome');
  });

  test('are reached before anything is connected', async ({ page }) => {
    await open(page, {});
    await page.getByTestId('settings-link').click();
    await arrived(page, 'settings');
    await page.keyboard.press('Escape');
    await expect(screen(page, 'home').or(screen(page, 'welcome'))).toBeVisible();
  });
});
