/** Which rows of a long list have to be drawn. */
export interface Slice {
  from: number;
  /** One past the last row. */
  to: number;
}

/** Rows that show in a list scrolled to `top`, and a few beyond each edge. All lengths in pixels. */
export function visibleRows(count: number, top: number, height: number, row: number): Slice {
  const beyond = 4;
  const from = Math.max(0, Math.floor(top / row) - beyond);
  return {
    from: Math.min(from, count),
    to: Math.min(count, Math.ceil((top + height) / row) + beyond),
  };
}

/** Where to scroll so that the row is in view; the same place where it is already. */
export function scrolledTo(index: number, top: number, height: number, row: number): number {
  if (index * row < top) return index * row;
  if ((index + 1) * row > top + height) return (index + 1) * row - height;
  return top;
}
