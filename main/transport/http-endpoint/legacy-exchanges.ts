/** The requests of one legacy session that wait for their answer, and which of them a message of the server belongs to. */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import type { RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { Reply } from './reply.ts';
import type { ResumableStream } from './resumable-stream.ts';

export interface LegacyExchange {
  /** Source text. */
  readonly id: string;
  readonly idKey: string;
  readonly tokenKey: string | undefined;
  readonly isInitialize: boolean;
  readonly reply: Reply;
  /** Once something was said before the answer; outlives the reply. */
  stream: ResumableStream | undefined;
}

/** What a server says about itself, whoever asks what at the moment. */
const NEWS = /^notifications\/(?:[^/]+\/list_changed|resources\/updated)$/;

/** Progress tokens are compared as the values that they are. */
function keyOfToken(token: unknown): string | undefined {
  return typeof token === 'string' || typeof token === 'number' ? `${typeof token} ${token}` : undefined;
}

function tokenOf(params: JsonObject): unknown {
  const meta = params['_meta'];
  return isJsonObject(meta) ? meta['progressToken'] : undefined;
}

export class LegacyExchanges {
  private readonly byId = new Map<string, LegacyExchange>();
  private readonly byToken = new Map<string, LegacyExchange>();

  get size(): number {
    return this.byId.size;
  }

  has(idKey: string): boolean {
    return this.byId.has(idKey);
  }

  get(idKey: string): LegacyExchange | undefined {
    return this.byId.get(idKey);
  }

  values(): Iterable<LegacyExchange> {
    return this.byId.values();
  }

  add(request: RequestMessage, reply: Reply): LegacyExchange {
    const exchange: LegacyExchange = {
      id: request.id,
      idKey: request.idKey,
      tokenKey: keyOfToken(tokenOf(request.params)),
      isInitialize: request.method === 'initialize',
      reply,
      stream: undefined,
    };
    this.byId.set(exchange.idKey, exchange);
    if (exchange.tokenKey !== undefined) this.byToken.set(exchange.tokenKey, exchange);
    return exchange;
  }

  take(idKey: string): LegacyExchange | undefined {
    const exchange = this.byId.get(idKey);
    if (exchange === undefined) return undefined;
    this.byId.delete(idKey);
    if (exchange.tokenKey !== undefined && this.byToken.get(exchange.tokenKey) === exchange)
      this.byToken.delete(exchange.tokenKey);
    return exchange;
  }

  /** The request on whose stream a message goes that is no answer; undefined: it belongs to nobody in particular. */
  place(outbound: Outbound, hasListener: boolean): LegacyExchange | undefined {
    const named = this.named(outbound);
    if (named !== undefined && canCarry(named)) return named;
    const { message } = outbound;
    if (hasListener && message.kind !== 'response' && NEWS.test(message.method)) return undefined;
    const [only] = this.byId.values();
    if (this.byId.size === 1 && only !== undefined && canCarry(only)) return only;
    return hasListener ? undefined : this.newestStreamable();
  }

  /** The request that the server itself names. */
  private named({ message, related }: Outbound): LegacyExchange | undefined {
    const byRelation = related === undefined ? undefined : this.byId.get(related);
    if (byRelation !== undefined) return byRelation;
    if (message.kind !== 'notification' || message.method !== 'notifications/progress') return undefined;
    const key = keyOfToken(message.params['progressToken']);
    return key === undefined ? undefined : this.byToken.get(key);
  }

  private newestStreamable(): LegacyExchange | undefined {
    let newest: LegacyExchange | undefined;
    for (const exchange of this.byId.values()) if (canCarry(exchange)) newest = exchange;
    return newest;
  }
}

/** Its client reads a stream, or can come back for one. */
export function canCarry(exchange: LegacyExchange): boolean {
  return exchange.stream !== undefined || exchange.reply.canStream;
}

/** Ends the response without an answer. */
export function endUnanswered({ reply, stream }: LegacyExchange): void {
  if (stream === undefined) {
    reply.accepted();
    return;
  }
  reply.endStream();
  stream.finish();
}
