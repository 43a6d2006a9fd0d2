/**
 * The only file that talks to the application.
 *
 * Every command answers with a value: what it gave, or the {@link Problem} it met. Nothing here throws, stores or logs.
 */
import type {
  About,
  Choices,
  Comparison,
  ConnectionCard,
  Diagnosis,
  DoctorProgress,
  Home,
  Inspection,
  Outcome,
  Pasted,
  Person,
  Prepared,
  Preview,
  Problem,
  Progress,
  Rotation,
  RotationChoices,
  RotationPreview,
  SignInPrompt,
  TokenKind,
  TokenPage,
} from './generated/types';
import { words } from './words';

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** Pages that the application opens in the browser or copies the address of. */
export type Page =
  | 'sign-in'
  | 'token-page-user'
  | 'token-page-account'
  | 'token-list'
  | 'old-token'
  | 'platform'
  | 'fix-link';

/** What the doctor is to ask. Ids are 32 characters. */
export interface ExamineInput {
  source: 'connection' | 'clipboard' | 'typed';
  connectionId: string | null;
  text: string | null;
  /** Nothing where it is only asked what the token can do. */
  profile: string | null;
  account: string | null;
  zones: string[];
  probeWrites: boolean;
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

interface Channel {
  onmessage: (message: never) => void;
}

interface Core {
  invoke(command: string, args?: Record<string, unknown>): Promise<unknown>;
  Channel: new () => Channel;
}

declare global {
  interface Window {
    __TAURI__?: { core: Core };
  }
}

function core(): Core {
  if (!window.__TAURI__) throw new Error('the page runs outside the application');
  return window.__TAURI__.core;
}

function isProblem(reason: unknown): reason is Problem {
  return (
    typeof reason === 'object' &&
    reason !== null &&
    ['code', 'message', 'hint', 'next'].every(
      (key) => typeof (reason as Record<string, unknown>)[key] === 'string',
    )
  );
}

/** What cannot be a {@link Problem} is a fault of the application itself, and is said so. */
function asProblem(reason: unknown): Problem {
  if (isProblem(reason)) return reason;
  const evidence = reason instanceof Error ? reason.message : String(reason);
  return { code: 'unexpected', ...words.unexpected, next: 'start-over', evidence };
}

async function call<T>(command: string, args?: Record<string, unknown>): Promise<Answer<T>> {
  try {
    return { ok: true, value: (await core().invoke(command, args)) as T };
  } catch (reason) {
    return { ok: false, problem: asProblem(reason) };
  }
}

export const about = () => call<About>('about');
export const home = () => call<Home>('home');

export const prepare = (profile: string, platformAddress: string | null) =>
  call<Prepared>('prepare', { profile, platformAddress });
export const chooseFileVault = (passphrase: string) =>
  call<Prepared>('choose_file_vault', { passphrase });

export const signInStart = () => call<SignInPrompt>('sign_in_start');
export const signInWait = () => call<Person>('sign_in_wait');
export const signInCancel = () => call<null>('sign_in_cancel');

export const tokenPages = () => call<TokenPage[]>('token_pages');
export const openPage = (page: Page) => call<null>('open_page', { page });
export const copyLink = (page: Page) => call<null>('copy_link', { page });
export const copyRows = (kind: TokenKind) => call<null>('copy_rows', { kind });

export const pasteClipboard = () => call<Pasted>('paste_clipboard');
export const pasteTyped = (text: string) => call<Pasted>('paste_typed', { text });
export const inspect = () => call<Inspection>('inspect');
export const preview = (choices: Choices) => call<Preview>('preview', { choices });

/** Calls a command that tells of its progress; `heard` gets every line. */
function callWithProgress<T>(
  command: string,
  args: Record<string, unknown>,
  heard: (line: never) => void,
): Promise<Answer<T>> {
  try {
    const progress = new (core().Channel)();
    progress.onmessage = heard;
    return call<T>(command, { ...args, progress });
  } catch (reason) {
    return Promise.resolve({ ok: false, problem: asProblem(reason) });
  }
}

/** Runs connect. */
export const connect = (choices: Choices, heard: (line: Progress) => void) =>
  callWithProgress<Outcome>('connect', { choices }, heard);

/** Begins a rotation of a connection, as `prepare` begins a connect. */
export const rotatePrepare = (connectionId: string) =>
  call<Prepared>('rotate_prepare', { connectionId });
export const rotatePreview = (choices: RotationChoices) =>
  call<RotationPreview>('rotate_preview', { choices });
/** Rotates. */
export const rotate = (choices: RotationChoices, heard: (line: Progress) => void) =>
  callWithProgress<Rotation>('rotate', { choices }, heard);

/** Ends the open run and undoes what can be undone. */
export const cancel = () => call<null>('cancel');
export const deliverAgain = (connectionId: string) =>
  call<ConnectionCard>('deliver_again', { connectionId });

/** Asks what a token can do. */
export const examine = (input: ExamineInput, heard: (line: DoctorProgress) => void) =>
  callWithProgress<Diagnosis>('doctor_examine', { input }, heard);
/** Asks the same once more, and tells what changed. */
export const examineAgain = () => call<CheckedAgain>('doctor_again');
/** Earlier diagnoses of a connection, newest first. */
export const doctorHistory = (connectionId: string) =>
  call<Diagnosis[]>('doctor_history', { connectionId });
export const copyFixRows = () => call<null>('doctor_copy_rows');

export const bundle = (fullIds: boolean) => call<Bundle>('doctor_bundle', { fullIds });
export const copyBundle = (fullIds: boolean, format: BundleFormat) =>
  call<null>('doctor_bundle_copy', { fullIds, format });
/** Writes it where the person says; the file's path. */
export const saveBundle = (fullIds: boolean) => call<string>('doctor_bundle_save', { fullIds });
