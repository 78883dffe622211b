/** Which open exchange of a shared session a notification of the server belongs to; most doubts end with nobody. */
import { isJsonObject } from '../../../preload/contract/json.ts';
import type { NotificationMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import { keyOf, restoreProgress, restoreSubscription, type ModernExchange } from './modern-exchange.ts';
import { SUBSCRIPTION_KEY } from './protocol-versions.ts';

export type Placed =
  | { readonly kind: 'tell'; readonly exchange: ModernExchange; readonly line: Buffer }
  /** The server ended this subscription. */
  | { readonly kind: 'end'; readonly exchange: ModernExchange };

type Exchanges = ReadonlyMap<string, ModernExchange>;

/** What only subscriptions may carry. */
const NEWS = /^notifications\/(?:[^/]+\/list_changed|resources\/updated|subscriptions\/acknowledged)$/;

function byNumber(exchanges: Exchanges, number: unknown): ModernExchange | undefined {
  return typeof number === 'number' ? exchanges.get(keyOf(number)) : undefined;
}

function tell(exchange: ModernExchange | undefined, line: Buffer | undefined): Placed | undefined {
  return exchange === undefined || line === undefined ? undefined : { kind: 'tell', exchange, line };
}

/** The only exchange that fits; with two nobody can say whose the message is. */
function only(exchanges: Exchanges, fits: (exchange: ModernExchange) => boolean): ModernExchange | undefined {
  let found: ModernExchange | undefined;
  for (const exchange of exchanges.values()) {
    if (!fits(exchange)) continue;
    if (found !== undefined) return undefined;
    found = exchange;
  }
  return found;
}

export function placeNotification(
  message: NotificationMessage,
  { bytes, related }: Outbound,
  exchanges: Exchanges,
): Placed | undefined {
  const { method, params } = message;
  if (method === 'notifications/progress') {
    const exchange = byNumber(exchanges, params['progressToken']);
    return exchange === undefined ? undefined : tell(exchange, restoreProgress(exchange, bytes));
  }
  if (method === 'notifications/cancelled') {
    const exchange = byNumber(exchanges, params['requestId']);
    return exchange?.isSubscription === true ? { kind: 'end', exchange } : undefined;
  }
  const meta = params['_meta'];
  if (isJsonObject(meta) && Object.hasOwn(meta, SUBSCRIPTION_KEY)) {
    const exchange = byNumber(exchanges, meta[SUBSCRIPTION_KEY]);
    return exchange?.isSubscription === true ? tell(exchange, restoreSubscription(exchange, bytes)) : undefined;
  }
  if (related !== undefined) return tell(exchanges.get(related), bytes);
  if (NEWS.test(method)) return undefined;
  const isLog = method === 'notifications/message';
  return tell(
    only(exchanges, (exchange) => !exchange.isSubscription && (!isLog || exchange.wantsLogs)),
    bytes,
  );
}
