/** The one next action of a problem: on every screen that shows one, its button does something, and the right thing. */
import { expect, test, type Page } from '@playwright/test';
import type { Problem } from '../../src/generated/types';
import type { Screen } from '../../src/wizard';
import { words } from '../../src/words';
import type { Script } from './fake';
import * as told from '../fixtures';
import {
  arrived,
  asked,
  diagnose,
  heading,
  lastAsked,
  nextAction,
  open,
  primary,
  release,
  rotateTo,
  screen,
  signIn,
  walkTo,
} from './walk';

const retry = told.problem('retry');
const unreached = told.problem('retry', {
  code: 'browser-unreachable',
  message: 'No browser could be opened.',
  hint: 'Open the address below in a browser yourself.',
  evidence: 'https://dash.cloudflare.com/profile/api-tokens\nno program answers',
});
const full: Script = { home: [{ value: told.fullHome }] };
const signedOut = told.problem('sign-in', {
  code: 'not-signed-in',
  message: 'You are not signed in at the platform.',
  hint: 'Sign in, then deliver again.',
});

const pendingWith = (problem: Problem): Script => ({
  connect: [{ value: { ...told.outcomes.pending, problem } }],
});

/** What each screen can be asked that fails, and how it gets there; what fails, fails once. */
const failures: [string, Screen, (page: Page) => Promise<void>][] = [
  [
    'the start',
    'starting',
    (page) => open(page, { about: [{ problem: retry }, { value: told.about }] }),
  ],
  [
    'a delivery from the list',
    'home',
    async (page) => {
      await open(page, { ...full, deliver_again: [{ problem: retry }] });
      await page.getByTestId('deliver-again').click();
    },
  ],
  [
    'a check',
    'home',
    async (page) => {
      await open(page, { ...full, check_connections: [{ value: [] }, { problem: retry }] });
      await expect(page.getByTestId('check-now')).not.toHaveAttribute('aria-disabled');
      await page.getByTestId('check-now').click();
    },
  ],
  [
    'a look at what is left over',
    'home',
    (page) => open(page, { ...full, check_left_over: [{ problem: retry }] }),
  ],
  [
    'the beginning of an errand',
    'home',
    async (page) => {
      await open(page, { ...full, resume_begin: [{ problem: retry }] });
      await page.getByTestId('finish').first().click();
    },
  ],
  [
    'a search for unused tokens',
    'home',
    async (page) => {
      await open(page, { ...full, orphans_begin: [{ problem: retry }] });
      await page.getByTestId('orphans').click();
    },
  ],
  [
    'the way to a sign-in',
    'home',
    async (page) => {
      await open(page, {
        home: [{ value: told.driftedHome }],
        sign_in_for: [{ problem: retry }],
      });
      await page.getByTestId('need-sign-in').click();
    },
  ],
  [
    'the way back to the list',
    'disconnect',
    async (page) => {
      await open(page, { home: [{ value: told.fullHome }, { problem: retry }] });
      await page.getByTestId('disconnect').first().click();
      await page.getByTestId('back').click();
    },
  ],
  [
    'a check that ends late',
    'welcome',
    async (page) => {
      await open(page, {
        ...full,
        check_connections: [{ value: [] }, { problem: retry, held: true }, { value: [] }],
      });
      await expect(page.getByTestId('check-now')).not.toHaveAttribute('aria-disabled');
      await page.getByTestId('check-now').click();
      await primary(page).click();
      await arrived(page, 'welcome');
      await release(page, 'check_connections');
    },
  ],
  [
    'a preparation',
    'prepare',
    (page) => walkTo(page, 'prepare', { prepare: [{ problem: retry }] }),
  ],
  [
    'a sign-in',
    'sign-in',
    (page) => walkTo(page, 'sign-in', { sign_in_start: [{ problem: retry }] }),
  ],
  [
    'a copy on the way to a sign-in',
    'sign-in',
    async (page) => {
      await walkTo(page, 'sign-in', { copy_link: [{ problem: retry }] });
      await page.getByText('Copy the address').click();
    },
  ],
  [
    'the token page',
    'token-page',
    (page) => walkTo(page, 'token-page', { token_pages: [{ problem: retry }] }),
  ],
  [
    'a copy of the rows',
    'token-page',
    async (page) => {
      await walkTo(page, 'token-page', { copy_rows: [{ problem: retry }] });
      await page.getByText(words.tokenPage.copyRows).click();
    },
  ],
  [
    'a paste',
    'paste',
    async (page) => {
      await walkTo(page, 'paste', { paste_clipboard: [{ problem: retry }] });
      await page.getByTestId('paste').click();
    },
  ],
  [
    'a run of connect',
    'progress',
    (page) => walkTo(page, 'progress', { connect: [{ problem: retry }] }),
  ],
  [
    'a proof',
    'stopped',
    (page) =>
      walkTo(page, 'stopped', {
        connect: [{ value: { ...told.outcomes.stopped, problem: retry } }],
      }),
  ],
  ['a delivery', 'pending', (page) => walkTo(page, 'pending', pendingWith(retry))],
  [
    'the platform’s page',
    'result',
    async (page) => {
      await walkTo(page, 'result', { open_page: [{ problem: unreached }] });
      await page.getByText(`Open ${told.profile.name}`).click();
    },
  ],
  [
    'the preview of a rotation',
    'rotation',
    (page) => rotateTo(page, 'rotation', { rotate_preview: [{ problem: retry }] }),
  ],
  [
    'a run of rotate',
    'rotating',
    (page) => rotateTo(page, 'rotating', { rotate: [{ problem: retry }] }),
  ],
  ...(['pending', 'stopped', 'oldOpen'] as const).map(
    (end): [string, Screen, (page: Page) => Promise<void>] => [
      `a rotation that ended ${end}`,
      'rotated',
      (page) =>
        rotateTo(page, 'rotated', {
          rotate: [{ value: { ...told.rotations[end], problem: retry } }],
        }),
    ],
  ),
  [
    'the beginning of a disconnect',
    'disconnect',
    async (page) => {
      await open(page, { ...told.errandsWell, disconnect_begin: [{ problem: retry }] });
      await page.getByTestId('disconnect').first().click();
      await primary(page).click();
    },
  ],
  [
    'an errand',
    'ending',
    async (page) => {
      await open(page, { ...told.errandsWell, resume: [{ problem: retry }] });
      await page.getByTestId('finish').first().click();
      await primary(page).click();
    },
  ],
  [
    'a run that was taken up again',
    'settled',
    async (page) => {
      await open(page, {
        ...told.errandsWell,
        resume: [{ value: { ...told.settled, problem: retry } }],
      });
      await page.getByTestId('finish').first().click();
      await primary(page).click();
    },
  ],
  [
    'the token list',
    'settled',
    async (page) => {
      await open(page, { ...told.errandsWell, open_token_list: [{ problem: unreached }] });
      await page.getByTestId('disconnect').first().click();
      await page.locator('#when-later').check({ force: true });
      await primary(page).click();
      await primary(page).click();
      await page.getByTestId('token-list').click();
    },
  ],
  ['an exam', 'doctor', (page) => diagnose(page, { doctor_examine: [{ problem: retry }] })],
  [
    'a second exam',
    'doctor',
    async (page) => {
      await diagnose(page, { doctor_again: [{ problem: retry }] });
      await primary(page).click();
    },
  ],
  [
    'a copy of the fix',
    'doctor',
    async (page) => {
      await diagnose(page, { doctor_copy_rows: [{ problem: retry }] });
      await page.getByTestId('copy-fix-rows').click();
    },
  ],
  [
    'earlier diagnoses',
    'doctor',
    async (page) => {
      await diagnose(page, { doctor_history: [{ problem: retry }] });
      await page.getByTestId('compare').click();
    },
  ],
  [
    'the activity',
    'activity',
    async (page) => {
      await open(page, { ...full, activity_page: [{ problem: retry }] });
      await page.getByTestId('activity-link').click();
    },
  ],
  [
    'the settings',
    'settings',
    async (page) => {
      await open(page, { ...full, settings_show: [{ value: told.settings }, { problem: retry }] });
      await page.getByTestId('settings-link').click();
    },
  ],
];

for (const [what, where, reach] of failures) {
  test(`${what} that failed leads on from ${where}`, async ({ page }) => {
    await reach(page);
    await expect(screen(page, where)).toBeVisible();
    await expect(nextAction(page)).toHaveCount(1);
    const before = (await asked(page)).length;
    await nextAction(page).click();
    await expect
      .poll(async () => {
        const more = (await asked(page)).length > before;
        return more || !(await screen(page, where).isVisible());
      })
      .toBe(true);
  });
}

test('what stopped is tried again with the same choices', async ({ page }) => {
  await walkTo(page, 'stopped', {
    connect: [{ value: { ...told.outcomes.stopped, problem: retry } }],
  });
  await nextAction(page).click();
  await arrived(page, 'nominate');
  await expect(page.locator('#project')).toHaveValue('generator-site');
});

test('a redelivery that stays unknown is made again, from the list as well', async ({ page }) => {
  await open(page, {
    ...full,
    deliver_again: [{ problem: told.problem('deliver-again') }, { value: told.card }],
  });
  await page.getByTestId('deliver-again').click();
  await expect(nextAction(page)).toHaveText('Deliver again');
  await nextAction(page).click();
  await expect(page.getByText('Site Generator has the token.')).toBeVisible();
  expect(await lastAsked(page, 'deliver_again')).toEqual({ connectionId: 'c-91aa03de' });
});

test('a name whose delivery stays unknown is delivered again', async ({ page }) => {
  await open(page, {
    ...full,
    project_rename: [
      { problem: told.problem('deliver-again') },
      { value: { ...told.card, project: 'another-site' } },
    ],
  });
  await page.getByTestId('settings-link').click();
  await page.getByTestId('rename').first().click();
  await expect(nextAction(page)).toHaveText('Deliver again');
  await nextAction(page).click();
  await expect(page.getByText('It is “another-site” now.')).toBeVisible();
});

test('an errand that came too late leads to the delivery that ends it', async ({ page }) => {
  await open(page, { ...told.errandsWell, resume: [{ problem: told.problem('deliver-again') }] });
  await page.getByTestId('finish').first().click();
  await primary(page).click();
  await nextAction(page).click();
  await arrived(page, 'home');
  await expect
    .poll(() => lastAsked(page, 'deliver_again'))
    .toEqual({ connectionId: told.cutOff.connection_id });
});

test('signing in for a delivery delivers, and asks for no other token', async ({ page }) => {
  await walkTo(page, 'pending', pendingWith(signedOut));
  await nextAction(page).click();
  await arrived(page, 'sign-in');
  await signIn(page);
  await arrived(page, 'home');
  await expect(page.getByText('Site Generator has the token.')).toBeVisible();
  const commands = (await asked(page)).map(({ command }) => command);
  expect(commands.filter((command) => command === 'token_pages')).toHaveLength(1);
});

test('signing in for a delivery from the list delivers that one', async ({ page }) => {
  await open(page, {
    ...full,
    deliver_again: [{ problem: signedOut }, { problem: told.problem('deliver-again') }],
  });
  await page.getByTestId('deliver-again').click();
  await nextAction(page).click();
  await arrived(page, 'sign-in');
  await signIn(page);
  await expect(screen(page, 'home')).toBeVisible();
  await expect(nextAction(page), 'what stands in the way is told on the list').toHaveText(
    'Deliver again',
  );
  expect(await lastAsked(page, 'deliver_again')).toEqual({ connectionId: 'c-91aa03de' });
});

test.describe('a locked vault', () => {
  const passphrase = told.problem('choose-vault', {
    code: 'passphrase-needed',
    message: 'The token is in the sealed file.',
    hint: 'Enter its passphrase.',
    evidence: null,
  });

  test('is opened on the spot, and what it stood in the way of goes on', async ({ page }) => {
    await open(page, {
      ...told.errandsWell,
      disconnect: [{ problem: passphrase }, { value: told.disconnected }],
      unlock_sealed_file: [
        { problem: { ...passphrase, code: 'passphrase-wrong', message: 'It does not open it.' } },
        { value: null },
      ],
    });
    await page.getByTestId('disconnect').first().click();
    await page.locator('#when-later').check({ force: true });
    await primary(page).click();
    await primary(page).click();
    await arrivedAt(page, 'ending');
    await page.locator('#passphrase').fill('wrong horse');
    await page.getByTestId('use-file').click();
    await expect(page.getByText('It does not open it.')).toBeVisible();
    await page.locator('#passphrase').fill('correct horse');
    await page.getByTestId('use-file').click();
    await arrived(page, 'settled');
    expect(await lastAsked(page, 'unlock_sealed_file')).toEqual({ passphrase: 'correct horse' });
  });

  for (const [what, reach] of [
    [
      'a delivery',
      async (page: Page) => {
        await open(page, { ...full, deliver_again: [{ problem: told.keychainLocked }] });
        await page.getByTestId('deliver-again').click();
      },
    ],
    [
      'a disconnect',
      async (page: Page) => {
        await open(page, { ...full, disconnect_begin: [{ problem: told.keychainLocked }] });
        await page.getByTestId('disconnect').first().click();
        await primary(page).click();
      },
    ],
    [
      'an exam',
      (page: Page) => diagnose(page, { doctor_examine: [{ problem: told.keychainLocked }] }),
    ],
  ] as const) {
    test(`during ${what} leads to the settings, and not to another connect`, async ({ page }) => {
      await reach(page);
      await expect(nextAction(page)).toHaveText('Choose the vault');
      await nextAction(page).click();
      await arrived(page, 'settings');
    });
  }

  test('loses no errand for which a token was pasted', async ({ page }) => {
    await open(page, {
      ...told.errandsWell,
      resume: [{ problem: told.keychainLocked }, { value: told.settled }],
    });
    await page.getByTestId('finish').first().click();
    await primary(page).click();
    await expect(nextAction(page)).toHaveText('Try again');
    await nextAction(page).click();
    await arrived(page, 'settled');
  });
});

test.describe('whoever has left the platform', () => {
  const away: Script = {
    ...told.errandsWell,
    disconnect_begin: [{ value: told.prepared }],
  };

  test('disconnects without signing in, and it is told later', async ({ page }) => {
    await open(page, away);
    await page.getByTestId('disconnect').first().click();
    await page.locator('#when-later').check({ force: true });
    await primary(page).click();
    await arrived(page, 'sign-in');
    await expect(page.getByText('the platform is then told later')).toBeVisible();
    await page.getByTestId('without-sign-in').click();
    await arrived(page, 'errand');
    await primary(page).click();
    await arrived(page, 'settled');
  });

  test('connects nothing without signing in', async ({ page }) => {
    await walkTo(page, 'sign-in');
    await expect(page.getByTestId('without-sign-in')).toHaveCount(0);
  });
});

test('an end that stays open is forgotten here only after a warning', async ({ page }) => {
  await open(page, told.errandsWell);
  await page.getByTestId('disconnect').first().click();
  await page.locator('#when-later').check({ force: true });
  await primary(page).click();
  await arrived(page, 'errand');
  await expect(page.getByText('works until you delete it at Cloudflare')).toHaveCount(0);
  await page.getByTestId('forget-here').click();
  await page.getByRole('switch', { name: 'Forget it here' }).check({ force: true });
  await expect(page.getByText('works until you delete it at Cloudflare')).toContainText(
    told.card.token_name,
  );
  await expect(primary(page)).toHaveText('Disconnect and forget');
  await primary(page).click();
  expect(await lastAsked(page, 'disconnect')).toEqual({
    farewell: { broad: 'unsaid', forget: true },
  });
});

test('no rotation begins whose preview was not seen', async ({ page }) => {
  await rotateTo(page, 'rotation', {
    rotate_preview: [{ problem: retry }, { value: told.rotationPreview }],
  });
  await expect(nextAction(page)).toBeVisible();
  await expect(primary(page), 'there is nothing to agree to').toHaveCount(0);
  await nextAction(page).click();
  await expect(page.getByText(told.rotationPreview.old)).toBeVisible();
  expect((await asked(page)).map(({ command }) => command)).not.toContain('rotate');
  await primary(page).click();
  await arrived(page, 'rotated');
});

test('a preview of a connect that failed is asked for again', async ({ page }) => {
  await walkTo(page, 'nominate', { preview: [{ problem: retry }, { value: told.preview }] });
  await page.getByTestId('preview-again').click();
  await expect(page.getByText(told.preview.sentences[0] ?? '')).toBeVisible();
});

test('a value that was lost is followed by another rotation, with the same pasted token', async ({
  page,
}) => {
  await rotateTo(page, 'rotation', {
    rotate: [{ value: told.rotations.valueLost }, { value: told.rotations.rotated }],
  });
  await page.getByTestId('way').click();
  await page.getByText('Give the old token a new value').click();
  await expect(page.getByText(told.rotationPreview.old)).toBeVisible();
  await primary(page).click();
  await arrivedAt(page, 'rotated');
  await expect(nextAction(page)).toHaveText('Rotate again');
  await nextAction(page).click();
  await arrived(page, 'rotation');
  await expect(page.getByText(told.rotationPreview.old)).toBeVisible();
  await primary(page).click();
  await expect(heading(page)).toHaveText('Rotated');
  expect(await lastAsked(page, 'rotate')).toMatchObject({ choices: { in_place: false } });
});

test('a connection whose rotation was cut off can be rotated', async ({ page }) => {
  const card = { ...told.card, rotation: 'stopped' };
  await open(page, {
    ...told.rotateWell,
    home: [{ value: { connections: [card], unfinished: [] } }],
  });
  await expect(page.getByTestId('deliver-again'), 'there is nothing to deliver').toHaveCount(0);
  await page.getByTestId('rotate').click();
  await arrived(page, 'prepare');
  await page.getByTestId('back').click();
  await arrived(page, 'home');
});

test('the address that no browser opened can be read', async ({ page }) => {
  await walkTo(page, 'result', { open_page: [{ problem: unreached }] });
  await page.getByText(`Open ${told.profile.name}`).click();
  await expect(page.getByText('https://dash.cloudflare.com/profile/api-tokens')).toBeVisible();
});

test('a failed look at what is left over claims nothing and can be made again', async ({
  page,
}) => {
  const noted = { ...told.fullHome };
  await open(page, {
    home: [{ value: noted }],
    check_left_over: [{ problem: retry }, { value: [told.cutOff] }],
  });
  await expect(nextAction(page)).toBeVisible();
  await expect(page.getByText('Asked just now.')).toHaveCount(0);
  await page.getByTestId('check-again').first().click();
  await expect(page.getByTestId('finish')).toBeVisible();
  await expect(page.getByText('Asked just now.')).toBeVisible();
});

test('a reminder of age that looks switched on is set', async ({ page }) => {
  await open(page, full);
  await page.getByTestId('settings-link').click();
  await page.getByRole('switch', { name: 'Remind me when' }).check({ force: true });
  await expect
    .poll(() => lastAsked(page, 'settings_set'))
    .toEqual({ name: 'reminders/age-days', value: '90' });
});

test('a sealed file that is there is opened, not chosen', async ({ page }) => {
  await open(page, { home: [{ value: told.sealedHome }], check_connections: [{ value: [] }] });
  await expect(page.getByTestId('use-file')).toHaveText('Open the sealed file');
});

/** The screen stands, and what it has to say took the focus. */
async function arrivedAt(page: Page, name: Screen): Promise<void> {
  await expect(screen(page, name)).toBeVisible();
  await expect(page.getByRole('alert')).toBeFocused();
}
