import { foldName } from '../fold.ts';

const PAIRED = /[\ud800-\udfff]/;

/**
 * True where `outer` matches whatever `inner` matches. Never wrongly true; of the rare cases in which several parts of the
 * outer glob share the work (`?*` for `*?`) some are missed.
 */
export function globCovers(outer: string, inner: string): boolean {
  if (outer === inner || outer === '*') return true;
  // A "?" is one character of however many code units.
  if (PAIRED.test(outer) || PAIRED.test(inner)) return coversFrom(Array.from(outer), Array.from(inner));
  // Most do not even begin alike; what is left is worth a table.
  let same = 0;
  for (; same < outer.length; same++) {
    const c = outer[same];
    if (c === '*') break;
    if (inner[same] === undefined || inner[same] === '*' || (c !== '?' && c !== inner[same])) return false;
  }
  return same === outer.length ? same === inner.length : coversFrom(outer.slice(same), inner.slice(same));
}

/** What is covered of `inner` by more and more of `outer`: one row of a table at a time. */
function coversFrom(outer: Iterable<string>, inner: ArrayLike<string>): boolean {
  const size = inner.length + 1;
  let row = new Uint8Array(size);
  let next = new Uint8Array(size);
  row[0] = 1;
  for (const c of outer) {
    let any = 0;
    for (let at = 0; at < size; at++) {
      const one = at === 0 ? undefined : inner[at - 1];
      const before = at === 0 ? 0 : (row[at - 1] ?? 0);
      const isCovered =
        c === '*'
          ? (row[at] ?? 0) | (at === 0 ? 0 : (next[at - 1] ?? 0))
          : one !== undefined && one !== '*' && (c === '?' || c === one)
            ? before
            : 0;
      next[at] = isCovered;
      any |= isCovered;
    }
    if (any === 0) return false;
    [row, next] = [next, row];
  }
  return row[inner.length] === 1;
}

/** A glob as it stands and as deny and ask read it. */
export interface ReadGlob {
  readonly raw: string;
  readonly folded: string;
}

export function readGlob(raw: string): ReadGlob {
  return { raw, folded: foldName(raw) };
}

/** The same for rules that match wide. */
export function globCoversWide(outer: ReadGlob, inner: ReadGlob): boolean {
  return globCovers(outer.folded, inner.folded) || globCovers(outer.raw, inner.raw);
}
