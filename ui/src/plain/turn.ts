/** What stands in the form of a rotation. */
import type { BroadWish, RotationChoices } from '../generated/types';

export type Policy = 'same' | 'newer';
export const expiries = ['same', '30d', '90d', '365d', 'never'] as const;
export type Expiry = (typeof expiries)[number];

/** What was chosen before, as the form has it. */
export const policyOf = (turn: RotationChoices | null): Policy =>
  turn?.profile_policy ? 'newer' : 'same';
export const expiryOf = (turn: RotationChoices | null): Expiry =>
  (turn?.expires as Expiry | null) ?? 'same';
export const broadOf = (turn: RotationChoices | null): BroadWish | null =>
  turn && turn.broad !== 'unsaid' ? turn.broad : null;
