/**
 * Takes every live secret out of a JSON text that goes to a tenant. Only the secrets change: the rest of the text stays letter
 * by letter, so that numbers, spaces and escapes are what they were, and nothing but a secret can be hidden from the tenant.
 */
import type { Span } from '../relay/scan-json.ts';
import { REDACTED } from '../secrets/live-secrets.ts';
import { secretSpans, type SecretSearch } from './secret-spans.ts';

/** The same buffer where it holds none. */
export function redactBody(body: Buffer, search: SecretSearch | undefined): Buffer {
  if (search === undefined) return body;
  const text = body.toString('utf8');
  const spans = secretSpans(search, text);
  return spans.length === 0 ? body : Buffer.from(rewritten(text, spans));
}

interface Frame {
  readonly isObject: boolean;
  expectsKey: boolean;
  /** Source text of the keys that stay. */
  readonly kept: string[];
  /** Where the others are in what is written. */
  readonly changed: number[];
}

/** Where a string begins; a number; what opens, parts or closes. Strings are skipped by hand: they may be too long for this. */
const TOKEN = /["{}[\],]|-?[0-9][-+.0-9eE]*/g;
const QUOTE = '"';
const BACKSLASH = '\\';

/** Behind the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  for (let quote = text.indexOf(QUOTE, start + 1); quote >= 0; quote = text.indexOf(QUOTE, quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  throw new Error('a string does not end');
}

/** `text` is valid JSON; `spans` are sorted. A span may reach over several tokens: of each only what it covers is replaced. */
function rewritten(text: string, spans: readonly Span[]): string {
  const out: string[] = [];
  const frames: Frame[] = [];
  let written = 0;
  let at = 0;
  const change = (start: number, end: number, replacement: string): void => {
    out.push(text.slice(written, start), replacement);
    written = end;
  };

  const tokens = new RegExp(TOKEN);
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const [token] = match;
    const start = match.index;
    const end = token === QUOTE ? stringEnd(text, start) : start + token.length;
    tokens.lastIndex = end;
    const frame = frames.at(-1);
    while (at < spans.length && (spans[at]?.end ?? 0) <= start) at++;
    switch (token) {
      case '{':
      case '[':
        frames.push({ isObject: token === '{', expectsKey: token === '{', kept: [], changed: [] });
        break;
      case '}':
      case ']':
        if (frame !== undefined) tellApart(frame, out);
        frames.pop();
        break;
      case ',':
        if (frame !== undefined) frame.expectsKey = frame.isObject;
        break;
      case QUOTE: {
        const isKey = frame?.expectsKey === true;
        if (isKey) frame.expectsKey = false;
        const clean = stringWithout(text, { start, end }, spans, at);
        if (clean === undefined) {
          if (isKey) frame.kept.push(text.slice(start, end));
          break;
        }
        change(start, end, clean);
        if (isKey) frame.changed.push(out.length - 1);
        break;
      }
      default:
        // A number that holds a secret of digits.
        if ((spans[at]?.start ?? end) < end) change(start, end, `"${REDACTED}"`);
    }
  }
  out.push(text.slice(written));
  return out.join('');
}

/** Undefined where no span, from the one at `first` on, covers anything of it. */
function stringWithout(text: string, token: Span, spans: readonly Span[], first: number): string | undefined {
  const from = token.start + 1;
  const to = token.end - 1;
  let clean = '';
  let done = from;
  for (let at = first; at < spans.length; at++) {
    const span = spans[at];
    if (span === undefined || span.start >= to) break;
    const start = Math.max(span.start, from);
    const end = Math.min(span.end, to);
    if (start >= end) continue;
    clean += text.slice(done, start) + REDACTED;
    done = end;
  }
  return done === from ? undefined : `"${clean}${text.slice(done, to)}"`;
}

/** Keys that are equal now would be one member to whoever reads it: they get numbers. */
function tellApart({ kept, changed }: Frame, out: string[]): void {
  if (changed.length === 0) return;
  const taken = new Set(kept.map(decoded));
  const counts = new Map<string, number>();
  for (const at of changed) {
    const base = decoded(out[at] ?? '""');
    let count = counts.get(base) ?? 1;
    let key = base;
    while (taken.has(key)) {
      count += 1;
      key = `${base}~${count}`;
    }
    counts.set(base, count);
    taken.add(key);
    if (key !== base) out[at] = JSON.stringify(key);
  }
}

function decoded(source: string): string {
  const key: unknown = JSON.parse(source);
  return typeof key === 'string' ? key : '';
}
