import { describe, expect, test } from 'vitest';
import { addressFault } from '../../src/plain/address';
import { fieldOf } from '../../src/plain/fields';
import { filterNamed } from '../../src/plain/filter';
import { scrolledTo, visibleRows } from '../../src/plain/rows';
import { kindOf, progressOf, rowsOf, type Kind } from '../../src/plain/steps';
import * as told from '../fixtures';

describe('the filter of accounts', () => {
  const names = (typed: string) => filterNamed(told.manyAccounts, typed).map(({ name }) => name);

  test('keeps all of them, in their order, while nothing is typed', () => {
    expect(filterNamed(told.manyAccounts, '  ')).toBe(told.manyAccounts);
  });

  test('finds a name by any of its parts, in any case and order', () => {
    expect(names('09998 CLIENT')).toEqual(['North client 09998']);
    expect(names('meadow')).toHaveLength(2500);
  });

  test('finds an account by the beginning of its id', () => {
    const last = told.manyAccounts.at(-1);
    expect(filterNamed(told.manyAccounts, last?.id ?? '')).toEqual([last]);
  });

  test('finds nothing where there is nothing', () => {
    expect(names('no such client')).toEqual([]);
  });
});

describe('the rows of a long list', () => {
  test('that are drawn are those in view and a few beyond', () => {
    expect(visibleRows(10_000, 4_800, 240, 48)).toEqual({ from: 96, to: 109 });
  });

  test('never reach beyond the list', () => {
    expect(visibleRows(3, 0, 240, 48)).toEqual({ from: 0, to: 3 });
    expect(visibleRows(2, 4_800, 240, 48), 'the list grew shorter').toEqual({ from: 2, to: 2 });
  });

  test('scroll just as far as the active one needs', () => {
    expect(scrolledTo(2, 0, 240, 48), 'it is in view').toBe(0);
    expect(scrolledTo(5, 0, 240, 48), 'it lies below').toBe(48);
    expect(scrolledTo(1, 480, 240, 48), 'it lies above').toBe(48);
  });
});

describe('the rows of the progress', () => {
  test('wait from the first moment for the steps that connect always takes', () => {
    expect(rowsOf([]).map(({ step, state }) => [step, state])).toEqual(
      ['mint', 'keep', 'prove', 'deliver', 'destroy', 'record'].map((step) => [step, 'waiting']),
    );
  });

  test('show the newest line of each step, in the order of the steps', () => {
    const rows = rowsOf(told.halfway);
    expect(rows.map(({ step }) => step).slice(0, 3)).toEqual(['fuse', 'mint', 'keep']);
    expect(rows.find(({ step }) => step === 'prove')?.detail).toBe('9 of 12 refused');
  });
});

describe('the rows of an end', () => {
  const of = (kind: Kind) => rowsOf([], kind).map(({ step }) => step);

  test('are the three sides of a disconnect, and the pasted token where there was one', () => {
    const kind = kindOf({ kind: 'disconnect', card: told.card });
    expect(of(kind)).toEqual(['platform', 'cloudflare', 'local']);
    expect(rowsOf(told.parting, kind).map(({ step }) => step)).toEqual([
      'platform',
      'cloudflare',
      'local',
      'destroy',
    ]);
  });

  test.each([
    ['connect', 'finish', ['prove', 'deliver', 'record']],
    ['connect', 'undo', ['platform', 'cloudflare', 'local']],
    ['rotate', 'finish', ['deliver', 'swap', 'revoke']],
    ['rotate', 'undo', ['cloudflare']],
    ['disconnect', 'undo', ['deliver', 'cloudflare']],
  ] as const)('of a %s that is to %s are %o', (kind, ending, steps) => {
    const left = { ...told.cutOff, kind };
    expect(of(kindOf({ kind: 'resume', left, ending }))).toEqual(steps);
  });
});

describe('several rotations', () => {
  test('are as far as the steps that are over, of all that there will be', () => {
    expect(progressOf([])).toEqual({ done: 0, of: 1 });
    expect(progressOf(told.turningAll), 'the first, and two steps of the second').toEqual({
      done: 9,
      of: 21,
    });
  });
});

describe('a problem’s field', () => {
  test.each([
    ['nominate', 'project-name-taken', 'project'],
    ['nominate', 'allow-ip-wrong', 'addresses'],
    ['nominate', 'token-expired', null],
    ['welcome', 'platform-address', 'platform-address'],
    ['stopped', 'project-name-taken', null],
  ])('on %s with the code %s is %s', (screen, code, field) => {
    expect(fieldOf(screen, code)).toBe(field);
  });
});

describe('a platform’s address', () => {
  test.each([
    ['https://sites.example', null],
    ['http://127.0.0.1:4180', null],
    ['http://localhost:4180', null],
    ['http://sites.example', 'wrong'],
    ['sites.example', 'wrong'],
    ['file:///etc/passwd', 'wrong'],
    ['', 'empty'],
  ])('“%s” is judged %s', (text, fault) => {
    expect(addressFault(text)).toBe(fault);
  });
});
