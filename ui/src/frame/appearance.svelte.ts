/** The theme that shows, for every control that shows or chooses it. */
import * as ipc from '../ipc';
import { chooseTheme, forgetTheme, storedTheme, type Theme } from './theme';

let theme = $state<Theme>(storedTheme());

export const appearance = {
  get theme() {
    return theme;
  },
  /** The person's choice: shown at once, and remembered by the page and by the application. */
  choose(option: Theme): void {
    appearance.show(option);
    // The page remembers it by itself; the application's memory is for the command line.
    void ipc.setSetting('theme', option);
  },
  /** What the application remembers, where another window or the command line changed it. */
  show(option: Theme): void {
    theme = option;
    chooseTheme(option);
  },
  /** As if nobody had ever chosen. */
  forget(): void {
    theme = 'system';
    forgetTheme();
  },
};
