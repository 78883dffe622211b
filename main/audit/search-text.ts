/** What a person types into the search, and what it is held against. Both are folded alike; no syntax, no operators. */

/** More words than these do not narrow the search any further. */
export const MAX_WORDS = 24;
/** Of each text that is searched. Names are shorter; addresses of resources can be anything. */
const MAX_SEARCHED = 512;

/** Compatibility forms and case are no differences. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** A text as it is searched. */
export function searched(text: string): string {
  return fold(text.slice(0, MAX_SEARCHED));
}

/** Folded words; each must be in some field of an entry. A word that is part of another one says nothing more. */
export function wordsOf(text: string): string[] {
  const words = [...new Set(fold(text).split(/\s+/u))].filter((word) => word !== '').slice(0, MAX_WORDS);
  return words.filter((word) => !words.some((other) => other !== word && other.includes(word)));
}
