import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contrast, themes, worn } from '../../src/frame/brand';

describe('a platform’s colour', () => {
  test('is worn in the themes in which it can be read', () => {
    const blue = worn('#1f5eff');
    expect(blue.light?.accent).toBe('#1f5eff');
    expect(blue.dark, 'on the dark ground it is too faint').toBeNull();
    const yellow = worn('#ffd84d');
    expect(yellow.light, 'on the light ground it is too faint').toBeNull();
    expect(yellow.dark?.accent).toBe('#ffd84d');
  });

  test('keeps its contrast on everything that it lies on, whatever it is', () => {
    for (let step = 0; step < 4096; step += 37) {
      const digits = step.toString(16).padStart(3, '0');
      const hex = `#${Array.from(digits, (digit) => digit + digit).join('')}`;
      for (const theme of ['light', 'dark'] as const) {
        const shades = worn(hex)[theme];
        if (!shades) continue;
        for (const shade of [shades.accent, shades.strong]) {
          for (const other of [...Object.values(themes[theme]), shades.soft]) {
            expect(contrast(shade, other), `${hex} ${theme}: ${shade} on ${other}`).toBeGreaterThan(
              4.49,
            );
          }
        }
      }
    }
  });

  test('is left out where there is none, or what is given is no colour', () => {
    for (const none of [null, 'blue', '#12345', 'url(https://evil.example)']) {
      expect(worn(none)).toEqual({ light: null, dark: null });
    }
  });

  test('is measured against the grounds that the window has', () => {
    const css = readFileSync(new URL('../../src/tokens.css', import.meta.url), 'utf8');
    for (const name of ['ground', 'surface', 'sunken'] as const) {
      expect(css).toContain(`--${name}: light-dark(${themes.light[name]}, ${themes.dark[name]});`);
    }
    expect(css).toContain(`--on-accent: light-dark(${themes.light.on}, ${themes.dark.on});`);
  });
});
