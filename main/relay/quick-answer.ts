/**
 * An answer that a tenant gives in the server's place, as the one line that the client gets: a result of a call and nothing
 * else, held to what a server's answer is held to.
 */
import { isJsonObject } from '../../preload/contract/json.ts';
import { isModern } from './denial.ts';
import { flattenLine } from './flatten-line.ts';
import type { WireLimits } from './limits.ts';
import { parseMessage, type RequestMessage } from './parse-message.ts';
import { scanJson } from './scan-json.ts';
import { setMember, spanAt, splice, trimmed } from './splice-json.ts';
import type { JsonSource } from './tenant-gate.ts';

/** Undefined where that is no result of a call. */
export function quickAnswer(
  message: RequestMessage,
  result: JsonSource,
  limits: WireLimits,
): { readonly answer: Buffer; readonly isError: boolean } | undefined {
  const start = Buffer.from(`{"jsonrpc":"2.0","id":${message.id},"result":`);
  const source = trimmed(result.source);
  let answer: Buffer = Buffer.concat([start, source, Buffer.from('}\n')]);
  // What does not stand there whole ended the object and began something else.
  const object = spanAt(answer, ['result']);
  if (object === undefined || object.end - object.start !== source.length) return undefined;
  if (isModern(message.params) && spanAt(answer, ['result', 'resultType']) === undefined) {
    answer = splice(answer, [setMember(answer, object, 'resultType', Buffer.from('"complete"'))]);
  }
  if (answer.length > limits.maxMessageBytes) return undefined;
  const parsed = parseMessage(answer, 'server', limits);
  const whole = scanJson(answer, 0, answer.length, limits, true);
  if (parsed.kind !== 'response' || whole.kind !== 'object' || whole.duplicateKey !== undefined) return undefined;
  const { result: value } = parsed;
  // A list, a task or a question would be a way round the gates for those.
  if (!isJsonObject(value) || Object.hasOwn(value, 'tools') || Object.hasOwn(value, 'task')) return undefined;
  if (Object.hasOwn(value, 'resultType') && value['resultType'] !== 'complete') return undefined;
  flattenLine(answer);
  return { answer, isError: value['isError'] === true };
}
