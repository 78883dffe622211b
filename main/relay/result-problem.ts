/** Results that a tenant is asked about, looked at before it sees them: it must see what the client will read. */
import { isJsonObject } from '../../preload/contract/json.ts';
import { foldKey } from './fold-key.ts';
import type { WireLimits } from './limits.ts';
import type { ResponseMessage } from './parse-message.ts';
import { scanJson } from './scan-json.ts';
import { membersAt, spanAt } from './splice-json.ts';

/** Members of a result that more than one reader must find by the same name. */
const RESULT_KEYS: ReadonlySet<string> = new Set([
  'content',
  'structuredContent',
  'isError',
  'resultType',
  'tools',
  '_meta',
]);
const ANSWER_KEYS: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'result']);
const FOLDED_RESULT_KEYS: ReadonlySet<string> = new Set([...RESULT_KEYS].map(foldKey));

/** The result as it stands in the message. */
export function resultSource(line: Buffer): Buffer {
  const span = spanAt(line, ['result']);
  if (span === undefined) throw new Error('result span not found');
  return line.subarray(span.start, span.end);
}

/** The answer without what stands beside its result: a tenant is shown the result alone. */
export function answerOnly(line: Buffer, { id }: ResponseMessage): Buffer {
  const isBare = membersAt(line, { start: 0, end: line.length }).every(({ key }) => ANSWER_KEYS.has(key));
  if (isBare) return line;
  return Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":`), resultSource(line), Buffer.from('}\n')]);
}

/** Why a tenant and a client could take a result for two different ones, or for one of something else. */
export function resultProblem(line: Buffer, result: unknown, method: string, limits: WireLimits): string | undefined {
  if (!isJsonObject(result)) return 'its answer is no result';
  if (method !== 'tools/list' && Array.isArray(result['tools'])) return 'it answered a call with a list of tools';
  // What comes of a task comes with another answer, or a notification, that no tenant is asked about.
  const { resultType } = result;
  const isOther = resultType !== undefined && resultType !== 'complete' && resultType !== 'input_required';
  if (isOther || Object.hasOwn(result, 'task')) return 'it answered with something that is no result yet';
  const scan = scanJson(line, 0, line.length, limits, true);
  if (scan.kind !== 'object' || scan.duplicateKey !== undefined) return 'its answer holds a key twice';
  const isLookAlike = (key: string): boolean => !RESULT_KEYS.has(key) && FOLDED_RESULT_KEYS.has(foldKey(key));
  return Object.keys(result).some(isLookAlike) ? 'its answer holds a look-alike of a key' : undefined;
}
