/**
 * Finds many literal values in a text, for masking a value wherever it stands. Linear in the text for each length that a value
 * has: the candidates at a place are looked up by their whole text, never tried one after the other.
 */
import type { Place } from './view.ts';

/** Shorter ones would stand everywhere by chance; longer ones are runs of encoded text, found where they stand. */
const SHORTEST = 6;
const LONGEST = 1024;
const TABLE_SIZE = 1 << 16;
/** More lengths than these are found only where a detector saw them. */
const MAX_LENGTHS = 64;

export class Values {
  readonly #byLength = new Map<number, Set<string>>();
  readonly #begins = new Uint8Array(TABLE_SIZE);
  readonly #ends = new Uint8Array(TABLE_SIZE);

  constructor(values: Iterable<string>) {
    for (const value of values) this.#enter(value);
  }

  #enter(value: string): void {
    if (value.length < SHORTEST || value.length > LONGEST) return;
    const alike = this.#byLength.get(value.length);
    if (alike === undefined) {
      if (this.#byLength.size >= MAX_LENGTHS) return;
      this.#byLength.set(value.length, new Set([value]));
    } else alike.add(value);
    this.#begins[hashAt(value, 0)] = 1;
    this.#ends[hashAt(value, value.length - SHORTEST)] = 1;
  }

  /** Every occurrence, as offsets in `text`. */
  findAll(text: string): readonly Pick<Place, 'start' | 'end'>[] {
    const found: { start: number; end: number }[] = [];
    if (this.#byLength.size === 0) return found;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      if (this.#begins[hashAt(text, at)] !== 1) continue;
      for (const [length, values] of this.#byLength) {
        const end = at + length;
        if (end > text.length || this.#ends[hashAt(text, end - SHORTEST)] !== 1) continue;
        if (values.has(text.slice(at, end))) found.push({ start: at, end });
      }
    }
    return found;
  }
}

function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let i = at; i < at + SHORTEST; i++) hash = Math.imul(hash, 31) + text.charCodeAt(i);
  return (hash ^ (hash >>> 16)) & (TABLE_SIZE - 1);
}
