import { describe, expect, test } from 'vitest';
import {
  changesOf,
  compared,
  daysBetween,
  foundOf,
  groupsOf,
  heardOf,
  isProblem,
  keyOf,
  remedyOf,
  verdictOf,
} from '../../src/plain/diagnosis';
import type { DiagnosedPermission, Diagnosis } from '../../src/generated/types';
import * as seen from '../diagnoses';

const { lacking, mended, granted, missing, assumed } = seen;

describe('the rows of a diagnosis', () => {
  test('stand by account, zone and person, whatever order they came in', () => {
    const backwards = [...lacking.permissions].reverse();
    expect(groupsOf(backwards).map(({ place, name }) => [place, name])).toEqual([
      ['account', 'Meadow & Sons Ltd'],
      ['zone', 'meadow.example'],
      ['user', null],
    ]);
  });

  test('of two zones stand apart, and one without a name goes by its id', () => {
    const zone = { ...granted, scope: 'zone', resource: 'a1', resource_name: null };
    const names = groupsOf([zone, { ...zone, resource: 'b2' }]).map(({ name }) => name);
    expect(names).toEqual(['a1', 'b2']);
  });

  test('are all shown, also those of a scope that is new to us', () => {
    const rows = [...lacking.permissions, { ...granted, scope: 'galaxy' }];
    expect(groupsOf(rows).flatMap(({ permissions }) => permissions)).toHaveLength(rows.length);
  });

  test('count only where they are needed', () => {
    const [account, zone] = groupsOf(lacking.permissions);
    expect([account?.granted, account?.counted], 'what is too much does not count').toEqual([4, 5]);
    expect([zone?.granted, zone?.counted], 'what is optional does not count').toEqual([1, 2]);
  });
});

describe('a row', () => {
  const cases: [string, Partial<DiagnosedPermission>, boolean][] = [
    ['granted', {}, false],
    ['granted as assumed', { evidence: 'assumed' }, false],
    ['missing', { state: 'missing' }, true],
    ['unknown', { state: 'unknown' }, true],
    ['not possible', { state: 'not-possible' }, true],
    ['not possible and optional', { state: 'not-possible', need: 'optional' }, false],
    ['optional and off', { state: 'optional-off', need: 'optional' }, false],
    ['more than asked', { state: 'excess', need: 'unasked' }, true],
  ];

  test.each(cases)('that is %s is judged', (_, more, problem) => {
    expect(isProblem({ ...granted, ...more }, true)).toBe(problem);
  });

  test('is never too much where no profile asks', () => {
    expect(isProblem({ ...granted, state: 'excess', need: 'unasked' }, false)).toBe(false);
  });

  test('that is only assumed is never called granted', () => {
    expect(foundOf(assumed)).toBe('assumed');
    expect(foundOf(granted)).toBe('granted');
  });
});

describe('the headline’s word', () => {
  const cases: [string, Partial<Diagnosis>, string][] = [
    ['all is proved', { exit: 0, score: { ...mended.score, assumed: 0 } }, 'whole'],
    ['some is assumed', { exit: 0 }, 'assumed'],
    ['nothing was asked for', { exit: 0, profile: null }, 'can'],
    ['something is missing', { exit: 1 }, 'missing'],
    ['the token is dead', { exit: 2 }, 'unusable'],
    ['it could not be told', { exit: 3 }, 'open'],
    ['the exit is a new one', { exit: 9 }, 'open'],
  ];

  test.each(cases)('where %s', (_, more, word) => {
    expect(verdictOf({ ...mended, ...more }).word).toBe(word);
  });

  test('differs from the others by its sign too, not by colour alone', () => {
    const signs = [0, 1, 2, 3].map((exit) => verdictOf({ ...mended, exit }).icon);
    expect(new Set(signs).size).toBe(4);
  });
});

describe('what is heard', () => {
  test('of a row again replaces the earlier, in its place', () => {
    const { permissions } = heardOf([
      { event: 'row', ...missing },
      { event: 'row', ...granted },
      { event: 'row', ...missing, state: 'granted' },
    ]);
    expect(permissions.map(({ group, state }) => [group, state])).toEqual([
      [missing.group, 'granted'],
      [granted.group, 'granted'],
    ]);
  });

  test('tells who the token is, and of a pause only while it lasts', () => {
    const waiting = {
      event: 'waiting',
      kind: 'propagation',
      message: 'Waiting.',
      at_ms: 9,
    } as const;
    expect(heardOf([...seen.lines, waiting])).toMatchObject({
      token: { last_four: seen.token.last_four },
      waiting: 'Waiting.',
    });
    expect(heardOf([waiting, ...seen.lines]).waiting).toBeNull();
  });
});

describe('two diagnoses side by side', () => {
  test('name what changed and leave the rest', () => {
    const changed = compared(lacking, mended).filter((row) => row.changed);
    expect(changed.map(({ group, before, now }) => [group, before?.state, now?.state])).toEqual([
      ['Workers R2 Storage Write', 'missing', 'granted'],
      ['DNS Write', 'missing', 'granted'],
    ]);
  });

  test('show also what only one of them asked', () => {
    const less: Diagnosis = { ...lacking, permissions: lacking.permissions.slice(1) };
    expect(compared(less, lacking)[0]).toMatchObject({ before: null, changed: true });
    expect(compared(lacking, less).at(-1)).toMatchObject({ now: null, changed: true });
  });

  test('differ where the state is the same and the evidence is not', () => {
    const proved = { ...mended, permissions: [{ ...assumed, evidence: 'call' as const }] };
    const before = { ...mended, permissions: [assumed] };
    expect(compared(before, proved)[0]?.changed).toBe(true);
  });

  test('tell each changed row what it was', () => {
    const changes = changesOf(compared(lacking, mended));
    expect(changes.get(keyOf(missing))).toEqual({ state: 'missing', evidence: 'call' });
    expect(changes.has(keyOf(granted)), 'it did not change').toBe(false);
  });
});

test('a cause whose page no link can fill in leads to the list of tokens', () => {
  expect(remedyOf('open-token-page', 'https://dash.cloudflare.com/')).toBe('fix-link');
  expect(remedyOf('open-token-page', null)).toBe('token-list');
});

test('a token’s age is told in whole days', () => {
  expect(daysBetween('2026-11-20T09:41:00Z', '2026-11-22T09:40:00Z')).toBe(1);
  expect(daysBetween('2026-11-20T09:41:00Z', '2026-11-22T09:41:00Z')).toBe(2);
});
