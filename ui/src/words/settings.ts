/** The settings. */
import type { ItemState, Language, VaultKind, VaultState } from '../generated/types';
import { count } from './say';

export const settings = {
  title: 'Settings',
  link: 'Settings',
  vault: 'Vault, where secrets are kept',
  store: 'Kind',
  persists: 'Outlives this session',
  yes: 'Yes',
  no: 'No',
  notTold: 'The system does not say',
  selfTest: 'Self-test',
  passed: (ms: number, when: string) => `Passed in ${ms} ms, ${when}`,
  notPassed: (when: string) => `Not passed, ${when}`,
  sealedFile: 'Sealed file',
  state: { open: 'Open', locked: 'Locked', failed: 'Does not work' } satisfies Record<
    VaultState,
    string
  >,
  items: 'What is kept, by name',
  noItems: 'Nothing is kept yet.',
  item: { what: 'What', name: 'Name', place: 'Where', state: 'State' },
  place: { keychain: 'Keychain', file: 'Sealed file' } satisfies Record<VaultKind, string>,
  itemState: {
    kept: 'Kept',
    missing: 'Missing',
    unseen: 'Not looked at',
    stray: 'Used by nothing',
  } satisfies Record<ItemState, string>,
  testAgain: 'Test again',
  testing: 'Testing…',
  unlock: 'Unlock the sealed file',
  move: {
    file: 'Move everything to a sealed file',
    keychain: 'Move everything to the keychain',
  } satisfies Record<VaultKind, string>,
  moveText:
    'Each item is copied, read back and compared. Only then are the old ones deleted. If anything fails before that, nothing moves.',
  moveNow: 'Move',
  moving: 'Moving…',

  projects: 'Project names',
  projectsText:
    'Give a project another name, here and at the platform. At Cloudflare nothing changes: the token reaches every project of its account.',
  project: (account: string) => `Project on ${account}`,
  rename: 'Deliver the new name',
  renaming: 'Delivering…',
  renamed: (name: string, code: string | null) =>
    code === null ? `It is “${name}” now.` : `It is “${name}” now. Receipt ${code}.`,

  reminders: 'Reminders',
  remindersText: 'Narrows reminds you while it runs, and on the list of connections.',
  before: 'Before a token ends',
  days: (n: number) => `${count(n, 'day', 'days')} before`,
  age: 'Remind me when a token gets old',
  ageDays: 'Days after it was made',
  ageFault: 'Give whole days from 1 to 3650.',
  saveAge: 'Set',

  look: 'Look and language',
  language: 'Language',
  languageHint: 'English is the only language so far.',
  languages: { system: 'As the system', english: 'English' } satisfies Record<Language, string>,
  saved: 'Saved.',

  folder: 'Data folder',
  folderText:
    'Connections, activity and settings lie here. Secrets do not, unless in the sealed file.',
  openFolder: 'Open the folder',

  forget: 'Forget everything on this computer',
  forgetText:
    'Deletes the secrets first, then every record. What lives elsewhere lives on, and is listed before you decide.',
  forgetShow: 'Show what would be forgotten',
  deletes: 'This is deleted here',
  stays: 'This stays on this computer',
  alive: 'This lives on elsewhere',
  noneAlive: 'There is no connection, so nothing lives on.',
  tokenList: 'Open Cloudflare’s list of tokens',
  openPlatform: (platform: string) => `Open ${platform}`,
  confirm: (phrase: string) => `Type “${phrase}” to confirm`,
  confirmFault: 'This is not the confirmation. Nothing was forgotten.',
  forgetNow: 'Forget everything',
  forgetting: 'Forgetting…',
  forgotten: 'Everything on this computer is forgotten.',
  notForgotten: 'Not everything could be deleted',
  recordsKept: 'The records were kept, as they alone name what is left.',
  recordsAnyway: 'Delete the records all the same',
  startAfresh: 'Start afresh',
};
