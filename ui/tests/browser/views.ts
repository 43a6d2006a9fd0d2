/** Every view that the page can show, each with the way there. */
import type { Page } from '@playwright/test';
import type { ProfileCard, ZoneChoice } from '../../src/generated/types';
import type { Screen } from '../../src/wizard';
import type { Script } from './fake';
import * as cards from '../cards';
import * as seen from '../diagnoses';
import * as told from '../fixtures';
import { diagnose, open, pasteAndGoOn, primary, rotateAllTo, rotateTo, walkTo } from './walk';

export interface View {
  name: string;
  screen: Screen;
  reach: (page: Page) => Promise<void>;
}

const at = (screen: Screen, script: Script = {}) => ({
  screen,
  reach: (page: Page) => walkTo(page, screen, script),
});

const atHome = (script: Script) => ({
  screen: 'home' as const,
  reach: (page: Page) => open(page, { home: [{ value: told.fullHome }], ...script }),
});

const diagnosed = (script: Script = {}, then?: (page: Page) => Promise<void>) => ({
  screen: 'doctor' as const,
  reach: async (page: Page) => {
    await diagnose(page, script);
    await then?.(page);
  },
});

const turned = (screen: Screen, script: Script, then?: (page: Page) => Promise<void>) => ({
  screen,
  reach: async (page: Page) => {
    await rotateTo(page, screen, script);
    await then?.(page);
  },
});

const turnedAll = (screen: Screen, script: Script = {}, then?: (page: Page) => Promise<void>) => ({
  screen,
  reach: async (page: Page) => {
    await rotateAllTo(page, screen, script);
    await then?.(page);
  },
});

const withPlatformless: Script = {
  about: [{ value: { ...told.about, profiles: [told.profile, told.ownStack] } }],
};

/** One profile, and the zones that the pasted token sees. */
const choosing = (profile: ProfileCard, zones: ZoneChoice[] | null): Script => ({
  about: [{ value: { ...told.about, profiles: [profile] } }],
  zones: [{ value: zones }],
});

/** The list of connections, and from there. */
const from = (
  screen: 'activity' | 'settings',
  script: Script,
  then?: (page: Page) => Promise<void>,
) => ({
  screen,
  reach: async (page: Page) => {
    await open(page, { home: [{ value: told.fullHome }], ...script });
    await page.getByTestId(`${screen}-link`).click();
    await page
      .getByTestId(screen === 'activity' ? 'activity-row' : 'kept-item')
      .first()
      .waitFor();
    await then?.(page);
  },
});

const errand = (screen: Screen, go: (page: Page) => Promise<void>, script: Script = {}) => ({
  screen,
  reach: async (page: Page) => {
    await open(page, { ...told.errandsWell, ...script });
    await go(page);
  },
});

const paste = async (page: Page) => {
  await primary(page).click();
  await pasteAndGoOn(page);
};

const leaveOpen = async (page: Page) => {
  await page.getByTestId('disconnect').first().click();
  await page.locator('#when-later').check({ force: true });
  await primary(page).click();
};

const finishRun = (page: Page) => page.getByTestId('finish').first().click();

const sweep = async (page: Page) => {
  await page.getByTestId('orphans').click();
  await paste(page);
};

const branded: Script = {
  about: [{ value: { ...told.about, profiles: [cards.branded, told.ownStack] } }],
};

export const views: View[] = [
  { name: 'welcome-branded', ...at('welcome', branded) },
  { name: 'result-branded', ...at('result', branded) },
  {
    name: 'home-left-over',
    ...errand('home', (page) => page.getByTestId('finish').first().hover()),
  },
  {
    name: 'disconnect',
    ...errand('disconnect', (page) => page.getByTestId('disconnect').first().click()),
  },
  { name: 'errand-disconnect', ...errand('errand', leaveOpen) },
  { name: 'errand-resume', ...errand('errand', finishRun) },
  {
    name: 'errand-resume-token-page',
    ...errand('token-page', (page) => page.getByTestId('undo').first().click()),
  },
  { name: 'errand-orphans', ...errand('errand', sweep) },
  {
    name: 'errand-orphans-none',
    ...errand('errand', sweep, { orphans: [{ value: { ...told.orphans, orphans: [] } }] }),
  },
  {
    name: 'errand-problem',
    ...errand('errand', sweep, { orphans: [{ problem: told.problem('retry') }] }),
  },
  {
    name: 'ending-disconnect',
    ...errand(
      'ending',
      async (page) => {
        await leaveOpen(page);
        await primary(page).click();
      },
      { disconnect: [{ held: true, lines: told.parting }] },
    ),
  },
  {
    name: 'ending-resume',
    ...errand(
      'ending',
      async (page) => {
        await finishRun(page);
        await primary(page).click();
      },
      { resume: [{ held: true, lines: told.halfway.slice(3, 5) }] },
    ),
  },
  {
    name: 'ending-problem',
    ...errand(
      'ending',
      async (page) => {
        await finishRun(page);
        await primary(page).click();
      },
      { resume: [{ problem: told.problem('retry') }] },
    ),
  },
  {
    name: 'ending-locked',
    ...errand(
      'ending',
      async (page) => {
        await finishRun(page);
        await primary(page).click();
        await page.locator('#passphrase').waitFor();
      },
      {
        resume: [
          {
            problem: told.problem('choose-vault', {
              code: 'passphrase-needed',
              message: 'The token is in the sealed file, which is locked.',
              hint: 'Enter its passphrase.',
              evidence: null,
            }),
          },
        ],
      },
    ),
  },
  {
    name: 'errand-forget',
    ...errand('errand', async (page) => {
      await leaveOpen(page);
      await page.getByTestId('forget-here').click();
      await page.locator('#forget').check({ force: true });
      await page.getByText('works until you delete it').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'errand-sign-in',
    ...errand('sign-in', leaveOpen, { disconnect_begin: [{ value: told.prepared }] }),
  },
  {
    name: 'settled-disconnect',
    ...errand('settled', async (page) => {
      await leaveOpen(page);
      await primary(page).click();
    }),
  },
  {
    name: 'settled-resume',
    ...errand('settled', async (page) => {
      await finishRun(page);
      await primary(page).click();
    }),
  },
  {
    name: 'settled-orphans',
    ...errand('settled', async (page) => {
      await sweep(page);
      await page.locator('#orphan-0123456789abcdef0123456789abcdef').check({ force: true });
      await primary(page).click();
    }),
  },
  {
    name: 'welcome-five',
    ...at('welcome', { about: [{ value: { ...told.about, profiles: cards.five } }] }),
  },
  { name: 'home', ...atHome({}) },
  { name: 'home-drift', ...atHome({ home: [{ value: told.driftedHome }] }) },
  {
    name: 'home-drift-below',
    screen: 'home',
    reach: async (page) => {
      await open(page, { home: [{ value: told.driftedHome }] });
      await page.locator('[data-need="signed-out"]').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'home-rotate-elsewhere',
    ...atHome({
      home: [
        {
          value: {
            connections: [
              { ...told.driftedHome.connections[0], profile: 'from-a-file' },
              { ...told.card, connection_id: 'c-2', rotation: 'stopped' },
            ],
            unfinished: [],
          },
        },
      ],
    }),
  },
  {
    name: 'home-left-over-unasked',
    ...atHome({ check_left_over: [{ problem: told.problem('retry') }] }),
  },
  { name: 'home-sealed', ...atHome({ home: [{ value: told.sealedHome }] }) },
  {
    name: 'home-checking',
    ...atHome({ check_connections: [{ value: [], held: true }] }),
  },
  {
    name: 'home-problem',
    screen: 'home',
    reach: async (page) => {
      await open(page, {
        home: [{ value: told.fullHome }],
        deliver_again: [{ problem: told.problem('sign-in') }],
      });
      await page.getByTestId('deliver-again').click();
    },
  },
  {
    name: 'starting-problem',
    screen: 'starting',
    reach: (page) => open(page, { about: [{ problem: told.problem('retry') }] }),
  },
  { name: 'welcome', ...at('welcome') },
  {
    name: 'welcome-choices',
    ...at('welcome', {
      about: [
        {
          value: {
            ...told.about,
            sandbox: 'http://127.0.0.1:4180',
            profiles: [told.addressless, told.ownStack],
          },
        },
      ],
    }),
  },
  {
    name: 'welcome-fault',
    screen: 'welcome',
    reach: async (page) => {
      await open(page, { about: [{ value: { ...told.about, profiles: [told.addressless] } }] });
      await primary(page).click();
    },
  },
  { name: 'prepare-checking', ...at('prepare', { prepare: [{ held: true }] }) },
  { name: 'prepare', ...at('prepare') },
  {
    name: 'prepare-keychain',
    ...at('prepare', {
      prepare: [
        {
          value: {
            ...told.prepared,
            vault: { ...told.prepared.vault, persists: false, self_test_ms: null },
            problems: [told.keychainLocked],
          },
        },
      ],
    }),
  },
  { name: 'sign-in', ...at('sign-in') },
  {
    name: 'sign-in-problem',
    ...at('sign-in', { sign_in_start: [{ problem: told.problem('retry', { evidence: null }) }] }),
  },
  { name: 'token-page', ...at('token-page') },
  {
    name: 'token-page-problem',
    ...at('token-page', { token_pages: [{ problem: told.problem('start-over') }] }),
  },
  { name: 'paste', ...at('paste') },
  {
    name: 'paste-typing',
    screen: 'paste',
    reach: async (page) => {
      await walkTo(page, 'paste');
      await page.getByTestId('type-instead').click();
      await page.locator('#token-text').fill('secret');
    },
  },
  {
    name: 'paste-inspected',
    screen: 'paste',
    reach: async (page) => {
      await walkTo(page, 'paste');
      await page.getByTestId('paste').click();
    },
  },
  {
    name: 'paste-problem',
    screen: 'paste',
    reach: async (page) => {
      await walkTo(page, 'paste', { inspect: [{ problem: told.problem('paste-again') }] });
      await page.getByTestId('paste').click();
    },
  },
  {
    name: 'nominate',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate');
      await page.getByText(told.preview.sentences[0] ?? '').waitFor();
    },
  },
  {
    name: 'nominate-many',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate', {
        inspect: [{ value: { ...told.stranger, accounts: told.manyAccounts } }],
      });
      await page.locator('#account').click();
      await page.locator('#account').fill('meadow');
    },
  },
  {
    name: 'nominate-limits',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate');
      await page.getByTestId('limits').click();
      await page.getByText('On a date').click();
      await page.locator('#last-day').fill('2099-01-31');
      await page.getByTestId('body-json').click();
    },
  },
  {
    name: 'nominate-faults',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate', {
        inspect: [{ value: { ...told.stranger, accounts: told.manyAccounts } }],
      });
      await page.locator('#project').fill('My Site');
      await primary(page).click();
    },
  },
  {
    name: 'nominate-conditions',
    screen: 'nominate',
    reach: async (page) => {
      await open(page, {
        ...withPlatformless,
        prepare: [{ value: { ...told.prepared, sign_in_needed: false } }],
      });
      await page.getByText('Edge stack').click();
      await primary(page).click();
      await primary(page).click();
      await primary(page).click();
      await pasteAndGoOn(page);
      await page.getByText('A domain of mine is attached').click();
    },
  },
  {
    name: 'nominate-parts',
    screen: 'nominate',
    reach: (page) => walkTo(page, 'nominate', choosing(cards.stackone, cards.fewZones)),
  },
  {
    name: 'nominate-zones',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate', choosing(cards.manyDomains, cards.manyZones));
      const field = page.locator('#zone');
      await field.fill('00001');
      await field.press('Enter');
      await field.fill('00002');
      await field.press('Enter');
      await field.fill('meadow');
      await field.scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'nominate-zones-chosen',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate', choosing(cards.manyDomains, cards.fewZones));
      for (const { name } of cards.fewZones) {
        await page.locator('#zone').fill(name);
        await page.locator('#zone').press('Enter');
      }
      await page.locator('#zone').press('Escape');
    },
  },
  {
    name: 'nominate-zone-typed',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate', {
        ...choosing(cards.getaipage, null),
        zones: [{ problem: told.problem('retry') }],
      });
      await primary(page).click();
    },
  },
  {
    name: 'nominate-zones-none',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate', {
        ...choosing(cards.getaipage, []),
        preview: [{ problem: told.problem('retry') }],
      });
      await primary(page).click();
    },
  },
  {
    name: 'nominate-preview-problem',
    screen: 'nominate',
    reach: async (page) => {
      await walkTo(page, 'nominate', { preview: [{ problem: told.problem('retry') }] });
      await page.getByTestId('preview-again').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'nominate-optional',
    screen: 'nominate',
    reach: (page) => walkTo(page, 'nominate', choosing(cards.withOptional, [])),
  },
  {
    name: 'progress',
    ...at('progress', { connect: [{ held: true, lines: told.halfway }] }),
  },
  {
    name: 'progress-problem',
    ...at('progress', {
      connect: [{ problem: told.problem('paste-again'), lines: told.halfway }],
    }),
  },
  { name: 'result', ...at('result') },
  {
    name: 'result-unopened',
    screen: 'result',
    reach: async (page) => {
      await walkTo(page, 'result', {
        open_page: [
          {
            problem: told.problem('retry', {
              code: 'browser-unreachable',
              message: 'No browser could be opened.',
              hint: 'Open this address in a browser yourself.',
              evidence: 'https://sites.example/connections\nno program answers',
            }),
          },
        ],
      });
      await page.getByText(`Open ${told.profile.name}`).click();
    },
  },
  {
    name: 'result-evidence',
    screen: 'result',
    reach: async (page) => {
      await walkTo(page, 'result', { connect: [{ value: told.outcomes.amber }] });
      await page.getByTestId('checks').click();
      await page.getByTestId('details').click();
    },
  },
  { name: 'pending', ...at('pending', { connect: [{ value: told.outcomes.pending }] }) },
  { name: 'stopped', ...at('stopped', { connect: [{ value: told.outcomes.stopped }] }) },
  {
    name: 'home-rotations',
    ...atHome({
      home: [
        {
          value: {
            connections: [
              { ...told.card, rotation: 'pending' },
              { ...told.card, connection_id: 'c-2', rotation: 'old-open' },
            ],
            unfinished: [],
          },
        },
      ],
    }),
  },
  {
    name: 'rotation',
    ...turned('rotation', {}, async (page) => {
      await page.getByText(told.rotationPreview.old).waitFor();
    }),
  },
  {
    name: 'rotation-differs',
    ...turned('rotation', { rotate_preview: [{ value: told.rotationDiffers }] }, async (page) => {
      await page.getByText('What the profile asks for now', { exact: true }).click();
      await page.getByTestId('difference').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'rotation-in-place',
    ...turned(
      'rotation',
      {
        inspect: [{ value: told.stranger }],
        rotate_preview: [
          { value: told.rotationPreview },
          { value: { ...told.rotationPreview, way: 'in-place', body_json: null } },
        ],
      },
      async (page) => {
        await page.getByTestId('way').click();
        await page.getByText('Give the old token a new value').click();
        await primary(page).click();
      },
    ),
  },
  {
    name: 'rotation-problem',
    ...turned('rotation', { rotate_preview: [{ problem: told.problem('open-token-page') }] }),
  },
  {
    name: 'rotating',
    ...turned('rotating', { rotate: [{ held: true, lines: told.turning }] }),
  },
  {
    name: 'rotated',
    ...turned('rotated', {}),
  },
  {
    name: 'rotated-details',
    ...turned('rotated', {}, async (page) => {
      await page.getByTestId('checks').click();
      await page.getByTestId('details').click();
      await page.getByText('Fingerprint').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'rotated-pending',
    ...turned('rotated', { rotate: [{ value: told.rotations.pending }] }),
  },
  {
    name: 'rotated-old-open',
    ...turned('rotated', { rotate: [{ value: told.rotations.oldOpen }] }),
  },
  {
    name: 'rotated-value-lost',
    ...turned('rotated', { rotate: [{ value: told.rotations.valueLost }] }),
  },
  {
    name: 'rotated-stopped',
    ...turned('rotated', { rotate: [{ value: told.rotations.stopped }] }),
  },
  {
    name: 'rotate-all-looking',
    ...turnedAll('rotate-all', { rotate_all_prepare: [{ held: true }] }),
  },
  {
    name: 'rotate-all',
    ...turnedAll('rotate-all', {}, (page) => page.getByTestId('skipped').waitFor()),
  },
  {
    name: 'rotate-all-sign-in',
    ...turnedAll('rotate-all', { rotate_all_prepare: [{ value: told.aheadSignedOut }] }, (page) =>
      page.getByTestId('skipped').waitFor(),
    ),
  },
  {
    name: 'rotate-all-none',
    ...turnedAll(
      'rotate-all',
      { rotate_all_prepare: [{ value: { ...told.ahead, ahead: [] } }] },
      (page) => page.getByTestId('skipped').waitFor(),
    ),
  },
  {
    name: 'rotate-all-sealed',
    ...turnedAll('rotate-all', {
      rotate_all_prepare: [
        { problem: told.problem('choose-vault', { code: 'passphrase-needed' }) },
      ],
    }),
  },
  {
    name: 'rotate-all-token-page',
    ...turnedAll('token-page'),
  },
  {
    name: 'rotations',
    ...turnedAll('rotations', { inspect: [{ value: told.stranger }] }, async (page) => {
      await page.getByText('Rotate 2 tokens').click();
    }),
  },
  {
    name: 'rotations-differ',
    ...turnedAll('rotations', {}, (page) =>
      page.getByTestId('difference').scrollIntoViewIfNeeded(),
    ),
  },
  {
    name: 'rotations-problem',
    ...turnedAll('rotations', {
      rotate_all_preview: [{ problem: told.problem('open-token-page') }],
    }),
  },
  {
    name: 'rotating-all',
    ...turnedAll('rotating-all', { rotate_all: [{ held: true, lines: told.turningAll }] }),
  },
  {
    name: 'rotating-all-problem',
    ...turnedAll('rotating-all', {
      rotate_all: [{ problem: told.problem('retry'), lines: told.turningAll }],
    }),
  },
  { name: 'rotated-all', ...turnedAll('rotated-all') },
  {
    name: 'rotated-all-whole',
    ...turnedAll('rotated-all', {
      rotate_all: [
        {
          value: {
            ...told.several,
            rotations: told.several.rotations.slice(0, 1),
            skipped: [],
            summary: { ...told.several.summary, of: 1, old_open: 0, pending: 0, skipped: 0 },
          },
        },
      ],
    }),
  },
  {
    name: 'settings-forgotten',
    ...from('settings', {}, async (page) => {
      await page.getByTestId('forget-show').click();
      await page.locator('#forget-confirm').fill('forget everything');
      await page.getByTestId('forget-now').click();
      await page.getByTestId('start-afresh').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'doctor-ask',
    screen: 'doctor',
    reach: async (page) => {
      await open(page, {
        ...seen.doctorWell,
        about: [{ value: { ...told.about, profiles: [told.profile, told.ownStack] } }],
      });
      await page.getByTestId('check').first().click();
    },
  },
  {
    name: 'doctor-ask-faults',
    screen: 'doctor',
    reach: async (page) => {
      await open(page, seen.doctorWell);
      await page.getByTestId('check-token').click();
      await page.getByTestId('type-instead').click();
      await page.getByTestId('places').click();
      await page.locator('#zone-ids').fill('meadow.example');
      await primary(page).click();
    },
  },
  {
    name: 'doctor-ask-second',
    screen: 'doctor',
    reach: async (page) => {
      await open(page, {
        ...seen.doctorWell,
        about: [{ value: { ...told.about, profiles: [told.profile, told.ownStack] } }],
        doctor_second_paste: [
          {
            value: {
              card: { looks_like: 'User API token', last_four: 'w8Xz' },
              clipboardCleared: true,
            },
          },
        ],
      });
      await page.getByTestId('check-token').click();
      await page.getByText('What Edge stack needs').click();
      await page.getByTestId('uses').click();
      await page.getByText('A domain of mine is attached').click();
      await page.getByTestId('second').click();
      await page.getByTestId('paste-second').click();
      await page.getByTestId('forget-second').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'doctor-ask-problem',
    ...diagnosed({ doctor_examine: [{ problem: told.problem('paste-again') }] }),
  },
  {
    name: 'doctor-asking',
    ...diagnosed({ doctor_examine: [{ lines: seen.lines, held: true }] }),
  },
  { name: 'doctor-lacking', ...diagnosed() },
  {
    name: 'doctor-problems',
    ...diagnosed({}, async (page) => {
      await page.getByText('Only problems').click();
      await page.getByTestId('permission').first().click();
      await page.getByTestId('permission').first().scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'doctor-mended',
    ...diagnosed({}, async (page) => {
      await primary(page).click();
      await page.getByText('Two permissions were added.').first().waitFor();
    }),
  },
  {
    name: 'doctor-asking-again',
    ...diagnosed(
      {
        doctor_again: [
          {
            lines: seen.mended.permissions
              .slice(0, 4)
              .map((row) => ({ event: 'row' as const, ...row })),
            held: true,
          },
        ],
      },
      async (page) => {
        await primary(page).click();
        await page.getByText('Was: Missing').first().scrollIntoViewIfNeeded();
      },
    ),
  },
  {
    name: 'doctor-compared',
    ...diagnosed({}, async (page) => {
      await page.getByTestId('compare').click();
      await page.getByRole('row').last().scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'doctor-bundle',
    ...diagnosed({}, async (page) => {
      await page.getByTestId('details').click();
      await page.getByTestId('bundle').click();
      await page.getByTestId('save-bundle').click();
      await page.getByText('Saved as').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'doctor-bundle-problem',
    ...diagnosed({ doctor_bundle: [{ problem: told.problem('retry') }] }, async (page) => {
      await page.getByTestId('bundle').click();
      await page.getByTestId('bundle-again').scrollIntoViewIfNeeded();
    }),
  },
  { name: 'activity', ...from('activity', {}) },
  {
    name: 'activity-checked',
    ...from('activity', { activity_verify: [{ value: told.chain.broken }] }, async (page) => {
      await page.locator('#activity-search').fill('meadow');
      await page.getByText('with “meadow”').waitFor();
      await page.getByTestId('verify').click();
      await page.getByTestId('chain').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'activity-empty',
    screen: 'activity',
    reach: async (page) => {
      await open(page, {
        home: [{ value: told.fullHome }],
        activity_page: [{ activity: 0 }],
      });
      await page.getByTestId('activity-link').click();
      await page.getByText('Nothing was done yet.').waitFor();
    },
  },
  { name: 'settings', ...from('settings', {}) },
  {
    name: 'settings-move',
    ...from('settings', {}, async (page) => {
      await page.getByTestId('move').click();
      await page.getByTestId('use-file').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'settings-locked',
    ...from('settings', {
      vault_panel: [
        {
          value: {
            ...told.panel,
            vault: { ...told.panel.vault, kind: 'file', sealed_file: true, self_test_ms: null },
            state: 'locked',
            problem: told.problem('choose-vault', { code: 'passphrase-needed' }),
            items: told.panel.items.map((item) => ({ ...item, place: 'file', state: 'unseen' })),
            notices: ['The sealed file is locked, so what is in it is not listed.'],
          },
        },
      ],
    }),
  },
  {
    name: 'settings-lower',
    ...from('settings', {}, async (page) => {
      await page.getByText('Remind me when').click();
      await page.locator('#age-days').fill('soon');
      await page.getByTestId('set-age').click();
      await page.getByTestId('open-folder').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'settings-forget',
    ...from('settings', {}, async (page) => {
      await page.getByTestId('forget-show').click();
      await page.getByTestId('forget-now').click();
      await page.getByTestId('forget-now').scrollIntoViewIfNeeded();
    }),
  },
  {
    name: 'settings-forgotten-partly',
    ...from(
      'settings',
      {
        forget_everything: [
          {
            value: {
              ...told.forgotten,
              complete: false,
              records_kept: true,
              failed: [{ what: 'Narrow token', problem: told.keychainLocked }],
            },
          },
        ],
      },
      async (page) => {
        await page.getByTestId('forget-show').click();
        await page.locator('#forget-confirm').fill('forget everything');
        await page.getByTestId('forget-now').click();
        await page.getByTestId('records-anyway').scrollIntoViewIfNeeded();
      },
    ),
  },
  { name: 'doctor-dead', ...diagnosed({ doctor_examine: [{ value: seen.dead }] }) },
];
