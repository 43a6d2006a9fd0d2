/** Every view that the page can show, each with the way there. */
import type { Page } from '@playwright/test';
import type { Screen } from '../../src/wizard';
import type { Script } from './fake';
import * as seen from '../diagnoses';
import * as told from '../fixtures';
import { diagnose, open, primary, rotateTo, walkTo } from './walk';

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

const withPlatformless: Script = {
  about: [{ value: { ...told.about, profiles: [told.profile, told.ownStack] } }],
};

export const views: View[] = [
  { name: 'home', ...atHome({}) },
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
      await page.getByTestId('paste').click();
      await primary(page).click();
      await page.getByText('A domain of mine is attached').click();
    },
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
    name: 'rotated-stopped',
    ...turned('rotated', { rotate: [{ value: told.rotations.stopped }] }),
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
  { name: 'doctor-dead', ...diagnosed({ doctor_examine: [{ value: seen.dead }] }) },
];
