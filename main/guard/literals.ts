/** Whether any of many literal texts stands in another, in one pass: for saying "none of these" quickly. */
const TABLE_SIZE = 1 << 15;

export class Literals {
  /** 1: a literal of three characters or more may begin so. */
  readonly #table = new Uint8Array(TABLE_SIZE);
  readonly #long = new Map<number, string[]>();
  readonly #short: string[] = [];

  constructor(literals: Iterable<string>) {
    for (const literal of new Set(literals)) {
      if (literal.length < 3) {
        this.#short.push(literal);
        continue;
      }
      const key = hash(literal.charCodeAt(0), literal.charCodeAt(1), literal.charCodeAt(2));
      this.#table[key] = 1;
      const same = this.#long.get(key);
      if (same === undefined) this.#long.set(key, [literal]);
      else same.push(literal);
    }
  }

  isIn(text: string): boolean {
    let first = text.charCodeAt(0);
    let second = text.charCodeAt(1);
    for (let at = 2; at < text.length; at += 1) {
      const third = text.charCodeAt(at);
      const key = hash(first, second, third);
      if (this.#table[key] === 1 && this.#begins(text, at - 2, key)) return true;
      first = second;
      second = third;
    }
    return this.#short.some((literal) => text.includes(literal));
  }

  #begins(text: string, at: number, key: number): boolean {
    return this.#long.get(key)?.some((literal) => text.startsWith(literal, at)) ?? false;
  }
}

function hash(first: number, second: number, third: number): number {
  return (first ^ (second << 5) ^ (third << 10)) & (TABLE_SIZE - 1);
}
