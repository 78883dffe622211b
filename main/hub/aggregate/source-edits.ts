/** Changes to members of an object in the source text of a message that was parsed strictly; all other bytes stay. */
import { scanJson, UNLIMITED, type Member, type Span } from '../../relay/scan-json.ts';

const COMMA = 0x2c;

/** A member with the place that its key and value take up, without the commas around it. */
export interface SourceMember extends Member {
  readonly whole: Span;
}

/** The members of the object at `span`; empty when it is none. */
export function membersOf(line: Buffer, span: Span): SourceMember[] {
  const scan = scanJson(line, span.start, span.end, UNLIMITED, false);
  if (scan.kind !== 'object') return [];
  let from = line.indexOf('{', span.start) + 1;
  return scan.members.map((member) => {
    let start = from;
    while ((line[start] ?? 0) <= 0x20) start++;
    // Only white space stands between a value and its comma.
    from = line.indexOf(COMMA, member.value.end) + 1;
    return { ...member, whole: { start, end: member.value.end } };
  });
}

/** Source text of an object with the members that stay and those that are added. */
export function objectText(
  line: Buffer,
  kept: readonly SourceMember[],
  added: Readonly<Record<string, unknown>>,
): string {
  const sources = kept.map(({ whole }) => line.toString('utf8', whole.start, whole.end));
  for (const [key, value] of Object.entries(added)) sources.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{${sources.join(',')}}`;
}
