/** Every view in both themes and at both ends of the window's sizes: no fault of accessibility, nothing cut off. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';
import { views } from './views';
import { screen } from './walk';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const sizes = {
  small: { width: 640, height: 560 },
  large: { width: 1100, height: 800 },
};

/** What is asked of axe in the page. */
interface Axe {
  run: (options: RunOptions) => Promise<AxeResults>;
}

test.use({ reducedMotion: 'reduce' });

for (const view of views) {
  test(`${view.name} is whole and accessible`, async ({ page }) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() !== 'log') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));

    await view.reach(page);
    await page.evaluate(axe);
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [size, viewport] of Object.entries(sizes)) {
        const seen = `${view.name}-${colorScheme}-${size}`;
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        await expect(screen(page, view.screen)).toBeVisible();
        await page.evaluate(() => document.fonts.ready);

        await page.screenshot({ path: `test-results/shots/${seen}.png` });

        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${seen}: nothing is wider than the window`).toBe(0);

        // axe sees what a theme or a size changes, each of them once: it takes most of the time of these tests.
        if ((colorScheme === 'light') !== (size === 'small')) continue;
        // What passed is neither written out nor sent here: there is much of it.
        const violations = await page.evaluate(async () => {
          const { axe } = window as unknown as { axe: Axe };
          return (await axe.run({ resultTypes: ['violations'] })).violations;
        });
        expect(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          `${seen}: axe finds nothing`,
        ).toEqual([]);
      }
    }
    expect(complaints, 'neither the page nor its policy complains').toEqual([]);
  });
}
