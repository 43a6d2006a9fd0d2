/** Reads what stands in the doctor's form. Pure. */
import type { ConnectionCard } from './generated/types';
import type { ExamineInput } from './ipc';

/** The form as it stands, valid or not. */
export interface AskDraft {
  /** A connection's id, or {@link pasted}. */
  subject: string;
  /** The token is typed, not read from the clipboard. */
  typing: boolean;
  typed: string;
  /** A profile's id, or {@link noProfile}. */
  profile: string;
  account: string;
  /** Ids, parted by commas, blanks or line breaks. */
  zones: string;
  probeWrites: boolean;
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
    typing: false,
    typed: '',
    profile: card?.profile ?? profiles[0]?.id ?? noProfile,
    account: '',
    zones: '',
    probeWrites: false,
  };
}

/** What is to be asked, or the form's faults. */
export function readAsk(draft: AskDraft): AskReading {
  const connection = draft.subject === pasted ? null : draft.subject;
  const typed = connection === null && draft.typing ? draft.typed.trim() : null;
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
  return {
    ok: true,
    input: {
      source: connection !== null ? 'connection' : typed === null ? 'clipboard' : 'typed',
      connectionId: connection,
      text: typed,
      profile: draft.profile === noProfile ? null : draft.profile,
      account: account === '' ? null : account,
      zones,
      probeWrites: draft.probeWrites,
    },
  };
}

const isId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);
