/** Requests of the aggregate itself to a member. */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import type { WireLimits } from '../../relay/limits.ts';
import { parseMessage } from '../../relay/parse-message.ts';
import type { MemberLink } from './member-link.ts';
import type { Problem } from './problems.ts';

export type Answer =
  | { readonly kind: 'result'; readonly result: JsonObject; readonly line: Buffer }
  /** The member answered, but with an error or with what is no result. */
  | { readonly kind: 'error' }
  | { readonly kind: 'failed'; readonly problem: Problem };

function lineOf(message: JsonObject): Buffer {
  return Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

/** Never rejects. */
export function ask(
  link: MemberLink,
  limits: WireLimits,
  id: number,
  method: string,
  params: JsonObject,
): Promise<Answer> {
  return new Promise((resolve) => {
    const line = lineOf({ id, method, params });
    const parsed = parseMessage(line, 'client', limits);
    if (parsed.kind !== 'request') {
      resolve({ kind: 'error' });
      return;
    }
    link.request(parsed.idKey, parsed, line, {
      answered: (bytes) => resolve(readAnswer(bytes, limits)),
      failed: (problem) => resolve({ kind: 'failed', problem }),
    });
  });
}

function readAnswer(line: Buffer, limits: WireLimits): Answer {
  const parsed = parseMessage(line, 'server', limits);
  return parsed.kind === 'response' && isJsonObject(parsed.result)
    ? { kind: 'result', result: parsed.result, line }
    : { kind: 'error' };
}

export function tell(link: MemberLink, method: string): void {
  link.notify(lineOf({ method }));
}
