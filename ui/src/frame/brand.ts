/** A platform's colour in the window: worn where it can be read, left out where it cannot. */

type Rgb = readonly [number, number, number];

/** What `tokens.css` says of each theme, as far as an accent lies on it, under it or beside it. */
export const themes = {
  light: { ground: '#f5f7f8', surface: '#ffffff', sunken: '#edf1f3', on: '#ffffff' },
  dark: { ground: '#0f161a', surface: '#162026', sunken: '#1d2930', on: '#05202a' },
} as const;

/** Towards what an accent grows stronger, how far, and how much of it tints a surface. */
const mixes = {
  light: { towards: '#000000', strong: 0.2, soft: 0.08 },
  dark: { towards: '#ffffff', strong: 0.3, soft: 0.16 },
} as const;

/** Least contrast of text with what it lies on (WCAG 2.2, 1.4.3). */
const least = 4.5;

/** An accent as one theme uses it. */
export interface Shades {
  accent: string;
  strong: string;
  soft: string;
}

export type Worn = Record<keyof typeof themes, Shades | null>;

/** The shades of an accent (`#rrggbb`) in each theme; nothing in a theme where it would be hard to read. */
export function worn(accent: string | null): Worn {
  return { light: shades('light', accent), dark: shades('dark', accent) };
}

function shades(theme: keyof typeof themes, hex: string | null): Shades | null {
  if (hex === null || !/^#[0-9a-f]{6}$/i.test(hex)) return null;
  const { ground, surface, sunken, on } = themes[theme];
  const { towards, strong, soft } = mixes[theme];
  const made = {
    accent: hex,
    strong: mixed(hex, towards, strong),
    soft: mixed(surface, hex, soft),
  };
  const read = [ground, surface, sunken, made.soft, on];
  const clear = [made.accent, made.strong].every((shade) =>
    read.every((other) => contrast(shade, other) >= least),
  );
  return clear ? made : null;
}

/** The contrast of two colours, from 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(rgb(one)), luminance(rgb(other))].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const rgb = (hex: string): Rgb => [at(hex, 1), at(hex, 3), at(hex, 5)];
const at = (hex: string, from: number): number => parseInt(hex.slice(from, from + 2), 16);

/** `one` with this share of `other` in it. */
function mixed(one: string, other: string, share: number): string {
  const [a, b] = [rgb(one), rgb(other)];
  const parts = a.map((part, index) => Math.round(part + ((b[index] ?? part) - part) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** Puts an accent on the window, or takes it off. */
export function wear(accent: string | null): void {
  const { style } = document.documentElement;
  for (const [theme, made] of Object.entries(worn(accent))) {
    for (const shade of ['accent', 'strong', 'soft'] as const) {
      const name = `--brand-${theme}-${shade}`;
      if (made) style.setProperty(name, made[shade]);
      else style.removeProperty(name);
    }
  }
}
