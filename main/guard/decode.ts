/**
 * Texts that are written in base64 (standard and URL-safe, padded or not, wrapped at any width) or in hex (with or without
 * separators), as what they stand for. A run is decoded from each place at which a group may begin, because what stands before
 * it may be of the same letters; what comes out is kept where it is readable, so that pictures and hashes give nothing.
 */
import { isUtf8 } from 'node:buffer';
import { RunFinder } from './runs.ts';
import { piecedView, type Piece, type View } from './view.ts';

/** With white space in it, as it is wrapped. */
const BASE64 = new RunFinder(/[A-Za-z0-9+/_ \t\r\n-]/, false);
const LEAST = 15;
const PADDING = /={0,2}/y;
/** Four groups that would be ASCII letters, digits and signs, the last two alphabets and UTF-16 included. */
const READABLE_GROUPS = /(?:[ACDI-Za-f][A-Za-z0-9+/_-]{3}){4}/;
const WORDS = new RunFinder(/[A-Za-z0-9+/_-]/, false);
const WORD = 16;
/** All that may stand in it, and more. */
const HEX_CHARACTERS = new RunFinder(/[0-9a-fA-FxX\s:,-]/, true);
const HEX = /(?:(?:0x)?[0-9a-f]{2}[\s:,-]{0,2}){8,}/gi;
const HEX_LEAST = 16;

/** Shorter ones come out of any noise. */
const READABLE_ROW = 8;
const READABLE = new RegExp(String.raw`[\t\n\r -~]{${READABLE_ROW},}`, 'g');
const IS_READABLE = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f)),
);
const UTF16 = new RegExp(String.raw`([\t\n\r -~])\u0000|\u0000(?=[\t\n\r -~])`, 'g');
const UNREADABLE = /[^\P{C}\p{Cf}\t\n\r]/u;
const BETWEEN = '\n.\n';

/** What is written in base64 and in hex, run after run, or undefined if there is nothing. */
export function decoded(view: View): View | undefined {
  const builder = new Decoded(view);
  const { text } = view;
  for (const [first, last] of BASE64.find(text, LEAST)) {
    let start = first;
    while (start < last && text.charCodeAt(start) <= 0x20) start += 1;
    if (last - start < LEAST) continue;
    PADDING.lastIndex = last;
    PADDING.test(text);
    base64(builder, text.slice(start, PADDING.lastIndex), start);
  }
  for (const [start, end] of HEX_CHARACTERS.find(text, HEX_LEAST))
    for (const found of text.slice(start, end).matchAll(HEX)) hex(builder, found[0], start + found.index);
  return builder.view();
}

function base64(builder: Decoded, run: string, at: number): void {
  const compact = run.replaceAll(/[ \t\r\n]+/g, '');
  if (compact.length < 16) return;
  const isWrapped = compact.length < run.length;
  if (READABLE_GROUPS.test(compact)) {
    let written: Uint32Array | undefined;
    for (let offset = 0; offset < 4; offset++) {
      const bytes = Buffer.from(compact.slice(offset), 'base64');
      for (const [text, start, end] of readableParts(bytes)) {
        if (isWrapped) written ??= positions(run, compact.length);
        const first = offset + Math.floor(start / 3) * 4;
        const last = Math.min(compact.length, offset + Math.ceil(end / 3) * 4);
        builder.add(text, at + (written?.[first] ?? first), at + (written?.[last - 1] ?? last - 1) + 1);
      }
    }
  }
  wholeText(builder, compact, at, at + run.length);
  if (!isWrapped) return;
  for (const [start, end] of WORDS.find(run, WORD)) {
    const word = run.slice(start, end);
    if (/[0-9A-Z]/.test(word)) wholeText(builder, word, at + start, at + end);
  }
}

/** Text in other alphabets, which has no readable ASCII in it. */
function wholeText(builder: Decoded, run: string, start: number, end: number): void {
  const bytes = Buffer.from(run, 'base64');
  if (!isUtf8(bytes)) return;
  const text = bytes.toString('utf8');
  if (text.length < bytes.length && !UNREADABLE.test(text)) builder.add(text, start, end);
}

/** Where each character that is not white space stands. */
function positions(run: string, count: number): Uint32Array {
  const written = new Uint32Array(count);
  let seen = 0;
  for (let i = 0; i < run.length; i++) if (run.charCodeAt(i) > 0x20) written[seen++] = i;
  return written;
}

function hex(builder: Decoded, run: string, at: number): void {
  const digits = run.replaceAll(/0x|[\s:,-]/gi, '');
  for (let offset = 0; offset < 2; offset++) {
    const bytes = Buffer.from(digits.slice(offset, digits.length - ((digits.length - offset) % 2)), 'hex');
    if (offset === 0 && isUtf8(bytes)) {
      const text = bytes.toString('utf8');
      if (text.length < bytes.length && !UNREADABLE.test(text)) builder.add(text, at, at + run.length);
    }
    for (const [text] of readableParts(bytes)) builder.add(text, at, at + run.length);
  }
}

/** Readable parts with their byte offsets. */
function readableParts(bytes: Buffer): [string, number, number][] {
  if (!mayBeRead(bytes)) return [];
  const text = bytes.toString('latin1');
  const parts: [string, number, number][] = [];
  for (const found of text.matchAll(READABLE)) parts.push([found[0], found.index, found.index + found[0].length]);
  if (text.includes('\0')) {
    const narrow = text.replaceAll(UTF16, '$1');
    if (narrow.length * 2 <= text.length + 2) {
      for (const found of narrow.matchAll(READABLE)) parts.push([found[0], 0, bytes.length]);
      const wide = bytes.toString('utf16le');
      if (!UNREADABLE.test(wide)) parts.push([wide, 0, bytes.length]);
    }
  }
  return parts;
}

/** Whether readable bytes stand in a row, or a zero, as in wide characters. What prose comes to as base64 has neither. */
function mayBeRead(bytes: Buffer): boolean {
  let row = 0;
  for (const byte of bytes) {
    if (byte === 0) return true;
    row = IS_READABLE[byte] === 1 ? row + 1 : 0;
    if (row === READABLE_ROW) return true;
  }
  return false;
}

class Decoded {
  readonly #of: View;
  readonly #parts: string[] = [];
  readonly #pieces: Piece[] = [];
  #length = 0;

  constructor(of: View) {
    this.#of = of;
  }

  /** `text` stands for `[start, end)` as a whole. */
  add(text: string, start: number, end: number): void {
    this.#pieces.push({
      start: this.#length,
      end: this.#length + text.length,
      origin: () => this.#of.places(start, end),
    });
    this.#parts.push(text, BETWEEN);
    this.#length += text.length + BETWEEN.length;
  }

  view(): View | undefined {
    return this.#pieces.length === 0 ? undefined : piecedView(this.#parts.join(''), this.#pieces);
  }
}
