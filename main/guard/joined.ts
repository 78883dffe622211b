/**
 * The strings of a source as texts to search. `wholeText` has every string once, a key before its value as in a settings file,
 * so that one search serves them all and a value is seen with its name. The others put together what may have been taken
 * apart: ends and beginnings of strings that follow each other in some order in which a reader would read them.
 */
import type { SourceString } from './strings.ts';
import { piecedView, type Piece, type View } from './view.ts';

const AFTER_KEY = ': ';
/** A full stop on a line of its own: neither a key nor a sentence goes on behind it. */
const AFTER_VALUE = '\n.\n';

export function wholeText(strings: readonly SourceString[]): View {
  const builder = new Builder();
  for (const [index, string] of strings.entries()) {
    builder.add(string.text, index, 0);
    builder.skip(string.kind === 'key' ? AFTER_KEY : AFTER_VALUE);
  }
  return builder.view();
}

/** Of a longer string only its two ends can be part of something that goes on in the next one. */
const END_REACH = 256;
/** Orders whose strings are put together: all values, all keys, and the values below each key. */
type Order = readonly number[];

/** `between`: what is put between two strings. Undefined if there are no two to put together. */
export function acrossStrings(strings: readonly SourceString[], between: '' | ' '): View | undefined {
  return joined(strings, orders(strings), between);
}

/** Keys and values as they are written, one after the other. */
export function asWritten(strings: readonly SourceString[]): View | undefined {
  return strings.length > 1 ? joined(strings, [[...strings.keys()]], '') : undefined;
}

function joined(strings: readonly SourceString[], some: readonly Order[], between: string): View | undefined {
  const builder = new Builder();
  for (const order of some) {
    for (const index of order) {
      const text = strings[index]?.text ?? '';
      if (text.length <= 2 * END_REACH) builder.add(text, index, 0);
      else {
        builder.add(text.slice(0, END_REACH), index, 0);
        builder.skip(AFTER_VALUE);
        builder.add(text.slice(-END_REACH), index, text.length - END_REACH);
      }
      builder.skip(between);
    }
    builder.skip(AFTER_VALUE);
  }
  return builder.isEmpty ? undefined : builder.view();
}

function orders(strings: readonly SourceString[]): readonly Order[] {
  const values: number[] = [];
  const keys: number[] = [];
  const byName = new Map<string, number[]>();
  for (const [index, string] of strings.entries()) {
    if (string.kind === 'number') continue;
    if (string.kind === 'key') {
      keys.push(index);
      continue;
    }
    values.push(index);
    const name = nameOf(string);
    const named = byName.get(name);
    if (named === undefined) byName.set(name, [index]);
    else named.push(index);
  }
  const rank = new Map(values.map((index, position) => [index, position]));
  // What follows each other among all values is together there.
  const apart = [...byName.values()].filter((order) => span(order, rank) > order.length);
  return [values, keys, ...apart].filter((order) => order.length > 1);
}

function span(order: Order, rank: ReadonlyMap<number, number>): number {
  return (rank.get(order.at(-1) ?? 0) ?? 0) - (rank.get(order[0] ?? 0) ?? 0) + 1;
}

/** The key that a value stands under, directly or through arrays: the texts of all content blocks have one. */
function nameOf(string: SourceString): string {
  if (string.key !== undefined) return string.key.text;
  let container = string.container;
  while (container !== undefined && container.key === undefined) container = container.parent;
  return container?.key?.text ?? '';
}

class Builder {
  readonly #parts: string[] = [];
  readonly #pieces: Piece[] = [];
  #length = 0;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** `offset`: where `text` begins in its string. */
  add(text: string, string: number, offset: number): void {
    if (text === '') return;
    this.#pieces.push({
      start: this.#length,
      end: this.#length + text.length,
      origin: (start, end) => [{ string, start: offset + start, end: offset + end }],
    });
    this.skip(text);
  }

  skip(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }

  view(): View {
    return piecedView(this.#parts.join(''), this.#pieces);
  }
}
