/**
 * Where a text holds live secrets, also where escapes of JSON hide them, and JSON within JSON. Positions are those of the text
 * as it stands, and never inside an escape: what is cut out by them leaves a text that can be read as before. Changes nothing.
 */
import type { Span } from '../relay/scan-json.ts';
import { REDACTED } from '../secrets/live-secrets.ts';

/** What is asked of a search for live secrets; see {@link LiveSecrets}. */
export interface SecretSearch {
  find(text: string, from: number): number;
  endAt(text: string, start: number): number;
}

/** A text in a result, in a result, in a result; each one doubles its backslashes. */
const MAX_LEVELS = 6;
const BACKSLASH = '\\';
const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

const escapes = (): RegExp => /\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/g;

function withoutEscapes(text: string): string {
  return text.replaceAll(escapes(), (escape) => {
    if (escape.length > 2) return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
    const letter = escape.charAt(1);
    return SHORT[letter] ?? letter;
  });
}

/** Sorted, and none touches the next. */
function merged(spans: readonly Span[]): Span[] {
  const whole: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = whole.at(-1);
    if (last === undefined || span.start > last.end) whole.push(span);
    else whole[whole.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return whole;
}

function plainSpans(search: SecretSearch, text: string): Span[] {
  const spans: Span[] = [];
  for (let start = search.find(text, 0); start >= 0; start = search.find(text, start + 1))
    spans.push({ start, end: search.endAt(text, start) });
  return merged(spans);
}

/** Of sorted spans; a span that begins or ends inside an escape takes in the whole of it. */
function aroundEscapes(text: string, spans: readonly Span[]): Span[] {
  if (spans.length === 0) return [];
  const all = escapes();
  let escape = all.exec(text);
  /** The escape that `at` lies inside of. */
  const inside = (at: number): Span | undefined => {
    while (escape !== null && escape.index + escape[0].length <= at) escape = all.exec(text);
    return escape === null || escape.index >= at
      ? undefined
      : { start: escape.index, end: escape.index + escape[0].length };
  };
  return spans.map(({ start, end }) => ({ start: inside(start)?.start ?? start, end: inside(end)?.end ?? end }));
}

/** Spans of the text without its escapes, sorted, as those of the text itself. */
function inSource(text: string, spans: readonly Span[]): Span[] {
  const all = escapes();
  let escape = all.exec(text);
  let removed = 0;
  const back = (at: number): number => {
    while (escape !== null && escape.index - removed < at) {
      removed += escape[0].length - 1;
      escape = all.exec(text);
    }
    return at + removed;
  };
  return spans.map(({ start, end }) => ({ start: back(start), end: back(end) }));
}

/** Sorted; none overlaps another. */
export function secretSpans(search: SecretSearch, text: string, level = 0): Span[] {
  const spans = plainSpans(search, text);
  if (level >= MAX_LEVELS || !text.includes(BACKSLASH)) return spans;
  const inner = withoutEscapes(text);
  if (inner.length === text.length) return spans;
  const hidden = secretSpans(search, inner, level + 1);
  return merged([...aroundEscapes(text, spans), ...inSource(text, hidden)]);
}

/** The text with every live secret in it replaced; redact before cutting it short. */
export function redactText(search: SecretSearch | undefined, text: string): string {
  if (search === undefined) return text;
  let out = '';
  let done = 0;
  for (const { start, end } of secretSpans(search, text)) {
    out += text.slice(done, start) + REDACTED;
    done = end;
  }
  return done === 0 ? text : out + text.slice(done);
}
