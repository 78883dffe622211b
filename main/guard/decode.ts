/**
 * Texts that are written in base64 (standard and URL-safe, padded or not, wrapped at any width) or in hex (with or without
 * separators), as what they stand for. A run is decoded from each place at which a group may begin, because what stands before
 * it may be of the same letters; what comes out is kept where it is readable, so that pictures and hashes give nothing.
 */
import { isUtf8 } from 'node:buffer';
import { piecedView, type Piece, type View } from './view.ts';

const BASE64 = /[A-Za-z0-9+/_-][A-Za-z0-9+/_ \t\r\n-]{14,}={0,2}/g;
/** Four groups that would be ASCII letters, digits and signs, the last two alphabets and UTF-16 included. */
const READABLE_GROUPS = /(?:[ACDI-Za-f][A-Za-z0-9+/_-]{3}){4}/;
const WORDS = /[A-Za-z0-9+/_-]{16,}/g;
const HEX = /(?:(?:0x)?[0-9a-f]{2}[\s:,-]{0,2}){8,}/gi;

/** Shorter ones come out of any noise. */
const READABLE = /[\t\n\r -~]{8,}/g;
const UTF16 = new RegExp(String.raw`([\t\n\r -~])\u0000|\u0000(?=[\t\n\r -~])`, 'g');
const UNREADABLE = /[^\P{C}\p{Cf}\t\n\r]/u;
const BETWEEN = '\n.\n';

/** What is written in base64 and in hex, run after run, or undefined if there is nothing. */
export function decoded(view: View): View | undefined {
  const builder = new Decoded(view);
  for (const found of view.text.matchAll(BASE64)) base64(builder, found[0], found.index);
  for (const found of view.text.matchAll(HEX)) hex(builder, found[0], found.index);
  return builder.view();
}

function base64(builder: Decoded, run: string, at: number): void {
  const compact = run.replaceAll(/[ \t\r\n]+/g, '');
  if (compact.length < 16) return;
  const isWrapped = compact.length < run.length;
  if (READABLE_GROUPS.test(compact)) {
    const written = isWrapped ? positions(run, compact.length) : undefined;
    for (let offset = 0; offset < 4; offset++) {
      const bytes = Buffer.from(compact.slice(offset), 'base64');
      for (const [text, start, end] of readableParts(bytes)) {
        const first = offset + Math.floor(start / 3) * 4;
        const last = Math.min(compact.length, offset + Math.ceil(end / 3) * 4);
        builder.add(text, at + (written?.[first] ?? first), at + (written?.[last - 1] ?? last - 1) + 1);
      }
    }
  }
  wholeText(builder, compact, at, at + run.length);
  if (!isWrapped) return;
  for (const word of run.matchAll(WORDS)) {
    if (/[0-9A-Z]/.test(word[0])) wholeText(builder, word[0], at + word.index, at + word.index + word[0].length);
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
