/**
 * A result of tools/call with what the tenant put in its place. Of the server's own result only what says how it is to be
 * read stays: anything else could hold what the tenant took out.
 */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import { flattenLine } from './flatten-line.ts';
import type { WireLimits } from './limits.ts';
import { parseMessage } from './parse-message.ts';
import { scanJson, type Span } from './scan-json.ts';
import { membersAt, objectOf, spanAt, splice, trimmed } from './splice-json.ts';
import type { JsonSource } from './tenant-gate.ts';

type Kinds = Readonly<Record<string, (value: unknown) => boolean>>;
/** What the tenant may give, and what it must be. */
const GIVEN: Kinds = {
  content: (value) => Array.isArray(value),
  structuredContent: isJsonObject,
  isError: (value) => typeof value === 'boolean',
  _meta: isJsonObject,
};
const KEPT: Kinds = {
  isError: (value) => typeof value === 'boolean',
  resultType: (value) => typeof value === 'string',
};

/** Undefined where the replacement is none. `result` is that of `line`, which was parsed strictly and holds no key twice. */
export function replacedResult(
  line: Buffer,
  result: JsonObject,
  replacement: JsonSource,
  limits: WireLimits,
): { readonly line: Buffer; readonly result: JsonObject } | undefined {
  const at = spanAt(line, ['result']);
  const source = trimmed(replacement.source);
  const whole = scanJson(source, 0, source.length, limits, true);
  if (at === undefined || !isJsonObject(replacement.value)) return undefined;
  if (whole.kind !== 'object' || whole.duplicateKey !== undefined) return undefined;
  // Who writes every member that a result can have writes null for those that it has not.
  const isNull = ({ start, end }: Span): boolean => end - start === 4 && source.toString('utf8', start, end) === 'null';
  const given = whole.members.filter(({ key, value }) => Object.hasOwn(GIVEN, key) && !isNull(value));
  if (!given.some(({ key }) => key === 'content' || key === 'structuredContent')) return undefined;

  const texts = new Map<string, Buffer>([['content', Buffer.from('[]')]]);
  for (const { key, value } of membersAt(line, at)) {
    const isKept = Object.hasOwn(KEPT, key) && KEPT[key]?.(result[key]) === true;
    if (isKept) texts.set(key, line.subarray(value.start, value.end));
  }
  for (const { key, value } of given) texts.set(key, source.subarray(value.start, value.end));
  const made = splice(line, [{ span: at, bytes: objectOf(texts) }]);
  if (made.length > limits.maxMessageBytes) return undefined;
  const message = parseMessage(made, 'server', limits);
  const again = scanJson(made, 0, made.length, limits, true);
  if (message.kind !== 'response' || again.kind !== 'object' || again.duplicateKey !== undefined) return undefined;
  const { result: placed } = message;
  if (!isJsonObject(placed) || Object.keys(placed).length !== texts.size) return undefined;
  if (!given.every(({ key }) => GIVEN[key]?.(placed[key]) === true)) return undefined;
  flattenLine(made);
  return { line: made, result: placed };
}
