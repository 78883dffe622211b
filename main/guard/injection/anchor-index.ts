/**
 * Finds where any of many short literals stands, in one pass over the text: several hundred separate searches would cost more than
 * all patterns together.
 */

const TABLE_SIZE = 1 << 16;

export interface AnchorIndex {
  /** Places of each anchor in `text`, by the anchor's number; what does not occur is not there. */
  find(text: string): ReadonlyMap<number, readonly number[]>;
}

function hash(first: number, second: number, third: number): number {
  return (first ^ (second << 5) ^ (third << 10)) & (TABLE_SIZE - 1);
}

interface Entry {
  readonly number: number;
  readonly anchor: string;
}

export function createAnchorIndex(anchors: readonly string[]): AnchorIndex {
  // Bits: 1 = a longer anchor may begin here, 2 = one of two characters may.
  const table = new Uint8Array(TABLE_SIZE);
  const byHash = new Map<number, Entry[]>();
  const single: Entry[] = [];
  for (const [number, anchor] of anchors.entries()) {
    if (anchor.length < 2) {
      single.push({ number, anchor });
      continue;
    }
    const third = anchor.length > 2 ? anchor.charCodeAt(2) : 0;
    const key = hash(anchor.charCodeAt(0), anchor.charCodeAt(1), third);
    table[key] = (table[key] ?? 0) | (anchor.length > 2 ? 1 : 2);
    const entries = byHash.get(key);
    if (entries === undefined) byHash.set(key, [{ number, anchor }]);
    else entries.push({ number, anchor });
  }

  function look(text: string, key: number, at: number, found: Map<number, number[]>): void {
    for (const entry of byHash.get(key) ?? []) {
      if (text.startsWith(entry.anchor, at)) note(found, entry.number, at);
    }
  }

  return {
    find(text) {
      const found = new Map<number, number[]>();
      let first = text.charCodeAt(0);
      let second = text.charCodeAt(1);
      for (let at = 0; at + 1 < text.length; at += 1) {
        const third = text.charCodeAt(at + 2);
        const long = hash(first, second, third);
        const short = hash(first, second, 0);
        // The same key twice would note the place twice.
        if (((table[long] ?? 0) & (short === long ? 3 : 1)) !== 0) look(text, long, at, found);
        if (short !== long && ((table[short] ?? 0) & 2) !== 0) look(text, short, at, found);
        first = second;
        second = third;
      }
      for (const { number, anchor } of single) {
        for (let at = text.indexOf(anchor); at !== -1; at = text.indexOf(anchor, at + 1)) note(found, number, at);
      }
      return found;
    },
  };
}

function note(found: Map<number, number[]>, number: number, at: number): void {
  const places = found.get(number);
  if (places === undefined) found.set(number, [at]);
  else places.push(at);
}
