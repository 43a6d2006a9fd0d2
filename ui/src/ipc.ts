/**
 * The only file that talks to the application.
 *
 * Every command answers with a value: what it gave, or the {@link Problem} it met. Nothing here throws, stores or logs.
 */
import type * as wire from './generated/types';
import type {
  Bundle,
  BundleFormat,
  CheckedAgain,
  ExamineInput,
  Examined,
  HeldSecond,
  Page,
  SettingName,
} from './plain/messages';
import { words } from './words';

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: wire.Problem };

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

function isProblem(reason: unknown): reason is wire.Problem {
  return (
    typeof reason === 'object' &&
    reason !== null &&
    ['code', 'message', 'hint', 'next'].every(
      (key) => typeof (reason as Record<string, unknown>)[key] === 'string',
    )
  );
}

/** What cannot be a {@link Problem} is a fault of the application itself, and is said so. */
export function asProblem(reason: unknown): wire.Problem {
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

export const about = () => call<wire.About>('about');
export const home = () => call<wire.Home>('home');

export const prepare = (profile: string, platformAddress: string | null) =>
  call<wire.Prepared>('prepare', { profile, platformAddress });
export const chooseFileVault = (passphrase: string) =>
  call<wire.Prepared>('choose_file_vault', { passphrase });

export const signInStart = () => call<wire.SignInPrompt>('sign_in_start');
export const signInWait = () => call<wire.Person>('sign_in_wait');
export const signInCancel = () => call<null>('sign_in_cancel');

export const tokenPages = () => call<wire.TokenPage[]>('token_pages');
export const openPage = (page: Page) => call<null>('open_page', { page });
/** Opens what a built-in profile names: its support, or the documentation of that number. */
export const openBrandLink = (profile: string, doc: number | null) =>
  call<null>('open_brand_link', { profile, doc });
export const copyLink = (page: Page) => call<null>('copy_link', { page });
export const copyRows = (kind: wire.TokenKind) => call<null>('copy_rows', { kind });

export const pasteClipboard = () => call<wire.Pasted>('paste_clipboard');
export const pasteTyped = (text: string) => call<wire.Pasted>('paste_typed', { text });
export const inspect = () => call<wire.Inspection>('inspect');
/** The account's zones; nothing where the pasted token may not list them. */
export const zones = (account: string) => call<wire.ZoneChoice[] | null>('zones', { account });
export const preview = (choices: wire.Choices) => call<wire.Preview>('preview', { choices });

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
export const connect = (choices: wire.Choices, heard: (line: wire.Progress) => void) =>
  callWithProgress<wire.Outcome>('connect', { choices }, heard);

/** Begins a rotation of a connection, as `prepare` begins a connect. */
export const rotatePrepare = (connectionId: string) =>
  call<wire.Prepared>('rotate_prepare', { connectionId });
export const rotatePreview = (choices: wire.RotationChoices) =>
  call<wire.RotationPreview>('rotate_preview', { choices });
/** Rotates. */
export const rotate = (choices: wire.RotationChoices, heard: (line: wire.Progress) => void) =>
  callWithProgress<wire.Rotation>('rotate', { choices }, heard);

/** Begins a rotation of every connection; nothing is made yet. */
export const rotateAllPrepare = () => call<wire.SeveralAhead>('rotate_all_prepare');
export const rotateAllPreview = (choices: wire.RotationChoices) =>
  call<wire.SeveralPreview>('rotate_all_preview', { choices });
/** Rotates one after another. */
export const rotateAll = (
  choices: wire.RotationChoices,
  heard: (line: wire.SeveralProgress) => void,
) => callWithProgress<wire.SeveralRotations>('rotate_all', { choices }, heard);

/** Ends the open run and undoes what can be undone. */
export const cancel = () => call<null>('cancel');
export const deliverAgain = (connectionId: string) =>
  call<wire.ConnectionCard>('deliver_again', { connectionId });

/** Opens Cloudflare's list in which the token of a connection, or of a run, is found. */
export const openTokenList = (of: string) => call<null>('open_token_list', { of });

/** Takes a second, more powerful credential from the clipboard; it is held for the next exam alone. */
export const pasteSecond = () => call<HeldSecond>('doctor_second_paste');
export const forgetSecond = () => call<null>('doctor_second_forget');

/** Checks how one connection stands, or all of them. */
export const checkConnections = (connectionId: string | null) =>
  call<wire.Checked[]>('check_connections', { connectionId });
/** Makes ready to sign in at the platform of a connection. */
export const signInFor = (connectionId: string) => call<null>('sign_in_for', { connectionId });

/** Opens the sealed file that is there. */
export const unlockSealedFile = (passphrase: string) =>
  call<null>('unlock_sealed_file', { passphrase });

/** Asks what a token can do. {@link cancel} ends it. */
export const examine = (input: ExamineInput, heard: (line: wire.DoctorProgress) => void) =>
  callWithProgress<Examined>('doctor_examine', { input }, heard);
/** Asks the same once more, and tells what changed. */
export const examineAgain = (heard: (line: wire.DoctorProgress) => void) =>
  callWithProgress<CheckedAgain>('doctor_again', {}, heard);
/** Earlier diagnoses of a connection, newest first. */
/** What was found of the same token or connection before that diagnosis, newest first. */
export const doctorHistory = (run: string) => call<wire.Diagnosis[]>('doctor_history', { run });
export const copyFixRows = () => call<null>('doctor_copy_rows');

export const bundle = (fullIds: boolean) => call<Bundle>('doctor_bundle', { fullIds });
export const copyBundle = (fullIds: boolean, format: BundleFormat) =>
  call<null>('doctor_bundle_copy', { fullIds, format });
/** Asks the person where, and writes it there; the file's path, or nothing where they thought better of it. */
export const saveBundle = (fullIds: boolean, format: BundleFormat) =>
  call<string | null>('doctor_bundle_save', { fullIds, format });

/** A part of the activity, newest first. `newest` is that of the first page, so that later pages fit to it. */
export const activityPage = (
  search: string,
  newest: number | null,
  offset: number,
  limit: number,
) => call<wire.ActivityPage>('activity_page', { search, newest, offset, limit });
export const verifyActivity = () => call<wire.ChainReport>('activity_verify');
/** Asks the person where, and writes the whole log there; nothing where they thought better of it. */
export const exportActivity = () => call<wire.ActivityExport | null>('activity_export');
/** Opens Cloudflare's own log of the connection's account. */
export const openAuditLog = (connectionId: string) =>
  call<null>('open_audit_log', { connectionId });

export const settings = () => call<wire.Settings>('settings_show');
export const setSetting = (name: SettingName, value: string) =>
  call<wire.Settings>('settings_set', { name, value });
export const renameProject = (connectionId: string, project: string) =>
  call<wire.ConnectionCard>('project_rename', { connectionId, project });
export const openFolder = () => call<null>('open_folder');

export const vaultPanel = () => call<wire.VaultPanel>('vault_panel');
export const unlockVault = (passphrase: string) =>
  call<wire.VaultPanel>('vault_unlock', { passphrase });
export const moveVault = (to: wire.VaultKind, passphrase: string | null) =>
  call<wire.Moved>('vault_move', { to, passphrase });

export const forgetPlan = () => call<wire.ForgetPlan>('forget_plan');
export const forgetEverything = (typed: string, recordsAnyway: boolean) =>
  call<wire.Forgotten>('forget_everything', { typed, recordsAnyway });
/** Opens where something lives on. */
export const openLeft = (connectionId: string, place: 'tokens' | 'platform') =>
  call<null>('open_left', { connectionId, place });

/** Takes up the end of a connection; nothing is deleted yet. */
export const disconnectBegin = (connectionId: string) =>
  call<wire.Prepared>('disconnect_begin', { connectionId });
export const disconnect = (farewell: wire.Farewell, heard: (line: wire.Progress) => void) =>
  callWithProgress<wire.Disconnected>('disconnect', { farewell }, heard);

/** Goes on with what needs nobody, then says what is left by what is true now. */
export const checkLeftOver = () => call<wire.LeftOver[]>('check_left_over');
/** Hears how things stand whenever the application goes on by itself with what is left over. */
export const hearLeftOver = (heard: (home: wire.Home) => void) =>
  callWithProgress<null>('hear_left_over', {}, heard);
export const resumeBegin = (run: string) => call<wire.Prepared>('resume_begin', { run });
export const resume = (wish: wire.Resume, heard: (line: wire.Progress) => void) =>
  callWithProgress<wire.Settled>('resume', { wish }, heard);

export const orphansBegin = () => call<wire.Prepared>('orphans_begin');
export const orphans = () => call<wire.Orphans>('orphans');
export const deleteOrphans = (tokenIds: string[], broad: wire.BroadWish) =>
  call<wire.Swept>('delete_orphans', { tokenIds, broad });
