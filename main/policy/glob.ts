/** Of the character at `t`. */
function units(text: string, t: number): number {
  return (text.codePointAt(t) ?? 0) > 0xffff ? 2 : 1;
}

/**
 * Matches `text` against a glob of `*` (any run) and `?` (one character, of however many code units), nothing else. Own matcher: no pattern can make
 * it backtrack further than to the last `*`, so the cost is bounded by the product of the two lengths.
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
      t += c === '?' ? units(text, t) : 1;
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

/** True where the glob matches more than the text that it is. */
export function hasWildcard(glob: string): boolean {
  return glob.includes('*') || glob.includes('?');
}

/** A long glob over a long text would hold everything else. */
const MAX_STEPS = 4_000_000;

/** The same for globs without `?`: the first place for each part leaves the most for the next ones. */
function partsMatch(glob: string, text: string): boolean {
  const parts = glob.split('*');
  const first = parts.shift() ?? '';
  const last = parts.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

/** The same for texts of any length; undefined where it would take too long. */
export function longGlobMatches(glob: string, text: string): boolean | undefined {
  if (!glob.includes('?')) return partsMatch(glob, text);
  return glob.length * text.length > MAX_STEPS ? undefined : globMatches(glob, text);
}
