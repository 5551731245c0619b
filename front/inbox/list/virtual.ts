/** Which rows of a long list are on the screen. All rows have one height, so this is plain arithmetic. */

export interface Span {
  from: number;
  to: number;
}

const AROUND = 6;

/** Rows to draw for a scroll position, with a few around it so that scrolling shows no gaps. */
export function visibleSpan(scrollTop: number, height: number, row: number, count: number): Span {
  const from = Math.max(0, Math.min(count, Math.floor(scrollTop / row)) - AROUND);
  return { from, to: Math.min(count, Math.ceil((scrollTop + height) / row) + AROUND) };
}

/** Where to scroll so that row `index` is wholly visible; null when it is already. */
export function scrollFor(index: number, scrollTop: number, height: number, row: number): number | null {
  if (index * row < scrollTop) return index * row;
  const end = (index + 1) * row;
  return end > scrollTop + height ? end - height : null;
}
