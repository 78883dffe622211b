/**
 * Every string of a JSON text with the bytes it is written in: keys too, each occurrence of a key that stands twice, and long
 * integers, which may be a card's or an account's number. One pass over the bytes without recursion. Says what it could not
 * read instead of guessing: what is not valid JSON, or deeper than allowed, is not scanned.
 */
import { isUtf8 } from 'node:buffer';

/** One object or array. */
export interface Container {
  readonly parent: Container | undefined;
  /** The key it stands under; undefined in an array and at the top. */
  readonly key: SourceString | undefined;
  /** Its index, where it stands in an array. */
  readonly index: number;
}

export interface SourceString {
  /** Byte offsets of the token in the source, quotes included. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: 'key' | 'value' | 'number';
  /** Undefined for a text that is no JSON, and for a JSON text that is one string. */
  readonly container: Container | undefined;
  /** Of a value: the key before it, if it stands directly under one. */
  readonly key: SourceString | undefined;
  /** Of a value in an array. */
  readonly index: number;
}

type SourceStrings =
  | { readonly kind: 'strings'; readonly strings: readonly SourceString[] }
  | { readonly kind: 'unreadable'; readonly rule: 'not-json' | 'too-deep' | 'not-utf8' };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Shorter ones are counts, years and the like. */
const NUMBER_DIGITS = { least: 8, most: 40 };
const NOT_JSON = { kind: 'unreadable', rule: 'not-json' } as const;
const LITERAL = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

interface Frame extends Container {
  readonly isObject: boolean;
  /** Index of the present element, or of the present member. */
  at: number;
  pendingKey: SourceString | undefined;
}

/** `maxDepth`: the nesting that is still read. */
export function jsonStrings(source: Uint8Array, maxDepth: number): SourceStrings {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (!isUtf8(bytes)) return { kind: 'unreadable', rule: 'not-utf8' };
  const strings: SourceString[] = [];
  const frames: Frame[] = [];
  let frame: Frame | undefined;
  let i = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (i < bytes.length) {
    const byte = bytes[i] ?? 0;
    switch (byte) {
      case 0x20:
      case 0x09:
      case 0x0a:
      case 0x0d:
      case 0x3a:
        i++;
        break;
      case 0x2c:
        if (frame === undefined) return NOT_JSON;
        frame.at++;
        frame.pendingKey = undefined;
        i++;
        break;
      case 0x7b:
      case 0x5b: {
        if (frames.length >= maxDepth) return { kind: 'unreadable', rule: 'too-deep' };
        frame = {
          parent: frame,
          key: frame?.pendingKey,
          index: frame?.at ?? 0,
          isObject: byte === 0x7b,
          at: 0,
          pendingKey: undefined,
        };
        frames.push(frame);
        i++;
        break;
      }
      case 0x7d:
      case 0x5d:
        if (frame?.isObject !== (byte === 0x7d)) return NOT_JSON;
        frames.pop();
        frame = frames.at(-1);
        i++;
        break;
      case QUOTE: {
        const end = endOfString(bytes, i);
        const text = end < 0 ? undefined : decode(bytes, i, end);
        if (text === undefined) return NOT_JSON;
        const isKey: boolean = frame !== undefined && frame.isObject && frame.pendingKey === undefined;
        const string: SourceString = {
          start: i,
          end,
          text,
          kind: isKey ? 'key' : 'value',
          container: frame,
          key: isKey ? undefined : frame?.pendingKey,
          index: frame?.at ?? 0,
        };
        strings.push(string);
        if (isKey && frame !== undefined) frame.pendingKey = string;
        i = end;
        break;
      }
      default: {
        const end = endOfLiteral(bytes, i);
        const text = bytes.toString('latin1', i, end);
        if (!LITERAL.test(text)) return NOT_JSON;
        if (text.length >= NUMBER_DIGITS.least && text.length <= NUMBER_DIGITS.most && /^\d+$/.test(text)) {
          strings.push({
            start: i,
            end,
            text,
            kind: 'number',
            container: frame,
            key: frame?.pendingKey,
            index: frame?.at ?? 0,
          });
        }
        i = end;
      }
    }
  }
  return frame === undefined ? { kind: 'strings', strings } : NOT_JSON;
}

/** The whole of a text that is no JSON. */
export function plainString(source: Uint8Array): SourceStrings {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (!isUtf8(bytes)) return { kind: 'unreadable', rule: 'not-utf8' };
  const text = bytes.toString('utf8');
  const whole = { start: 0, end: bytes.length, text, container: undefined, key: undefined, index: 0 } as const;
  return { kind: 'strings', strings: [{ ...whole, kind: 'value' }] };
}

function endOfString(bytes: Buffer, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote < 0) return -1;
    let slashes = 0;
    for (let i = quote - 1; i > start && bytes[i] === BACKSLASH; i--) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

function decode(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function endOfLiteral(bytes: Buffer, start: number): number {
  let i = start + 1;
  for (; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte <= 0x20 || byte === 0x2c || byte === 0x3a || byte === QUOTE) break;
    if (byte === 0x7b || byte === 0x7d || byte === 0x5b || byte === 0x5d) break;
  }
  return i;
}
