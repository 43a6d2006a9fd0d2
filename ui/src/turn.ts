/** What stands in the form of a rotation. */
import type { BroadWish, RotationChoices } from './generated/types';
import { words } from './words';

export type Policy = 'same' | 'newer';
export type Expiry = keyof typeof words.rotation.expiries;

export const expiries = Object.keys(words.rotation.expiries) as Expiry[];

/** What was chosen before, as the form has it. */
export const policyOf = (turn: RotationChoices | null): Policy =>
  turn?.profile_policy ? 'newer' : 'same';
export const expiryOf = (turn: RotationChoices | null): Expiry =>
  (turn?.expires as Expiry | null) ?? 'same';
export const broadOf = (turn: RotationChoices | null): BroadWish | null =>
  turn && turn.broad !== 'unsaid' ? turn.broad : null;
