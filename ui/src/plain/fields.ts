/**
 * Which field a problem is about, by the first word of its code: `project-name-taken` is about the project.
 *
 * A problem of no field has none, and the summary then has no link.
 */
const fields = {
  welcome: { platform: 'platform-address' },
  prepare: { passphrase: 'passphrase' },
  paste: { pasted: 'token-text', paste: 'token-text' },
  doctor: { second: 'second-text', account: 'account-id', zone: 'zone-ids' },
  nominate: {
    account: 'account',
    project: 'project',
    expiry: 'last-day',
    expires: 'last-day',
    address: 'addresses',
    allow: 'addresses',
    zone: 'zone',
  },
} satisfies Record<string, Record<string, string>>;

/** Whether the passphrase of the sealed file that is there mends it, on whichever screen. */
export const opensSealed = ({ code }: { code: string }): boolean =>
  code === 'passphrase-needed' || code === 'passphrase-wrong';

/** The field's id, where the screen has one that the code speaks of. */
export function fieldOf(screen: string, code: string): string | null {
  const known: Record<string, Record<string, string>> = fields;
  return known[screen]?.[code.split('-')[0] ?? ''] ?? null;
}
