/**
 * One pass over the bytes of a JSON text that finds where the outermost members lie and counts depth and tokens, before
 * anything is decoded. It does not check grammar (JSON.parse does, after it); on a text that is valid JSON everything it
 * reports is exact.
 */
export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export interface Member {
  /** Decoded. */
  readonly key: string;
  readonly value: Span;
}

export interface ScanLimits {
  readonly maxDepth: number;
  readonly maxTokens: number;
}

export type Scan =
  | {
      readonly kind: 'object';
      readonly members: readonly Member[];
      readonly duplicateKey: string | undefined;
      /** A key at some depth is written with an escape; see parse-by-parts.ts. */
      readonly hasEscapedKey: boolean;
    }
  | { readonly kind: 'array'; readonly duplicateKey: string | undefined; readonly hasEscapedKey: boolean }
  | { readonly kind: 'scalar' }
  | { readonly kind: 'too_deep' }
  | { readonly kind: 'too_many_tokens' }
  | { readonly kind: 'broken' };

export const UNLIMITED: ScanLimits = { maxDepth: Infinity, maxTokens: Infinity };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Index behind the closing quote of the string that opens at `start`; -1 if it does not close before `end`. */
export function stringEnd(bytes: Buffer, start: number, end: number): number {
  let from = start + 1;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote < 0 || quote >= end) return -1;
    let slashes = 0;
    for (let i = quote - 1; i > start && bytes[i] === BACKSLASH; i--) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

/** Decodes the string between two quotes; undefined if it is not a valid JSON string. */
export function decodeString(bytes: Buffer, span: Span): string | undefined {
  const text = bytes.toString('utf8', span.start, span.end);
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Scans `bytes[start, end)`. With `everyDuplicate` a key that occurs twice in any object is reported, otherwise only one
 * in the outermost object.
 */
export function scanJson(bytes: Buffer, start: number, end: number, limits: ScanLimits, everyDuplicate: boolean): Scan {
  const members: Member[] = [];
  let duplicateKey: string | undefined;
  let hasEscapedKey = false;
  /** The next backslash, looked for again only once it was passed. */
  let slash = -1;
  let depth = 0;
  let tokens = 0;
  let outer: 'object' | 'array' | 'scalar' | undefined;
  // Per open container: the keys seen, or undefined for an array or where nobody asks.
  const keys: (Set<string> | undefined)[] = [];
  const objects: boolean[] = [];
  let expectKey = false;
  let outerKey: string | undefined;
  let valueStart = -1;

  const endOuterValue = (at: number): void => {
    if (depth === 1 && outerKey !== undefined && valueStart >= 0) {
      let stop = at;
      while (stop > valueStart && (bytes[stop - 1] ?? 0) <= 0x20) stop--;
      members.push({ key: outerKey, value: { start: valueStart, end: stop } });
      outerKey = undefined;
      valueStart = -1;
    }
  };

  let i = start;
  while (i < end) {
    const byte = bytes[i] ?? 0;
    switch (byte) {
      case 0x20:
      case 0x09:
      case 0x0a:
      case 0x0d:
        i++;
        continue;
      case QUOTE: {
        const stop = stringEnd(bytes, i, end);
        if (stop < 0) return { kind: 'broken' };
        tokens++;
        if (expectKey && objects[depth - 1] === true) {
          if (!hasEscapedKey && slash < i) {
            // No further than `end`: of many small parts of a large text each would look through all the rest.
            const ahead = bytes.subarray(i, end).indexOf(BACKSLASH);
            slash = ahead < 0 ? end : i + ahead;
          }
          if (slash < stop) hasEscapedKey = true;
          const seen = keys[depth - 1];
          if (depth === 1 || seen !== undefined) {
            const key = decodeString(bytes, { start: i, end: stop });
            if (key === undefined) return { kind: 'broken' };
            if (seen?.has(key) === true) duplicateKey ??= key;
            seen?.add(key);
            if (depth === 1) outerKey = key;
          }
          expectKey = false;
        } else if (depth === 1 && valueStart < 0) valueStart = i;
        outer ??= 'scalar';
        i = stop;
        break;
      }
      case 0x7b:
      case 0x5b: {
        if (depth === 1 && valueStart < 0) valueStart = i;
        tokens++;
        if (++depth > limits.maxDepth) return { kind: 'too_deep' };
        const isObject = byte === 0x7b;
        outer ??= isObject ? 'object' : 'array';
        objects[depth - 1] = isObject;
        keys[depth - 1] = isObject && (everyDuplicate || depth === 1) ? new Set() : undefined;
        expectKey = isObject;
        i++;
        break;
      }
      case 0x7d:
      case 0x5d:
        endOuterValue(i);
        depth--;
        if (depth < 0) return { kind: 'broken' };
        expectKey = false;
        i++;
        break;
      case 0x2c:
        endOuterValue(i);
        expectKey = objects[depth - 1] === true;
        i++;
        continue;
      case 0x3a:
        i++;
        continue;
      default: {
        // A number or a literal: up to the next structural byte.
        if (depth === 1 && valueStart < 0) valueStart = i;
        tokens++;
        outer ??= 'scalar';
        i++;
        while (i < end) {
          const next = bytes[i] ?? 0;
          if (
            next === 0x2c ||
            next === 0x7d ||
            next === 0x5d ||
            next === QUOTE ||
            next === 0x7b ||
            next === 0x5b ||
            next <= 0x20
          )
            break;
          i++;
        }
      }
    }
    if (tokens > limits.maxTokens) return { kind: 'too_many_tokens' };
  }
  if (depth !== 0 || outer === undefined) return { kind: 'broken' };
  if (outer === 'scalar') return { kind: 'scalar' };
  return outer === 'object'
    ? { kind: 'object', members, duplicateKey, hasEscapedKey }
    : { kind: 'array', duplicateKey, hasEscapedKey };
}

/** Source text of the member at `path` of a valid JSON object, or undefined. */
export function memberText(bytes: Buffer, path: readonly string[]): string | undefined {
  let span: Span = { start: 0, end: bytes.length };
  for (const key of path) {
    const scan = scanJson(bytes, span.start, span.end, UNLIMITED, false);
    const member = scan.kind === 'object' ? scan.members.find((candidate) => candidate.key === key) : undefined;
    if (member === undefined) return undefined;
    span = member.value;
  }
  return bytes.toString('utf8', span.start, span.end);
}

/** Spans of the elements of the array at `span`, which must be valid JSON. */
export function elementSpans(bytes: Buffer, span: Span): Span[] {
  const elements: Span[] = [];
  let depth = 0;
  let from = -1;
  const close = (at: number): void => {
    if (from < 0) return;
    let stop = at;
    while (stop > from && (bytes[stop - 1] ?? 0) <= 0x20) stop--;
    elements.push({ start: from, end: stop });
    from = -1;
  };
  for (let i = span.start; i < span.end;) {
    const byte = bytes[i] ?? 0;
    if (depth === 1 && from < 0 && byte > 0x20 && byte !== 0x5d && byte !== 0x2c) from = i;
    if (byte === QUOTE) {
      i = stringEnd(bytes, i, span.end);
      if (i < 0) throw new Error('not valid JSON');
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 1) close(i);
      depth--;
    } else if (byte === 0x2c && depth === 1) close(i);
    i++;
  }
  return elements;
}
