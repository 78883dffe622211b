/**
 * Changes a JSON text by its source: what is not changed keeps its bytes, numbers and escapes included. The texts that are
 * changed were parsed strictly before; whoever puts foreign text in parses the whole again, strictly, before it is used.
 */
import { scanJson, UNLIMITED, type Member, type Span } from './scan-json.ts';

export interface Edit {
  readonly span: Span;
  readonly bytes: Buffer;
}

const QUOTE = 0x22;
const NOTHING = Buffer.alloc(0);

/** `edits` do not overlap. */
export function splice(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const edit of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    parts.push(bytes.subarray(from, edit.span.start), edit.bytes);
    from = edit.span.end;
  }
  parts.push(bytes.subarray(from));
  return Buffer.concat(parts);
}

/** Members of the object at `span`; none if something else is there. */
export function membersAt(bytes: Buffer, span: Span): readonly Member[] {
  const scan = scanJson(bytes, span.start, span.end, UNLIMITED, false);
  return scan.kind === 'object' ? scan.members : [];
}

/** Where the value of the member at `path` stands. */
export function spanAt(bytes: Buffer, path: readonly string[]): Span | undefined {
  let span: Span | undefined = { start: 0, end: bytes.length };
  for (const key of path) {
    if (span === undefined) return undefined;
    span = membersAt(bytes, span).find((member) => member.key === key)?.value;
  }
  return span;
}

/** Gives the object at `object` this member: in the place of the value that it has, else as its first. */
export function setMember(bytes: Buffer, object: Span, key: string, value: Buffer): Edit {
  const members = membersAt(bytes, object);
  const present = members.find((member) => member.key === key);
  if (present !== undefined) return { span: present.value, bytes: value };
  const at = bytes.indexOf('{', object.start) + 1;
  const comma = members.length === 0 ? '' : ',';
  return {
    span: { start: at, end: at },
    bytes: Buffer.concat([Buffer.from(`${JSON.stringify(key)}:`), value, Buffer.from(comma)]),
  };
}

/** Takes a member out of the object at `object`, with one comma beside it. */
export function dropMember(bytes: Buffer, object: Span, key: string): Edit | undefined {
  const members = membersAt(bytes, object);
  const index = members.findIndex((member) => member.key === key);
  const dropped = members[index];
  if (dropped === undefined) return undefined;
  // Between two members stand a comma and white space only, so the next quote opens a key.
  const keyStart = (at: number): number => bytes.indexOf(QUOTE, members[at - 1]?.value.end ?? object.start);
  const before = members[index - 1];
  if (before !== undefined) return { span: { start: before.value.end, end: dropped.value.end }, bytes: NOTHING };
  const end = members.length > 1 ? keyStart(index + 1) : dropped.value.end;
  return { span: { start: keyStart(index), end }, bytes: NOTHING };
}

/** An object of these members, each with the source text of its value. */
export function objectOf(members: ReadonlyMap<string, Buffer>): Buffer {
  const parts = [...members].flatMap(([key, text], index) => [
    Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(key)}:`),
    text,
  ]);
  return Buffer.concat([Buffer.from('{'), ...parts, Buffer.from('}')]);
}

/** Without the white space around it. */
export function trimmed(source: Buffer): Buffer {
  let start = 0;
  let end = source.length;
  while (start < end && (source[start] ?? 0) <= 0x20) start++;
  while (end > start && (source[end - 1] ?? 0) <= 0x20) end--;
  return source.subarray(start, end);
}
