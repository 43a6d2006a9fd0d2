/** The one thing that the page stores: whether it is light, dark, or as the system says. */
import type { Theme } from '../generated/types';

export type { Theme };

export const themes: readonly Theme[] = ['system', 'light', 'dark'];

const key = 'narrows.theme';

/** The stored choice; "system" where there is none or storage is refused. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(key);
    return themes.find((theme) => theme === stored) ?? 'system';
  } catch {
    return 'system';
  }
}

/** Shows the theme and remembers it. */
export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    localStorage.setItem(key, theme);
  } catch {
    // A refused storage costs the memory of the choice, nothing else.
  }
}

/** Forgets the stored choice. */
export function forgetTheme(): void {
  applyTheme('system');
  try {
    localStorage.removeItem(key);
  } catch {
    // What was refused was never stored.
  }
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}
