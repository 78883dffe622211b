/*
 * Finds any of many literal texts in one pass (the Wu-Manber method): a table over three-character blocks says how far the
 * search may jump, so that text without a match costs a fraction of a look per character, however many secrets are live. No
 * regular expression is ever made from a secret: its characters could mean something, and its time could be made to explode.
 */
const BLOCK = 3;
const TABLE_SIZE = 1 << 16;
const MAX_WINDOW = 64;

export class FormMatcher {
  /** Length of the longest form. */
  readonly longest: number;
  readonly #window: number;
  readonly #jumps = new Uint8Array(TABLE_SIZE);
  /** By the last block of the first window: forms, longest first. */
  readonly #byBlock = new Map<number, string[]>();
  readonly #byFirst = new Map<number, string[]>();

  /** Each form must be at least three characters long. */
  constructor(forms: Iterable<string>) {
    const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length);
    this.longest = sorted[0]?.length ?? 0;
    this.#window = Math.min(MAX_WINDOW, sorted.at(-1)?.length ?? MAX_WINDOW);
    this.#jumps.fill(this.#window - BLOCK + 1);
    for (const form of sorted) this.#enter(form);
  }

  #enter(form: string): void {
    for (let last = BLOCK - 1; last < this.#window; last += 1) {
      const block = blockAt(form, last);
      this.#jumps[block] = Math.min(this.#jumps[block] ?? 0, this.#window - 1 - last);
    }
    push(this.#byBlock, blockAt(form, this.#window - 1), form);
    push(this.#byFirst, form.charCodeAt(0), form);
  }

  /** Start of the first form in `text` at or after `from`, or −1. */
  find(text: string, from: number): number {
    const length = text.length;
    let last = from + this.#window - 1;
    while (last < length) {
      const jump = this.#jumps[blockAt(text, last)] ?? 1;
      if (jump > 0) {
        last += jump;
      } else {
        const start = last - this.#window + 1;
        if (this.endAt(text, start) > 0) return start;
        last += 1;
      }
    }
    return -1;
  }

  /** End of the longest form that starts exactly at `start`, or −1. */
  endAt(text: string, start: number): number {
    const forms = this.#byBlock.get(blockAt(text, start + this.#window - 1));
    const found = forms?.find((form) => text.startsWith(form, start));
    return found === undefined ? -1 : start + found.length;
  }

  /** First position from which the rest of `text` is the beginning, but not the whole, of a form; the length if there is none. */
  unfinishedFrom(text: string): number {
    for (let start = Math.max(0, text.length - this.longest + 1); start < text.length; start += 1) {
      const forms = this.#byFirst.get(text.charCodeAt(start));
      if (forms === undefined) continue;
      const rest = text.slice(start);
      if (forms.some((form) => form.length > rest.length && form.startsWith(rest))) return start;
    }
    return text.length;
  }
}

function blockAt(text: string, last: number): number {
  const code = (text.charCodeAt(last - 2) << 10) ^ (text.charCodeAt(last - 1) << 5) ^ text.charCodeAt(last);
  return (code ^ (code >>> 16)) & (TABLE_SIZE - 1);
}

function push(map: Map<number, string[]>, key: number, form: string): void {
  const held = map.get(key);
  if (held === undefined) map.set(key, [form]);
  else held.push(form);
}
