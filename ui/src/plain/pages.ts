/** A long list of which only some pages are here. */
import type { Slice } from './rows';

/** Rows of one page. */
export const pageSize = 100;

/** The numbers of the pages in which these rows lie. */
export function pagesOf({ from, to }: Slice): number[] {
  const first = Math.floor(from / pageSize);
  const last = Math.floor(Math.max(from, to - 1) / pageSize);
  return to > from ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : [];
}

/** Pages by their number. */
export type Pages<Row> = ReadonlyMap<number, readonly Row[]>;

/** No page at all. */
export const noPages: Pages<never> = new Map();

/** The pages with one more. */
export const withPage = <Row>(pages: Pages<Row>, page: number, rows: readonly Row[]): Pages<Row> =>
  new Map(pages).set(page, rows);

/** The row at this place of the list; nothing while its page is not here. */
export const rowAt = <Row>(pages: Pages<Row>, index: number) =>
  pages.get(Math.floor(index / pageSize))?.[index % pageSize];

/** Where a key of the list leads; nothing where it is none of the list's. */
export function keyTo(key: string, at: number, count: number, shown: number): number | null {
  const step = Math.max(1, shown - 1);
  const moves: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + step,
    PageUp: at - step,
    Home: 0,
    End: count - 1,
  };
  const to = moves[key];
  return to === undefined ? null : Math.max(0, Math.min(to, count - 1));
}
