/**
 * A result of tools/list with the tenant's tools in the place of the server's. Of the rest only what says how the list is to be
 * read stays: anything else could hold what the tenant left out.
 */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import { flattenLine } from './flatten-line.ts';
import type { WireLimits } from './limits.ts';
import { parseMessage, type ResponseMessage } from './parse-message.ts';
import { elementSpans, type Span } from './scan-json.ts';
import { membersAt, objectOf, spanAt, splice, trimmed } from './splice-json.ts';
import type { JsonSource } from './tenant-gate.ts';

export interface ReplacedList {
  readonly line: Buffer;
  readonly message: ResponseMessage;
  /** Elements of the tenant that are not in it: tools that the server does not list. */
  readonly foreign: number;
}

interface Offered {
  readonly name: string;
  readonly span: Span;
}

const KEPT: Readonly<Record<string, (value: unknown) => boolean>> = {
  nextCursor: (value) => typeof value === 'string',
  resultType: (value) => typeof value === 'string',
  ttlMs: (value) => typeof value === 'number',
  cacheScope: (value) => typeof value === 'string',
};
/** What a tenant made of a list is this person's, not everyone's. */
const PRIVATE = Buffer.from('"private"');

export function nameOf(tool: unknown): string | undefined {
  const name = isJsonObject(tool) ? tool['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/**
 * Undefined where `list` is no list. `result` is that of `line`, which must have been filtered once: that refuses what has no
 * single meaning.
 */
export function replacedList(
  line: Buffer,
  result: JsonObject,
  list: JsonSource,
  limits: WireLimits,
): ReplacedList | undefined {
  const { tools } = result;
  const at = spanAt(line, ['result']);
  const source = trimmed(list.source);
  if (at === undefined || !Array.isArray(tools) || !Array.isArray(list.value)) return undefined;
  const kept = offered(tools, list.value, elementSpans(source, { start: 0, end: source.length }));
  if (kept === undefined) return undefined;
  const elements = kept.flatMap(({ span }, index) => [
    ...(index === 0 ? [] : [Buffer.from(',')]),
    source.subarray(span.start, span.end),
  ]);
  const members = new Map<string, Buffer>();
  for (const { key, value } of membersAt(line, at)) {
    if (key === 'tools') members.set(key, Buffer.concat([Buffer.from('['), ...elements, Buffer.from(']')]));
    else if (Object.hasOwn(KEPT, key) && KEPT[key]?.(result[key]) === true)
      members.set(key, key === 'cacheScope' ? PRIVATE : line.subarray(value.start, value.end));
  }
  const made = splice(line, [{ span: at, bytes: objectOf(members) }]);
  if (made.length > limits.maxMessageBytes) return undefined;
  const message = parseMessage(made, 'server', limits);
  if (message.kind !== 'response' || !isJsonObject(message.result)) return undefined;
  // What does not stand there as it was meant ended the list and began something else.
  const placed = message.result['tools'];
  if (Object.keys(message.result).length !== members.size) return undefined;
  if (!Array.isArray(placed) || placed.length !== kept.length) return undefined;
  if (!placed.every((tool, index) => nameOf(tool) === kept[index]?.name)) return undefined;
  flattenLine(made);
  return { line: made, message, foreign: list.value.length - kept.length };
}

/** Of the tenant's elements those that may be shown: once each, and only what the server lists. */
function offered(
  tools: readonly unknown[],
  list: readonly unknown[],
  spans: readonly Span[],
): readonly Offered[] | undefined {
  if (list.length !== spans.length) return undefined;
  const listed = new Set(tools.map(nameOf));
  const kept: Offered[] = [];
  for (const [index, tool] of list.entries()) {
    const name = nameOf(tool);
    const span = spans[index];
    if (name === undefined || span === undefined) return undefined;
    // One of each name only: a second one would have another definition.
    if (listed.delete(name)) kept.push({ name, span });
  }
  return kept;
}
