/**
 * Finds and replaces ids in the source text of a message that was parsed strictly, and keeps every other byte. Clients
 * of one binding share a session, so their ids are replaced by ours on the way in and put back on the way out.
 */
import { scanJson, UNLIMITED, type Span } from '../../relay/scan-json.ts';

export interface Edit {
  readonly span: Span;
  readonly text: string;
}

const HEAD = Buffer.from('{"jsonrpc":"2.0","id":');
const COMMA = 0x2c;
const CLOSE_BRACE = 0x7d;
const NEWLINE = 0x0a;

function matches(line: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (line[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/**
 * Where the id with this ASCII source text stands, in the two spellings that almost every message has. In a valid object
 * the text `,"id":…}` at its very end can only be a member of the object itself: a string would have to close before it.
 */
function usualSpan(line: Buffer, id: string): Span | undefined {
  const start = HEAD.length;
  if (line[start + id.length] === COMMA && matches(line, start, id) && line.subarray(0, start).equals(HEAD))
    return { start, end: start + id.length };
  const last = line.at(-1) === NEWLINE ? line.length - 2 : line.length - 1;
  const at = last - id.length;
  if (line[last] === CLOSE_BRACE && at > 6 && matches(line, at, id) && matches(line, at - 6, ',"id":'))
    return { start: at, end: last };
  return undefined;
}

/** The member at `path` of the object at `within`; undefined if it is not there, or if there are two readings. */
export function memberSpan(line: Buffer, path: readonly string[], within?: Span): Span | undefined {
  let span = within ?? { start: 0, end: line.length };
  for (const key of path) {
    const scan = scanJson(line, span.start, span.end, UNLIMITED, false);
    if (scan.kind !== 'object') return undefined;
    const [member, another] = scan.members.filter((candidate) => candidate.key === key);
    if (member === undefined || another !== undefined) return undefined;
    span = member.value;
  }
  return span;
}

const ASCII = /^[\x20-\x7e]+$/;

/** Where the id of the message stands; `id` is its source text. */
export function idSpan(line: Buffer, id: string): Span | undefined {
  return (ASCII.test(id) ? usualSpan(line, id) : undefined) ?? memberSpan(line, ['id']);
}

/** A new message with these edits; the spans do not overlap. */
export function splice(line: Buffer, edits: readonly Edit[]): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { span, text } of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    pieces.push(line.subarray(from, span.start), Buffer.from(text));
    from = span.end;
  }
  pieces.push(line.subarray(from));
  return Buffer.concat(pieces);
}
