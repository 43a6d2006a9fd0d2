import type { AccountChoice } from './generated/types';

/** Accounts whose name holds every typed word, or whose id begins with what was typed. */
export function filterAccounts(
  accounts: readonly AccountChoice[],
  typed: string,
): readonly AccountChoice[] {
  const query = typed.trim().toLowerCase();
  if (query === '') return accounts;
  const asked = query.split(/\s+/);
  return accounts.filter(({ id, name }) => {
    const lower = name.toLowerCase();
    return id.startsWith(query) || asked.every((word) => lower.includes(word));
  });
}
