/** Reads what stands in the nominate form. Pure: today's date is an argument. */
import type { BroadWish, Choices, Inspection, ProfileCard, ProjectRule } from './generated/types';

export const expiries = ['none', '30d', '90d', '365d', 'date'] as const;
export type Expiry = (typeof expiries)[number];

/** The form as it stands, valid or not. */
export interface Draft {
  account: string | null;
  project: string;
  expiry: Expiry;
  /** `2027-01-31`; counts only when `expiry` is `date`. */
  date: string;
  /** Addresses, parted by commas, blanks or line breaks. */
  addresses: string;
  with: string[];
  zone: string;
  broad: BroadWish;
}

/** What is wrong with each field; a field without an entry is right. */
export interface Faults {
  account?: 'none';
  project?: ProjectFault;
  date?: DateFault;
  /** The entries that are no addresses. */
  addresses?: string[];
  zone?: 'no-zone';
  broad?: 'unsaid';
}

export type ProjectFault = 'empty' | 'long' | 'letters' | 'edges';
export type DateFault = 'no-date' | 'past';

export type Reading = { ok: true; choices: Choices } | { ok: false; faults: Faults };

/** A form to begin with: earlier choices, or the profile's suggestions. */
export function draftOf(
  profile: ProfileCard,
  inspection: Inspection,
  choices: Choices | null,
): Draft {
  const only = inspection.accounts.length === 1 ? inspection.accounts[0] : undefined;
  const wished = inspection.accounts.find(({ id }) => id === choices?.account);
  const expires = choices?.expires ?? null;
  const expiry = expires === null ? 'none' : expiries.find((known) => known === expires);
  return {
    account: wished?.id ?? only?.id ?? null,
    project: choices?.project ?? profile.project?.suggestion ?? '',
    expiry: expiry ?? 'date',
    date: expiry === undefined && expires !== null ? expires : '',
    addresses: choices?.allow_ip.join('\n') ?? '',
    with: choices?.with ?? [],
    zone: choices?.zones[0] ?? '',
    broad: choices?.broad ?? 'unsaid',
  };
}

/** The choices that a form stands for, or its faults. */
export function readDraft(
  draft: Draft,
  profile: ProfileCard,
  inspection: Inspection,
  today: string,
): Reading {
  const addresses = splitAddresses(draft.addresses);
  const strays = addresses.filter((address) => !isAddress(address));
  const zoneAsked = asksForZone(profile, draft.with);
  const project = profile.project && projectFault(draft.project.trim(), profile.project);
  const date = draft.expiry === 'date' ? dateFault(draft.date.trim(), today) : null;
  const faults: Faults = {
    ...(draft.account === null && { account: 'none' as const }),
    ...(project && { project }),
    ...(date && { date }),
    ...(strays.length > 0 && { addresses: strays }),
    ...(zoneAsked && !isZone(draft.zone.trim()) && { zone: 'no-zone' as const }),
    ...(!inspection.ours && draft.broad === 'unsaid' && { broad: 'unsaid' as const }),
  };
  if (Object.keys(faults).length > 0) return { ok: false, faults };
  return {
    ok: true,
    choices: {
      account: draft.account,
      project: profile.project ? draft.project.trim() : null,
      expires: expiresOf(draft),
      allow_ip: addresses,
      with: draft.with,
      zones: zoneAsked ? [draft.zone.trim().toLowerCase()] : [],
      broad: inspection.ours ? 'unsaid' : draft.broad,
    },
  };
}

/** A zone is named by its domain or by its id. */
const isZone = (text: string) =>
  /^[0-9a-f]{32}$/i.test(text) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text);

/** Whether the profile, or a condition that holds, wants a zone. */
export function asksForZone(profile: ProfileCard, held: readonly string[]): boolean {
  const asked = profile.conditions.some(({ id, needs_zone }) => needs_zone && held.includes(id));
  return profile.needs_zone || asked;
}

function expiresOf({ expiry, date }: Draft): string | null {
  if (expiry === 'none') return null;
  return expiry === 'date' ? date.trim() : expiry;
}

/** Cloudflare names hosts after projects, so the letters are those of a host's name. */
export function projectFault(name: string, rule: ProjectRule): ProjectFault | null {
  if (name === '') return 'empty';
  if (name.length > rule.max_length) return 'long';
  if (!/^[a-z0-9-]*$/.test(name)) return 'letters';
  if (name.startsWith('-') || name.endsWith('-')) return 'edges';
  return null;
}

/** A day that is in the calendar and comes after `today` (both `2027-01-31`, UTC). */
export function dateFault(date: string, today: string): DateFault | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return 'no-date';
  const time = Date.parse(`${date}T00:00:00Z`);
  // The 31st of a shorter month reads as the next month's first days.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) return 'no-date';
  return date > today ? null : 'past';
}

export const splitAddresses = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** An IPv4 or IPv6 address, alone or with the length of its network. */
export function isAddress(text: string): boolean {
  const [host = '', length, ...more] = text.split('/');
  if (more.length > 0) return false;
  const bits = isIpv4(host) ? 32 : isIpv6(host) ? 128 : null;
  if (bits === null) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  );
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}
