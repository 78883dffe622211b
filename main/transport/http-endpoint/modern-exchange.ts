/** One modern request on its way: what its client called it, and where its answer goes. */
import { isJsonObject } from '../../../preload/contract/json.ts';
import type { RequestMessage } from '../../relay/parse-message.ts';
import { idSpan, memberSpan, splice, type Edit } from './id-splice.ts';
import { LOG_LEVEL_KEY, SUBSCRIPTION_KEY } from './protocol-versions.ts';
import type { Reply } from './reply.ts';

export interface ModernExchange {
  /** Our id, and our progress token where the client gave one. */
  readonly number: number;
  /** Source text of the client's id. */
  readonly id: string;
  /** Source text of the client's progress token. */
  readonly token: string | undefined;
  readonly method: string;
  readonly isSubscription: boolean;
  /** It asked for log messages. */
  readonly wantsLogs: boolean;
  readonly reply: Reply;
}

export interface BegunExchange {
  readonly exchange: ModernExchange;
  /** The message with our id, as it is handed over. */
  readonly parsed: RequestMessage;
  readonly line: Buffer;
}

/** What our ids are known by. */
export function keyOf(number: number): string {
  return `n${number}`;
}

/** Replaces the client's id and progress token by `number`; undefined when the id cannot be found. */
export function beginExchange(
  number: number,
  message: RequestMessage,
  line: Buffer,
  reply: Reply,
): BegunExchange | undefined {
  const span = idSpan(line, message.id);
  if (span === undefined) return undefined;
  const id = String(number);
  const edits: Edit[] = [{ span, text: id }];
  const meta = message.params['_meta'];
  const given = isJsonObject(meta) ? meta['progressToken'] : undefined;
  const hasToken = typeof given === 'string' || typeof given === 'number';
  const tokenSpan = hasToken ? memberSpan(line, ['params', '_meta', 'progressToken']) : undefined;
  let { params } = message;
  let token: string | undefined;
  if (tokenSpan !== undefined && isJsonObject(meta)) {
    token = line.toString('utf8', tokenSpan.start, tokenSpan.end);
    edits.push({ span: tokenSpan, text: id });
    params = { ...params, _meta: { ...meta, progressToken: number } };
  }
  const exchange: ModernExchange = {
    number,
    id: message.id,
    token,
    method: message.method,
    isSubscription: message.method === 'subscriptions/listen',
    wantsLogs: isJsonObject(meta) && typeof meta[LOG_LEVEL_KEY] === 'string',
    reply,
  };
  const parsed: RequestMessage = { kind: 'request', id, idKey: keyOf(number), method: message.method, params };
  return { exchange, parsed, line: splice(line, edits) };
}

/** The answer with the client's own id; undefined when it cannot be given one. */
export function restoreAnswer(exchange: ModernExchange, answer: Buffer): Buffer | undefined {
  const span = idSpan(answer, String(exchange.number));
  if (span === undefined) return undefined;
  const edits: Edit[] = [{ span, text: exchange.id }];
  const subscription = exchange.isSubscription ? memberSpan(answer, ['result', '_meta', SUBSCRIPTION_KEY]) : undefined;
  if (subscription !== undefined) edits.push({ span: subscription, text: exchange.id });
  return splice(answer, edits);
}

function restoreAt(line: Buffer, path: readonly string[], text: string | undefined): Buffer | undefined {
  const span = text === undefined ? undefined : memberSpan(line, path);
  return span === undefined || text === undefined ? undefined : splice(line, [{ span, text }]);
}

/** Progress with the client's own token. */
export function restoreProgress(exchange: ModernExchange, line: Buffer): Buffer | undefined {
  return restoreAt(line, ['params', 'progressToken'], exchange.token);
}

/** A notification with the client's own name of its subscription. */
export function restoreSubscription(exchange: ModernExchange, line: Buffer): Buffer | undefined {
  return restoreAt(line, ['params', '_meta', SUBSCRIPTION_KEY], exchange.id);
}
