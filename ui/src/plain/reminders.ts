/** What the reminders' controls offer. */

/** Days that are always offered. */
const usual: readonly number[] = [30, 7, 1];
const most = 3650;

/** Days after which a token counts as old, where nobody said otherwise. */
export const usualAge = 90;

/** The usual days, and those that were set elsewhere; the most first. */
export const daysShown = (set: readonly number[]): number[] =>
  [...new Set([...usual, ...set])].sort((a, b) => b - a);

/** The days that were typed; nothing where they are none. */
export function ageOf(typed: string): number | null {
  const text = typed.trim();
  const days = Number(text);
  return /^\d+$/.test(text) && days >= 1 && days <= most ? days : null;
}
