/** Where any of many literal texts stands in another, in one pass: hundreds of separate searches would each read it again. */
const TABLE_SIZE = 1 << 15;

interface Entry {
  readonly number: number;
  readonly literal: string;
}

export class Literals {
  /** By the hash of three characters: 0, or one more than the place of those literals in the list below. */
  readonly #table = new Uint16Array(TABLE_SIZE);
  readonly #alike: Entry[][] = [];
  readonly #short: Entry[] = [];

  /** A literal's number is its place among `literals`; of equal ones the first counts. */
  constructor(literals: Iterable<string>) {
    const entered = new Set<string>();
    let number = 0;
    for (const literal of literals) {
      if (!entered.has(literal)) this.#enter({ number, literal });
      entered.add(literal);
      number += 1;
    }
  }

  #enter(entry: Entry): void {
    const { literal } = entry;
    if (literal.length < 3) {
      this.#short.push(entry);
      return;
    }
    const key = hash(literal.charCodeAt(0), literal.charCodeAt(1), literal.charCodeAt(2));
    const alike = this.#alike[(this.#table[key] ?? 0) - 1];
    if (alike === undefined) this.#table[key] = this.#alike.push([entry]);
    else alike.push(entry);
  }

  isIn(text: string): boolean {
    let isFound = false;
    this.#eachLong(text, () => (isFound = true));
    return isFound || this.#short.some(({ literal }) => text.includes(literal));
  }

  /** By number: where each literal begins, in order; undefined where none stands. */
  places(text: string): ReadonlyMap<number, readonly number[]> | undefined {
    let places: Map<number, number[]> | undefined;
    const note = (number: number, at: number): void => {
      places ??= new Map();
      const known = places.get(number);
      if (known === undefined) places.set(number, [at]);
      else known.push(at);
    };
    this.#eachLong(text, (number, at) => {
      note(number, at);
      return false;
    });
    for (const { number, literal } of this.#short)
      for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) note(number, at);
    return places;
  }

  /** `seen` says whether that is enough. */
  #eachLong(text: string, seen: (number: number, at: number) => boolean): void {
    const table = this.#table;
    let first = text.charCodeAt(0);
    let second = text.charCodeAt(1);
    for (let at = 2; at < text.length; at += 1) {
      const third = text.charCodeAt(at);
      const slot = table[hash(first, second, third)] ?? 0;
      if (slot !== 0)
        for (const { number, literal } of this.#alike[slot - 1] ?? [])
          if (text.startsWith(literal, at - 2) && seen(number, at - 2)) return;
      first = second;
      second = third;
    }
  }
}

function hash(first: number, second: number, third: number): number {
  return (first ^ (second << 5) ^ (third << 10)) & (TABLE_SIZE - 1);
}
