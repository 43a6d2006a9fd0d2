/** How a diagnosis is put before a person. Pure. */
import type { IconName } from './icons';
import type {
  ComparedPermission,
  DiagnosedPermission,
  DiagnosedToken,
  Diagnosis,
  DoctorProgress,
  FoundState,
  Next,
  PermissionState,
} from '../generated/types';

export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'plain';

/** What a person reads as the state: what is only assumed is never shown as proved. */
export type Found = PermissionState | 'assumed';

export const foundOf = ({ state, evidence }: FoundState): Found =>
  state === 'granted' && evidence === 'assumed' ? 'assumed' : state;

/** A permission's own name: no two rows share it. */
export const keyOf = ({
  group,
  scope,
  resource,
}: Pick<DiagnosedPermission, 'group' | 'scope' | 'resource'>): string =>
  [group, scope, resource].join('|');

/** What was heard so far. */
export interface Heard {
  token: DiagnosedToken | null;
  permissions: readonly DiagnosedPermission[];
  /** Why it takes longer, where it does. */
  waiting: string | null;
}

/** The newest of each row, in the order in which they were first heard. */
export function heardOf(lines: readonly DoctorProgress[]): Heard {
  let token: DiagnosedToken | null = null;
  const rows = new Map<string, DiagnosedPermission>();
  for (const line of lines) {
    if (line.event === 'token') token = line;
    else if (line.event === 'row') rows.set(keyOf(line), line);
  }
  const last = lines.at(-1);
  return {
    token,
    permissions: [...rows.values()],
    waiting: last?.event === 'waiting' ? last.message : null,
  };
}

/** What was found, with what is answered anew in its place. */
export function renewed(
  found: readonly DiagnosedPermission[],
  anew: readonly DiagnosedPermission[],
): DiagnosedPermission[] {
  const fresh = new Map(anew.map((row) => [keyOf(row), row]));
  const known = new Set(found.map(keyOf));
  return [
    ...found.map((row) => fresh.get(keyOf(row)) ?? row),
    ...anew.filter((row) => !known.has(keyOf(row))),
  ];
}

/** Kinds of place that a permission is for, in the order in which they are shown. */
export const scopes = ['account', 'zone', 'user', 'bucket', 'other'] as const;
export type Place = (typeof scopes)[number];

export interface Group {
  /** No two groups share it. */
  key: string;
  place: Place;
  /** Name of the account or zone, where it is known; otherwise its id; nothing where there is none. */
  name: string | null;
  permissions: readonly DiagnosedPermission[];
  /** Rows that are granted, of those that count. */
  granted: number;
  /** Rows that were asked for and are not merely optional. */
  counted: number;
}

/** Rows by account, zone and person; within a group they keep their order. */
export function groupsOf(permissions: readonly DiagnosedPermission[]): Group[] {
  const rooms = new Map<string, DiagnosedPermission[]>();
  for (const row of permissions) {
    const key = `${placeOf(row.scope)}|${row.resource}`;
    rooms.set(key, [...(rooms.get(key) ?? []), row]);
  }
  return [...rooms]
    .map(([key, rows]) => ({
      key,
      place: placeOf(rows[0]?.scope ?? ''),
      name: nameOf(rows),
      permissions: rows,
      granted: rows.filter((row) => counts(row) && row.state === 'granted').length,
      counted: rows.filter(counts).length,
    }))
    .sort((a, b) => scopes.indexOf(a.place) - scopes.indexOf(b.place));
}

const counts = ({ need }: DiagnosedPermission): boolean =>
  need === 'required' || need === 'condition';

const placeOf = (scope: string): Place => scopes.find((known) => known === scope) ?? 'other';

function nameOf(rows: readonly DiagnosedPermission[]): string | null {
  const named = rows.find(({ resource_name }) => resource_name !== null);
  return named?.resource_name ?? (rows[0]?.resource || null);
}

/** Whether somebody has to look at it; what is optional may be off, and without a profile nothing is too much. */
export function isProblem(row: DiagnosedPermission, against: boolean): boolean {
  switch (row.state) {
    case 'granted':
    case 'optional-off':
      return false;
    case 'excess':
      return against;
    case 'missing':
    case 'not-possible':
    case 'unknown':
      return row.need !== 'optional';
  }
}

export interface Verdict {
  tone: Tone;
  icon: IconName;
  word: 'whole' | 'assumed' | 'can' | 'missing' | 'unusable' | 'open';
}

/** The headline's sign and word, so that neither colour nor number has to speak alone. */
export function verdictOf({ exit, score, profile }: Diagnosis): Verdict {
  switch (exit) {
    case 0:
      if (profile === null) return { tone: 'good', icon: 'check', word: 'can' };
      return score.assumed > 0
        ? { tone: 'info', icon: 'info', word: 'assumed' }
        : { tone: 'good', icon: 'check', word: 'whole' };
    case 1:
      return { tone: 'bad', icon: 'cross', word: 'missing' };
    case 2:
      return { tone: 'bad', icon: 'never', word: 'unusable' };
    default:
      return { tone: 'warn', icon: 'warn', word: 'open' };
  }
}

/** Whether anything that is only assumed would be shown by a harmless write that was not tried. */
export const writesWouldTell = ({ options, permissions }: Diagnosis): boolean =>
  !options.probe_writes &&
  permissions.some((row) => foundOf(row) === 'assumed' && row.harmless_write !== null);

/** What one press does about a cause. */
export type Remedy = 'again' | 'ask' | 'fix-link' | 'token-list' | 'home';

const remedies: Record<Next, Remedy> = {
  retry: 'again',
  'paste-again': 'ask',
  'change-choices': 'ask',
  'start-over': 'ask',
  'open-token-page': 'fix-link',
  'open-token-list': 'token-list',
  'sign-in': 'home',
  'choose-vault': 'home',
  'deliver-again': 'home',
  home: 'home',
};

/** The list of tokens stands in for a page that no link can fill in. */
export function remedyOf(next: Next, fixLink: string | null): Remedy {
  const remedy = remedies[next];
  return remedy === 'fix-link' && fixLink === null ? 'token-list' : remedy;
}

/** What of a diagnosis can be held against another. */
interface Permissions {
  permissions: readonly DiagnosedPermission[];
}

/** Each permission of either diagnosis, in the order of the later one; what is gone comes last. */
export function compared(before: Permissions, now: Permissions): ComparedPermission[] {
  const earlier = new Map(before.permissions.map((row) => [keyOf(row), row]));
  const later = new Set(now.permissions.map(keyOf));
  const gone = before.permissions.filter((row) => !later.has(keyOf(row)));
  return [
    ...now.permissions.map((row) => pair(row, earlier.get(keyOf(row)) ?? null, row)),
    ...gone.map((row) => pair(row, row, null)),
  ];
}

function pair(
  { group, scope, resource, dashboard }: DiagnosedPermission,
  before: FoundState | null,
  now: FoundState | null,
): ComparedPermission {
  const found = (side: FoundState | null) => side && { state: side.state, evidence: side.evidence };
  const changed = before?.state !== now?.state || before?.evidence !== now?.evidence;
  return { group, scope, resource, dashboard, before: found(before), now: found(now), changed };
}

/** What each changed row was before, by {@link keyOf}. */
export const changesOf = (
  permissions: readonly ComparedPermission[],
): ReadonlyMap<string, FoundState | null> =>
  new Map(permissions.filter(({ changed }) => changed).map((row) => [keyOf(row), row.before]));

/** Whole days between two moments (RFC 3339). */
export const daysBetween = (from: string, to: string): number =>
  Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000);
