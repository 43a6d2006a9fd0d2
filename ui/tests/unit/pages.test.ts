import { describe, expect, test } from 'vitest';
import { keyTo, noPages, pagesOf, pageSize, rowAt, withPage } from '../../src/plain/pages';
import { ageOf, daysShown } from '../../src/plain/reminders';

describe('the pages of a long list', () => {
  test('are those in which a row is drawn', () => {
    expect(pagesOf({ from: 0, to: 0 })).toEqual([]);
    expect(pagesOf({ from: 0, to: pageSize })).toEqual([0]);
    expect(pagesOf({ from: 99, to: 101 })).toEqual([0, 1]);
    expect(pagesOf({ from: 99_990, to: 100_000 })).toEqual([999]);
  });

  test('give a row by its place, and nothing while they are not here', () => {
    const pages = withPage(withPage(noPages, 2, ['c']), 0, ['a', 'b']);
    expect(rowAt(pages, 1)).toBe('b');
    expect(rowAt(pages, 200)).toBe('c');
    expect(rowAt(pages, 100)).toBeUndefined();
    expect(noPages.size, 'what was there stays as it is').toBe(0);
  });

  test('are walked by the keys of a list, never beyond its ends', () => {
    const at = (key: string, from: number) => keyTo(key, from, 1000, 11);
    expect(at('ArrowDown', 5)).toBe(6);
    expect(at('ArrowUp', 0)).toBe(0);
    expect(at('PageDown', 5)).toBe(15);
    expect(at('PageUp', 5)).toBe(0);
    expect(at('End', 5)).toBe(999);
    expect(at('ArrowDown', 999)).toBe(999);
    expect(at('Home', 999)).toBe(0);
    expect(at('a', 5), 'a key of nobody').toBeNull();
  });
});

describe('the reminders', () => {
  test('offer the usual days and those that were set elsewhere', () => {
    expect(daysShown([30, 7, 1])).toEqual([30, 7, 1]);
    expect(daysShown([14])).toEqual([30, 14, 7, 1]);
  });

  test('take whole days only', () => {
    expect(ageOf(' 90 ')).toBe(90);
    for (const typed of ['', '0', '3651', '1.5', '-1', '1e2', 'ninety']) {
      expect(ageOf(typed), typed).toBeNull();
    }
  });
});
