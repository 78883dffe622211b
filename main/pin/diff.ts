/**
 * What a person reads before saying yes to a changed item: each field that differs, line by line, with everything that cannot
 * be seen written out. Two texts that differ never read alike here. What is too long is cut with a word on how much is left.
 */
import type { JsonObject, PinDiff } from '../../preload/contract/index.ts';
import { foldName } from '../policy/fold.ts';
import { partsOf, PINNED_FIELDS } from './fingerprint.ts';
import { diffLines, type DiffLine } from './line-diff.ts';
import { pinView, type Pin } from './pins.ts';

export interface DiffOptions {
  /** Writes out what cannot be seen; changes nothing else. */
  readonly show: (text: string) => string;
  /** Characters of the lines of one item. */
  readonly maxCharacters: number;
}

/** Enough to show the largest definition whole, next to the one before. */
export const WHOLE_DIFF_CHARACTERS = 4 * 1024 * 1024;
/** Of one item among several. */
export const SHORT_DIFF_CHARACTERS = 16 * 1024;

const CONTEXT = 3;
/** A longer line is folded: who reads must not miss what stands at its end. */
const MAX_LINE = 160;

export function diffPin(connector: string, pin: Pin, options: DiffOptions): PinDiff {
  const { agreed, seen } = pin;
  const view = pinView(connector, pin);
  if (seen === undefined) return { pin: view, fields: [] };
  const before = agreed === undefined ? {} : partsOf(agreed);
  const after = partsOf(seen);
  const fields: PinDiff['fields'] = [];
  let left = options.maxCharacters;
  let isCut = false;
  for (const { key, label } of PINNED_FIELDS[pin.kind]) {
    const lines = fieldLines(textOf(before, key), textOf(after, key), options.show);
    if (lines.length === 0) continue;
    const cut = withinBudget(lines, left);
    left -= cut.used;
    isCut ||= cut.isCut;
    fields.push({ field: label, lines: cut.lines });
  }
  return { pin: view, fields, ...(isCut ? { isCut } : {}) };
}

interface Shown {
  readonly text: string;
  /** JSON text escapes backslashes itself. */
  readonly isJson: boolean;
}

/** Undefined where the part is not there. */
function textOf(parts: JsonObject, key: string): Shown | undefined {
  if (!Object.hasOwn(parts, key)) return undefined;
  const value = parts[key];
  return typeof value === 'string'
    ? { text: value, isJson: false }
    : { text: JSON.stringify(value, undefined, 2), isJson: true };
}

function fieldLines(before: Shown | undefined, after: Shown | undefined, show: (text: string) => string): string[] {
  if (before?.text === after?.text && before?.isJson === after?.isJson) return [];
  const show1 = readable(before, after, show);
  const lines = (one: Shown | undefined): string[] =>
    one === undefined ? [] : one.text.split('\n').flatMap((line) => fold(show1(line)));
  const found = withContext(diffLines(lines(before), lines(after)));
  // Texts that read alike line by line (one with a break where the other is folded; a number, and a text of its digits).
  return found.some((line) => !line.startsWith(' ')) ? found : [...exactly('-', before), ...exactly('+', after)];
}

function exactly(mark: '-' | '+', one: Shown | undefined): string[] {
  if (one === undefined) return [`${mark} (not there)`];
  const text = one.isJson ? one.text : JSON.stringify(one.text);
  return fold(text.replaceAll(/[^\x20-\x7e]/gu, escaped)).map((line) => `${mark} ${line}`);
}

/**
 * How both texts of a field are written. Where an escape could be confused with the same letters in the text, backslashes
 * are doubled; where the texts would read alike (look-alike letters, composed and decomposed accents), everything that is
 * not ASCII is written out.
 */
function readable(
  before: Shown | undefined,
  after: Shown | undefined,
  show: (text: string) => string,
): (line: string) => string {
  const both = [before, after].filter((one) => one !== undefined);
  const alike = before !== undefined && after !== undefined && foldName(before.text) === foldName(after.text);
  const write = alike ? (line: string) => show(line).replaceAll(/[^\x20-\x7e]/gu, escaped) : show;
  // Line feeds are not shown, and JSON text escapes its backslashes itself.
  const hasEscapes = both.some(
    ({ text, isJson }) => !isJson && write(text.replaceAll('\n', '')) !== text.replaceAll('\n', ''),
  );
  return hasEscapes && both.every(({ isJson }) => !isJson) ? (line) => write(line.replaceAll('\\', '\\\\')) : write;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Breaks at a space where there is one; the rest of a line stands under it, further in. */
function fold(line: string): string[] {
  if (line.length <= MAX_LINE) return [line];
  const parts: string[] = [];
  let rest = line;
  while (rest.length > MAX_LINE) {
    const space = rest.lastIndexOf(' ', MAX_LINE);
    let at = space > MAX_LINE / 2 ? space + 1 : MAX_LINE;
    // Not between the halves of a character.
    if (/[\ud800-\udbff]/.test(rest.charAt(at - 1))) at -= 1;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  parts.push(rest);
  return parts.map((part, index) => (index === 0 ? part : `    ${part}`));
}

/** Leaves out what is the same, but for a few lines around each difference. */
function withContext(lines: readonly DiffLine[]): string[] {
  const near = new Uint8Array(lines.length);
  lines.forEach(({ mark }, at) => {
    if (mark !== ' ') near.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  const out: string[] = [];
  let same = 0;
  const skipped = (): void => {
    if (same > 0) out.push(`  … ${same} ${same === 1 ? 'line' : 'lines'} the same`);
    same = 0;
  };
  lines.forEach(({ mark, text }, at) => {
    if (near[at] !== 1) {
      same += 1;
      return;
    }
    skipped();
    out.push(`${mark} ${text}`);
  });
  skipped();
  return out;
}

interface Within {
  readonly lines: string[];
  readonly used: number;
  readonly isCut: boolean;
}

function withinBudget(lines: readonly string[], left: number): Within {
  let used = 0;
  for (const [at, line] of lines.entries()) {
    used += line.length;
    if (used > left)
      return {
        lines: [...lines.slice(0, at), `  … ${lines.length - at} more lines, not shown here`],
        used: left,
        isCut: true,
      };
  }
  return { lines: [...lines], used, isCut: false };
}
