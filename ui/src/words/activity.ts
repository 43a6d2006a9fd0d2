/** What was done. */
import { count } from './say';

export const activity = {
  title: 'Activity',
  link: 'Activity',
  lead: 'Everything that was done outside, and every time a kept secret was read. Names, never values.',
  list: 'What was done, newest first',
  search: 'Search',
  count: (n: number) => count(n, 'entry', 'entries'),
  found: (n: number, words: string) => `${count(n, 'entry', 'entries')} with “${words}”`,
  empty: 'Nothing was done yet.',
  noneFound: 'Nothing fits.',
  column: {
    seq: 'No.',
    at: 'When (UTC)',
    what: 'What',
    subject: 'To what',
    result: 'Result',
  },
  details: 'The entry in full',
  run: 'Run',
  request: 'Request ID',
  hash: 'Hash',
  notGiven: 'Not given',
  doesNotHold: 'does not hold',
  verify: 'Check the chain',
  verifying: 'Checking…',
  export: 'Save as…',
  exported: (path: string) => `Saved as ${path}`,
  audit: 'Cloudflare’s own log',
  auditText: 'What Cloudflare itself wrote down about an account. It opens in your browser.',
  auditOf: (account: string) => `Audit log of ${account}`,
};
