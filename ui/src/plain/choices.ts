/** Reads what stands in the nominate form. Pure: today's date is an argument. */
import type {
  BroadWish,
  Choices,
  Inspection,
  ProfileCard,
  ProjectRule,
  ZoneChoice,
} from '../generated/types';

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
  /** Conditions that hold, and optional groups that are wanted. */
  with: string[];
  /** Parts of the profile; all of them at first. */
  parts: string[];
  /** Ids of zones that were picked from the list. */
  zones: string[];
  /** Zones as typed, where there is no list to pick from. */
  zone: string;
  /** All zones of the account, those to come included; counts only where the profile allows it. */
  everyZone: boolean;
  broad: BroadWish;
}

/** What is wrong with each field; a field without an entry is right. */
export interface Faults {
  account?: 'none';
  project?: ProjectFault;
  date?: DateFault;
  /** The entries that are no addresses. */
  addresses?: string[];
  parts?: 'none';
  zone?: 'no-zone';
  broad?: 'unsaid';
}

/** Whether domains can be picked from a list: there is none, an empty one, or one with something on it. */
export type Listed = 'no' | 'empty' | 'yes';

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
  const parts = profile.parts.map(({ id }) => id);
  const wanted = choices?.with ?? [];
  const chosen = parts.filter((id) => wanted.includes(id));
  const zones = choices?.zones ?? [];
  return {
    account: wished?.id ?? only?.id ?? null,
    project: choices?.project ?? profile.project?.suggestion ?? '',
    expiry: expiry ?? 'date',
    date: expiry === undefined && expires !== null ? expires : '',
    addresses: choices?.allow_ip.join('\n') ?? '',
    with: wanted.filter((name) => !parts.includes(name)),
    parts: chosen.length > 0 ? chosen : parts,
    zones: [],
    zone: zones.filter((zone) => zone !== everyZone).join('\n'),
    everyZone: zones.includes(everyZone),
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
  const addresses = entriesOf(draft.addresses);
  const strays = addresses.filter((address) => !isAddress(address));
  const zones = asksForZone(profile, draft) ? zonesOf(draft, profile) : [];
  const project = profile.project && projectFault(draft.project.trim(), profile.project);
  const date = draft.expiry === 'date' ? dateFault(draft.date.trim(), today) : null;
  const faults: Faults = {
    ...(draft.account === null && { account: 'none' as const }),
    ...(project && { project }),
    ...(date && { date }),
    ...(strays.length > 0 && { addresses: strays }),
    ...(profile.parts.length > 0 && draft.parts.length === 0 && { parts: 'none' as const }),
    ...(zones === null && { zone: 'no-zone' as const }),
    ...(!inspection.ours && draft.broad === 'unsaid' && { broad: 'unsaid' as const }),
  };
  if (Object.keys(faults).length > 0 || zones === null) return { ok: false, faults };
  return {
    ok: true,
    choices: {
      account: draft.account,
      project: profile.project ? draft.project.trim() : null,
      expires: expiresOf(draft),
      allow_ip: addresses,
      with: [...partsOf(draft, profile), ...draft.with],
      zones,
      broad: inspection.ours ? 'unsaid' : draft.broad,
    },
  };
}

/** The word for every zone of an account. */
const everyZone = 'all';

/** A zone is named by its domain or by its id. */
const isZone = (text: string) =>
  /^[0-9a-f]{32}$/i.test(text) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text);

/** The zones that the form stands for; nothing where it names none, or something that is no zone. */
function zonesOf(draft: Draft, { zones: reach }: ProfileCard): string[] | null {
  if (draft.everyZone && reach === 'all') return [everyZone];
  if (draft.zones.length > 0) return draft.zones;
  const typed = reach === 'one' ? [draft.zone.trim()] : entriesOf(draft.zone);
  return typed.length > 0 && typed.every(isZone) ? typed.map((zone) => zone.toLowerCase()) : null;
}

/** Which of the listed zones are meant: those picked before, and those named by what was typed. */
export function pickZones(
  listed: readonly ZoneChoice[],
  { zones, zone }: Pick<Draft, 'zones' | 'zone'>,
): string[] {
  const meant = new Set([...zones, ...entriesOf(zone.toLowerCase())]);
  return listed.filter(({ id, name }) => meant.has(id) || meant.has(name)).map(({ id }) => id);
}

/** To name no part is to name all of them, those included that the profile gets later. */
const partsOf = ({ parts }: Draft, profile: ProfileCard): string[] =>
  parts.length === profile.parts.length ? [] : parts;

/** Whether the profile, or something that was chosen, wants a zone. */
export function asksForZone(profile: ProfileCard, draft: Pick<Draft, 'with' | 'parts'>): boolean {
  const parts = profile.parts.filter(({ id }) => draft.parts.includes(id));
  const whole = parts.length === profile.parts.length;
  return (
    (whole ? profile.needs_zone : parts.some(({ needs_zone }) => needs_zone)) ||
    profile.conditions.some(({ id, needs_zone }) => needs_zone && draft.with.includes(id)) ||
    profile.optional.some(({ group, needs_zone }) => needs_zone && draft.with.includes(group))
  );
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

/** Entries of a field that takes several. */
export const entriesOf = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

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
