/**
 * Matches `text` against a glob of `*` (any run) and `?` (one character), nothing else. Own matcher: no pattern can make
 * it backtrack further than to the last `*`, so the cost is bounded by the product of two short lengths.
 */
export function globMatches(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let retry = 0;
  while (t < text.length) {
    const c = glob[g];
    if (c === '*') {
      star = g++;
      retry = t;
    } else if (c !== undefined && (c === '?' || c === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
