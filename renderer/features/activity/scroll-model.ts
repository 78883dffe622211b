/**
 * Where rows of one height stand in a list of any length. Browsers draw nothing taller than some 17 million pixels: a longer list
 * is scrolled in proportion, so that each of a million rows can be reached.
 */
export const ROW_PX = 36;
const MAX_PX = 15_000_000;

export interface Scrolled {
  readonly scrollTop: number;
  /** Height of what is seen of the list. */
  readonly viewPx: number;
  readonly total: number;
}

/** What the scroll bar is made for. */
export function listPx(total: number): number {
  return Math.min(total * ROW_PX, MAX_PX);
}

/** How far down the list is, in pixels of a list without a bound. */
function topPx({ scrollTop, viewPx, total }: Scrolled): number {
  const whole = total * ROW_PX;
  const furthest = Math.max(0, whole - viewPx);
  if (whole <= MAX_PX) return Math.max(0, Math.min(scrollTop, furthest));
  return Math.max(0, Math.min(1, scrollTop / (MAX_PX - viewPx))) * furthest;
}

export interface Shown {
  /** The first row that is at least partly seen. */
  readonly first: number;
  /** Behind the last one. */
  readonly end: number;
  /** Where the first one begins, relative to what is seen: 0 or less. */
  readonly shiftPx: number;
}

export function shownRows(scrolled: Scrolled): Shown {
  const top = topPx(scrolled);
  const first = Math.floor(top / ROW_PX);
  const end = Math.min(scrolled.total, Math.ceil((top + scrolled.viewPx) / ROW_PX));
  return { first: Math.min(first, end), end, shiftPx: first * ROW_PX - top };
}

/** Scroll position from which the row is wholly seen; the present one where it is already. */
export function scrollTopFor(row: number, scrolled: Scrolled): number {
  const { viewPx, total } = scrolled;
  const top = topPx(scrolled);
  const above = row * ROW_PX;
  const below = above + ROW_PX - viewPx;
  const wanted = above < top ? above : below > top ? below : top;
  if (wanted === top) return scrolled.scrollTop;
  const whole = total * ROW_PX;
  if (whole <= MAX_PX) return wanted;
  return (wanted / Math.max(1, whole - viewPx)) * (MAX_PX - viewPx);
}

/** Where a key leads from a row; undefined where it leads nowhere. */
export function rowAfterKey(
  key: string,
  row: number,
  { viewPx, total }: Pick<Scrolled, 'viewPx' | 'total'>,
): number | undefined {
  const page = Math.max(1, Math.floor(viewPx / ROW_PX) - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: total - 1,
  };
  const next = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return next === undefined || total === 0 ? undefined : Math.max(0, Math.min(total - 1, next));
}
