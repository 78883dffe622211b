/**
 * Writes a message anew without what was found. Only the strings that change are written; every other byte, numbers above all,
 * stays. One value is replaced wherever it stands, in keys too, so that a result says the same in its text and in its structure.
 */
import type { Found } from './found.ts';
import { MASKED } from './scan-job.ts';
import type { Container, SourceString } from './strings.ts';
import { Values } from './values.ts';

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

export function mask(
  source: Uint8Array,
  format: 'json' | 'text',
  strings: readonly SourceString[],
  found: readonly Found[],
): Uint8Array {
  const cuts = cutsOf(strings, found);
  const changed = new Map<SourceString, string>();
  for (const [index, string] of strings.entries()) {
    const text = replaced(string.text, cuts.get(index) ?? []);
    if (text !== string.text) changed.set(string, text);
  }
  if (format === 'text')
    return Buffer.from(changed.values().next().value ?? Buffer.from(source).toString('utf8'), 'utf8');
  keepKeysApart(strings, changed);
  const parts: Uint8Array[] = [];
  let copied = 0;
  for (const [string, text] of changed) {
    parts.push(source.subarray(copied, string.start), Buffer.from(JSON.stringify(text), 'utf8'));
    copied = string.end;
  }
  parts.push(source.subarray(copied));
  return Buffer.concat(parts);
}

/** The values that are looked for in every string, as they were found and as a JSON text inside a string holds them. */
export function valuesOf(strings: readonly SourceString[], found: readonly Found[]): Values {
  const values = new Set<string>();
  for (const { category, places } of found) {
    // Pieces of a known value are looked for as well; of what was recognised by its name one piece is that name.
    const isKnown = category === 'live_secret' || category === 'canary';
    if (category === 'hidden_text' || (places.length > 1 && !isKnown)) continue;
    for (const { string, start, end } of places) {
      const value = strings[string]?.text.slice(start, end) ?? '';
      values.add(value);
      values.add(JSON.stringify(value).slice(1, -1));
    }
  }
  return new Values(values);
}

function cutsOf(strings: readonly SourceString[], found: readonly Found[]): ReadonlyMap<number, Cut[]> {
  const cuts = new Map<number, Cut[]>();
  const add = (string: number, cut: Cut): void => {
    const held = cuts.get(string);
    if (held === undefined) cuts.set(string, [cut]);
    else held.push(cut);
  };
  for (const { category, places } of found) {
    // Found in a value because of its name: the name stays.
    const inValues = places.filter(({ string }) => strings[string]?.kind !== 'key');
    for (const { string, start, end } of inValues.length > 0 ? inValues : places) {
      const text = strings[string]?.text.slice(start, end) ?? '';
      add(string, { start, end, by: category === 'hidden_text' ? unhidden(text) : MASKED });
    }
  }
  const values = valuesOf(strings, found);
  for (const [index, string] of strings.entries()) {
    for (const { start, end } of values.findAll(string.text)) {
      // The digits of another number are not that value.
      const isPart = string.kind === 'number' && (start > 0 || end < string.text.length);
      if (!isPart) add(index, { start, end, by: MASKED });
    }
  }
  return cuts;
}

/** What is hidden goes without a trace; what would have moved the text on to another line or page still does. */
function unhidden(text: string): string {
  return ['\u000b', '\u000c', '\u0085'].some((char) => text.includes(char)) ? '\n' : '';
}

function replaced(text: string, cuts: readonly Cut[]): string {
  const parts: string[] = [];
  let copied = 0;
  let pending: { start: number; end: number; by: string } | undefined;
  const flush = (): void => {
    if (pending === undefined) return;
    parts.push(text.slice(copied, pending.start), pending.by);
    copied = pending.end;
  };
  for (const cut of cuts.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (pending !== undefined && cut.start < pending.end) {
      pending.end = Math.max(pending.end, cut.end);
      if (cut.by === MASKED) pending.by = MASKED;
    } else {
      flush();
      pending = { ...cut };
    }
  }
  flush();
  parts.push(text.slice(copied));
  return parts.join('');
}

/** A masked key that another key of the same object has already is numbered. */
function keepKeysApart(strings: readonly SourceString[], changed: Map<SourceString, string>): void {
  const objects = new Map<Container, Set<string>>();
  for (const string of changed.keys()) {
    if (string.kind === 'key' && string.container !== undefined) objects.set(string.container, new Set());
  }
  if (objects.size === 0) return;
  for (const string of strings) {
    if (string.kind === 'key' && !changed.has(string) && string.container !== undefined) {
      objects.get(string.container)?.add(string.text);
    }
  }
  const numbers = new Map<string, number>();
  let objectNumber = 0;
  const ids = new Map<Container, number>();
  for (const [string, text] of changed) {
    const taken = string.kind === 'key' && string.container !== undefined ? objects.get(string.container) : undefined;
    if (taken === undefined || string.container === undefined) continue;
    let id = ids.get(string.container);
    if (id === undefined) ids.set(string.container, (id = objectNumber++));
    let key = text;
    // Counted on from the last one, so that many alike stay cheap.
    for (let n = numbers.get(`${id} ${text}`) ?? 2; taken.has(key); n++) {
      key = `${text} (${n})`;
      numbers.set(`${id} ${text}`, n + 1);
    }
    taken.add(key);
    changed.set(string, key);
  }
}
