/**
 * Letters of other scripts and digits that read like an ASCII letter. Small on purpose: it exists so that a deny rule
 * also catches a name that a person would read as the one it names.
 */
const FOREIGN: Readonly<Record<string, string>> = {
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
  і: 'i',
  ј: 'j',
  ѕ: 's',
  ԁ: 'd',
  ԛ: 'q',
  ԝ: 'w',
  һ: 'h',
  ӏ: 'l',
  ү: 'y',
  ѵ: 'v',
  ѡ: 'w',
  α: 'a',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ɡ: 'g',
  ı: 'i',
  ɑ: 'a',
  օ: 'o',
  ս: 'u',
  հ: 'h',
  ո: 'n',
};

/** What reads alike within ASCII. */
const ALIKE: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', i: 'l', '|': 'l' };

// eslint-disable-next-line no-control-regex -- the bounds of ASCII
const NOT_ASCII = /[^\u0000-\u007f]/;

export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}

/** The text in ASCII letters where it only looks like them: NFKC, lower case, invisible characters removed. */
export function readableText(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  let read = '';
  for (const c of text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Mn}]/gu, '')
    .toLowerCase())
    read += FOREIGN[c] ?? c;
  return read;
}

/** What {@link foldName} does, of a text of any length; nothing is remembered. */
export function foldText(text: string): string {
  return readableText(text).replace(/[01i|]/g, (c) => ALIKE[c] ?? c);
}

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
  const folded = foldText(name);
  if (name.length <= CACHED_CHARACTERS) {
    if (cache.size >= CACHE_ENTRIES) cache.clear();
    cache.set(name, folded);
  }
  return folded;
}
