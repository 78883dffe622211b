/**
 * A result of tools/call with what the tenant put in its place. Of the server's own result only what says how it is to be
 * read stays: anything else could hold what the tenant took out.
 */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import { flattenLine } from './flatten-line.ts';
import type { WireLimits } from './limits.ts';
import { parseMessage } from './parse-message.ts';
import { scanJson } from './scan-json.ts';
import { membersAt, spanAt, splice, trimmed } from './splice-json.ts';
import type { JsonSource } from './tenant-gate.ts';

/** What the tenant may give, and what it must be. */
const GIVEN: Readonly<Record<string, (value: unknown) => boolean>> = {
  content: (value) => Array.isArray(value),
  structuredContent: isJsonObject,
  isError: (value) => typeof value === 'boolean',
};
const KEPT: ReadonlySet<string> = new Set(['isError', '_meta', 'resultType']);

/** Undefined where the replacement is none. `line` was parsed strictly and holds no key twice. */
export function replacedResult(
  line: Buffer,
  replacement: JsonSource,
  limits: WireLimits,
): { readonly line: Buffer; readonly result: JsonObject } | undefined {
  const at = spanAt(line, ['result']);
  const source = trimmed(replacement.source);
  const whole = scanJson(source, 0, source.length, limits, true);
  if (at === undefined || !isJsonObject(replacement.value)) return undefined;
  if (whole.kind !== 'object' || whole.duplicateKey !== undefined) return undefined;
  if (!['content', 'structuredContent'].some((key) => whole.members.some((member) => member.key === key)))
    return undefined;

  const texts = new Map<string, Buffer>([['content', Buffer.from('[]')]]);
  for (const { key, value } of membersAt(line, at)) {
    if (KEPT.has(key)) texts.set(key, line.subarray(value.start, value.end));
  }
  for (const { key, value } of whole.members) {
    if (Object.hasOwn(GIVEN, key)) texts.set(key, source.subarray(value.start, value.end));
  }
  const parts = [...texts].flatMap(([key, text], index) => [
    Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(key)}:`),
    text,
  ]);
  const made = splice(line, [{ span: at, bytes: Buffer.concat([Buffer.from('{'), ...parts, Buffer.from('}')]) }]);
  if (made.length > limits.maxMessageBytes) return undefined;
  const message = parseMessage(made, 'server', limits);
  const again = scanJson(made, 0, made.length, limits, true);
  if (message.kind !== 'response' || again.kind !== 'object' || again.duplicateKey !== undefined) return undefined;
  const { result } = message;
  if (!isJsonObject(result) || Object.keys(result).length !== texts.size) return undefined;
  for (const key of Object.keys(GIVEN)) {
    const isGiven = whole.members.some((member) => member.key === key);
    if (isGiven && GIVEN[key]?.(result[key]) !== true) return undefined;
  }
  flattenLine(made);
  return { line: made, result };
}
