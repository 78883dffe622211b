/**
 * The canonical text of a JSON value as it stands in a message: keys sorted, strings decoded, no white space, numbers by
 * their source text. Two values have one text exactly if a reader that keeps numbers as they are written takes them for
 * the same. It works on bytes and not on what JSON.parse made of them, to which `9007199254740993` is another number.
 */
import { decodeString, stringEnd, type Span } from './scan-json.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** `bytes` at `span` must be one JSON value that was parsed strictly: its depth is bounded and no key occurs twice. */
export function canonicalSource(bytes: Buffer, span: Span): string {
  let at = span.start;

  const skipSpace = (): void => {
    while (at < span.end && (bytes[at] ?? 0) <= 0x20) at++;
  };
  /** Steps over `byte` if it comes next. */
  const take = (byte: number): boolean => {
    skipSpace();
    if (at >= span.end || bytes[at] !== byte) return false;
    at++;
    return true;
  };
  const string = (): string => {
    const end = stringEnd(bytes, at, span.end);
    const text = end < 0 ? undefined : decodeString(bytes, { start: at, end });
    if (text === undefined) throw new Error('not valid JSON');
    at = end;
    return JSON.stringify(text);
  };
  const list = (close: number, item: () => string): string[] => {
    const items: string[] = [];
    at++;
    while (!take(close)) {
      if (items.length > 0 && !take(COMMA)) throw new Error('not valid JSON');
      skipSpace();
      items.push(item());
    }
    return items;
  };
  const member = (): string => {
    const key = string();
    if (!take(0x3a)) throw new Error('not valid JSON');
    return `${key}:${value()}`;
  };
  const literal = (): string => {
    const from = at;
    while (at < span.end && !endsLiteral(bytes[at] ?? 0)) at++;
    if (at === from) throw new Error('not valid JSON');
    return bytes.toString('latin1', from, at);
  };
  const value = (): string => {
    skipSpace();
    switch (bytes[at] ?? 0) {
      case OPEN_BRACE:
        // In order of the keys: a member begins with its key, and no key is the start of another's text.
        return `{${list(CLOSE_BRACE, member).sort().join(',')}}`;
      case OPEN_BRACKET:
        return `[${list(CLOSE_BRACKET, value).join(',')}]`;
      case QUOTE:
        return string();
      default:
        return literal();
    }
  };
  return value();
}

function endsLiteral(byte: number): boolean {
  return byte <= 0x20 || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}
