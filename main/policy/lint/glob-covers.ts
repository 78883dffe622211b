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
  let row = Array.from({ length: inner.length + 1 }, (_, at) => at === 0);
  for (const c of outer) {
    const next: boolean[] = [];
    for (let at = 0; at <= inner.length; at++) {
      const one = inner[at - 1];
      if (c === '*') next.push(row[at] === true || (at > 0 && next[at - 1] === true));
      else next.push(at > 0 && one !== '*' && (c === '?' || c === one) && row[at - 1] === true);
    }
    row = next;
  }
  return row[inner.length] === true;
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
