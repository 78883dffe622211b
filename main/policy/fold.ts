/**
 * Letters of other scripts and digits that read like an ASCII letter. Small on purpose: it exists so that a deny rule
 * also catches a name that a person would read as the one it names.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  i: 'l',
  '|': 'l',
  а: 'a',
  в: 'b',
  е: 'e',
  к: 'k',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  с: 'c',
  т: 't',
  у: 'y',
  х: 'x',
  і: 'l',
  ј: 'j',
  ѕ: 's',
  ԁ: 'd',
  ԛ: 'q',
  ԝ: 'w',
  α: 'a',
  ε: 'e',
  ι: 'l',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ɡ: 'g',
  ı: 'l',
};

const cache = new Map<string, string>();
const CACHE_ENTRIES = 4096;
/** Longer ones are made up to fill the memory. */
const CACHED_CHARACTERS = 256;

/**
 * A name reduced to what a person would read: NFKC, lower case, invisible characters removed, look-alikes folded. Used
 * where matching must be wide (deny, ask, collisions), never where it must be narrow (allow). `*` and `?` stay.
 */
export function foldName(name: string): string {
  const known = cache.get(name);
  if (known !== undefined) return known;
  let folded = '';
  for (const c of name
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Mn}]/gu, '')
    .toLowerCase())
    folded += LOOK_ALIKES[c] ?? c;
  if (name.length <= CACHED_CHARACTERS) {
    if (cache.size >= CACHE_ENTRIES) cache.clear();
    cache.set(name, folded);
  }
  return folded;
}
