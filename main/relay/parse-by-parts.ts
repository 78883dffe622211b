/**
 * Builds the value of a JSON text without letting JSON.parse see its keys. V8 takes a key that is written with an escape for
 * one that it saw at the same place before, if that one holds a backslash (seen in 13.6: after `{"x":1,"\\":2}`, the
 * key of `{"x":1,"\u0061":2}` is read as a backslash). One message would so decide how the next is read, and policy would
 * see other arguments than the server. Only for texts that hold such a key; they are rare.
 */
import { elementSpans, scanJson, UNLIMITED, type Span } from './scan-json.ts';

const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** `bytes` at `span` must be one JSON value, with no white space around it, that JSON.parse accepts. */
export function parseByParts(bytes: Buffer, span: Span): unknown {
  const first = bytes[span.start];
  const isOpen = first === OPEN_BRACE || first === OPEN_BRACKET;
  if (!isOpen || !bytes.subarray(span.start, span.end).includes(BACKSLASH)) {
    return JSON.parse(bytes.toString('utf8', span.start, span.end));
  }
  if (first === OPEN_BRACKET) return elementSpans(bytes, span).map((element) => parseByParts(bytes, element));
  const scan = scanJson(bytes, span.start, span.end, UNLIMITED, false);
  if (scan.kind !== 'object') throw new Error('not a JSON object');
  const value: Record<string, unknown> = {};
  for (const member of scan.members) {
    // As JSON.parse does it: the last of two equal keys, and "__proto__" is a key like any other.
    Object.defineProperty(value, member.key, {
      value: parseByParts(bytes, member.value),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return value;
}
