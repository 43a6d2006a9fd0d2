/** What the page asks the application and hears from it, as far as no type of Rust's says so. */
import type { Against, Comparison, Diagnosis, SecondCard } from '../generated/types';

/** Pages that the application opens in the browser or copies the address of. */
export type Page =
  | 'sign-in'
  | 'token-page-user'
  | 'token-page-account'
  /** Cloudflare's list in which the token that was pasted last is found. */
  | 'pasted-list'
  /** The same for the token that was examined last. */
  | 'examined-list'
  | 'old-token'
  | 'platform'
  | 'fix-link';

/** What the doctor is to ask. Ids are 32 characters. */
export interface ExamineInput {
  source: 'connection' | 'clipboard' | 'typed';
  connectionId: string | null;
  text: string | null;
  /** Where the second, more powerful credential comes from: pasted before, or typed with the rest. */
  second: 'none' | 'pasted' | 'typed';
  secondText: string | null;
  against: Against;
  /** What holds of the profile's questions; empty where nobody said. */
  with: string[];
  account: string | null;
  zones: string[];
  probeWrites: boolean;
  watch: boolean;
}

/** What an exam found, and what became of the clipboard; nothing where no token was pasted or typed. */
export type Examined = Diagnosis & { clipboard_cleared?: boolean | null };

/** A second credential that the application holds, and what became of the clipboard that it came from. */
export interface HeldSecond {
  card: SecondCard;
  clipboardCleared: boolean;
}

/** A diagnosis that was made once more. */
export interface CheckedAgain {
  diagnosis: Diagnosis;
  comparison: Comparison;
}

/** The support bundle, as it would be written. */
export interface Bundle {
  json: string;
  markdown: string;
}

export const bundleFormats = ['markdown', 'json'] as const satisfies (keyof Bundle)[];
export type BundleFormat = (typeof bundleFormats)[number];

export type SettingName = 'theme' | 'language' | 'reminders/days' | 'reminders/age-days';
