/** Messages that the endpoint itself says to a session, in a client's place. */
import type { NotificationMessage, ResponseMessage } from '../../relay/parse-message.ts';

export interface OwnMessage<T> {
  readonly parsed: T;
  readonly line: Buffer;
}

function lineOf(value: string): Buffer {
  return Buffer.from(`${value}\n`);
}

/** The client closed the response stream of the request with this number. */
export function cancelledNotification(requestId: number): OwnMessage<NotificationMessage> {
  const method = 'notifications/cancelled';
  const params = { requestId, reason: 'The client closed the response.' };
  return {
    parsed: { kind: 'notification', method, params },
    line: lineOf(JSON.stringify({ jsonrpc: '2.0', method, params })),
  };
}

/** A question of the server that no client can be asked. `id` is source text. */
export function questionRefused(
  question: { readonly id: string; readonly idKey: string },
  code: number,
  message: string,
): OwnMessage<ResponseMessage> {
  const error = { code, message };
  return {
    parsed: { kind: 'response', id: question.id, idKey: question.idKey, result: undefined, error },
    line: lineOf(`{"jsonrpc":"2.0","id":${question.id},"error":${JSON.stringify(error)}}`),
  };
}
