/** Reads what stands in the doctor's form. Pure. */
import type { Against, ConnectionCard, ProfileCard } from '../generated/types';
import type { ExamineInput, HeldSecond } from './messages';

/** The form as it stands, valid or not. */
export interface AskDraft {
  /** A connection's id, or {@link pasted}. */
  subject: string;
  /** The connection's own profile; nothing for a paste. */
  own: string | null;
  /** The token is typed, not read from the clipboard. */
  typing: boolean;
  typed: string;
  /** Taken from the clipboard, and held by the application. */
  second: HeldSecond | null;
  /** The second credential where it is typed; empty for none. */
  secondTyped: string;
  /** A profile's id, or {@link noProfile}. */
  profile: string;
  /** Conditions and parts of the profile that hold, and its optional permissions that are used; empty for unsaid. */
  with: string[];
  account: string;
  /** Ids, parted by commas, blanks or line breaks. */
  zones: string;
  probeWrites: boolean;
  /** Whether a token that may be too new is asked about again. */
  watch: boolean;
}

/** In place of a connection: a token that is pasted for this once. No connection's id is written so. */
export const pasted = '*';
/** In place of a profile: only what the token can do. No profile's id is written so. */
export const noProfile = '*';

/** What is wrong with each field; a field without an entry is right. */
export interface AskFaults {
  typed?: 'empty';
  account?: 'no-id';
  /** The entries that are no ids. */
  zones?: string[];
}

export type AskReading = { ok: true; input: ExamineInput } | { ok: false; faults: AskFaults };

/** A form to begin with. */
export function askOf(
  connections: readonly ConnectionCard[],
  connection: string | null,
  profiles: readonly { id: string }[],
): AskDraft {
  const card = connections.find(({ connection_id }) => connection_id === connection);
  return {
    subject: card?.connection_id ?? pasted,
    own: card?.profile ?? null,
    typing: false,
    typed: '',
    second: null,
    secondTyped: '',
    profile: card?.profile ?? profiles[0]?.id ?? noProfile,
    with: [],
    account: '',
    zones: '',
    probeWrites: false,
    watch: false,
  };
}

/** What a profile can be asked with. */
export interface Uses {
  conditions: { value: string; name: string }[];
  parts: { value: string; name: string }[];
  optional: { value: string; name: string }[];
}

/** The profile's questions; nothing where it has none. */
export function usesOf(profile: ProfileCard | undefined): Uses | null {
  if (!profile) return null;
  const uses = {
    conditions: profile.conditions.map(({ id, question }) => ({ value: id, name: question })),
    parts: profile.parts.map(({ id, label }) => ({ value: id, name: label })),
    optional: profile.optional.map(({ group, dashboard }) => ({ value: group, name: dashboard })),
  };
  return Object.values(uses).some((group) => group.length > 0) ? uses : null;
}

/** Whether what was said has to do with a zone. */
export function saysZone(profile: ProfileCard | undefined, said: readonly string[]): boolean {
  const named = [...(profile?.conditions ?? []), ...(profile?.parts ?? [])];
  return named.some(({ id, needs_zone }) => needs_zone && said.includes(id));
}

/** What is to be asked, or the form's faults. `profiles` are those whose questions are known. */
export function readAsk(draft: AskDraft, profiles: readonly ProfileCard[]): AskReading {
  const connection = draft.subject === pasted ? null : draft.subject;
  const typed = connection === null && draft.typing ? draft.typed.trim() : null;
  const secondTyped = draft.second ? '' : draft.secondTyped.trim();
  const account = draft.account.trim().toLowerCase();
  const zones = draft.zones
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean);
  const strays = zones.filter((zone) => !isId(zone));
  const faults: AskFaults = {
    ...(typed === '' && { typed: 'empty' as const }),
    ...(account !== '' && !isId(account) && { account: 'no-id' as const }),
    ...(strays.length > 0 && { zones: strays }),
  };
  if (Object.keys(faults).length > 0) return { ok: false, faults };
  const uses = usesOf(profiles.find(({ id }) => id === draft.profile));
  const offered = uses ? Object.values(uses).flat() : [];
  return {
    ok: true,
    input: {
      source: connection !== null ? 'connection' : typed === null ? 'clipboard' : 'typed',
      connectionId: connection,
      text: typed,
      second: draft.second ? 'pasted' : secondTyped === '' ? 'none' : 'typed',
      secondText: secondTyped === '' ? null : secondTyped,
      against: againstOf(draft),
      // What was said of another profile means nothing to this one.
      with: draft.with.filter((said) => offered.some(({ value }) => value === said)),
      account: account === '' ? null : account,
      zones,
      probeWrites: draft.probeWrites,
      watch: draft.watch,
    },
  };
}

function againstOf({ profile, own }: AskDraft): Against {
  if (profile === noProfile) return 'nothing';
  return profile === own ? 'own' : { profile };
}

const isId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);
