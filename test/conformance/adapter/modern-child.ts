/**
 * All modern requests share one child, because they belong to no session. Ids, progress tokens and subscription ids are rewritten
 * to the adapter's own and back; nothing else of a message is touched.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { mirroredOf, refuseModern, type ServerFacts } from './modern-edge.ts';
import {
  CAPABILITIES_KEY,
  failure,
  isRecord,
  isRequest,
  LOG_LEVEL_KEY,
  metaOf,
  progressTokenOf,
  SUBSCRIPTION_KEY,
  VERSION_KEY,
  type Id,
  type Message,
  type Request,
} from './message.ts';
import type { Reply } from './reply.ts';
import { StdioChild, type Command } from './stdio-child.ts';

export const MODERN_VERSION = '2026-07-28';

interface Exchange {
  readonly id: Id;
  readonly token: unknown;
  readonly wantsLogs: boolean;
  readonly reply: Reply;
}

/** The errors that HTTP has a status of its own for. */
const STATUS: ReadonlyMap<number, number> = new Map([
  [-32601, 404],
  [-32020, 400],
  [-32021, 400],
  [-32022, 400],
]);
const ENDED = failure(null, -32000, 'The server ended.');

export class ModernChild {
  private readonly child: StdioChild;
  private readonly exchanges = new Map<Id, Exchange>();
  private readonly own = new Map<Id, (message: Message) => void>();
  private nextId = 1;
  private hasEnded = false;
  private facts: ServerFacts = { versions: [], mirrored: new Map() };

  private constructor(command: Command) {
    this.child = new StdioChild(command);
    this.child.onMessage = (message) => this.deliver(message);
    this.child.onEnd = () => this.endAll();
  }

  static async open(command: Command): Promise<ModernChild> {
    const modern = new ModernChild(command);
    try {
      modern.facts = await modern.learn();
      return modern;
    } catch (error) {
      await modern.close();
      throw error;
    }
  }

  /** What HTTP must know to check requests; that it is asked first also settles the era of the connection. */
  private async learn(): Promise<ServerFacts> {
    const discovered = await this.ask('server/discover', {});
    const tools: unknown[] = [];
    for (let cursor: unknown; ;) {
      const page = await this.ask('tools/list', cursor === undefined ? {} : { cursor });
      tools.push(...(page['tools'] as unknown[]));
      cursor = page['nextCursor'];
      if (cursor === undefined) break;
    }
    return { versions: discovered['supportedVersions'] as string[], mirrored: mirroredOf(tools) };
  }

  private async ask(method: string, params: Record<string, unknown>): Promise<Readonly<Record<string, unknown>>> {
    const id = this.nextId++;
    const _meta = {
      [VERSION_KEY]: MODERN_VERSION,
      [CAPABILITIES_KEY]: {},
      'io.modelcontextprotocol/clientInfo': { name: 'conformance-adapter', version: '1.0.0' },
    };
    const answer = await new Promise<Message>((resolve) => {
      this.own.set(id, resolve);
      this.child.send({ jsonrpc: '2.0', id, method, params: { ...params, _meta } });
    });
    if (!isRecord(answer.result)) throw new Error(`${method} gave no result: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  exchange(headers: IncomingHttpHeaders, message: Message, reply: Reply): void {
    if (!isRequest(message)) {
      // A request is cancelled by closing its stream, and its id is not the child's.
      if (message.method !== undefined && message.method !== 'notifications/cancelled') this.child.send(message);
      reply.close(202);
      return;
    }
    if (this.hasEnded) {
      reply.end(502, { ...ENDED, id: message.id });
      return;
    }
    const refusal = refuseModern(headers, message, this.facts);
    if (refusal !== undefined) reply.end(400, failure(message.id, refusal.code, refusal.message, refusal.data));
    else this.forward(message, reply);
  }

  private forward(request: Request, reply: Reply): void {
    const id = this.nextId++;
    const token = progressTokenOf(request);
    const wantsLogs = metaOf(request)[LOG_LEVEL_KEY] !== undefined;
    this.exchanges.set(id, { id: request.id, token, wantsLogs, reply });
    reply.onLeft = () => {
      if (this.exchanges.delete(id))
        this.child.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
    };
    const meta = token === undefined ? {} : { _meta: { ...metaOf(request), progressToken: id } };
    this.child.send({ ...request, id, params: { ...request.params, ...meta } });
  }

  private deliver(message: Message): void {
    if (message.method === undefined) this.answer(message);
    else this.pass(message);
  }

  private answer(message: Message): void {
    if (message.id === undefined || message.id === null) return;
    const asked = this.own.get(message.id);
    if (asked !== undefined) {
      this.own.delete(message.id);
      asked(message);
      return;
    }
    const exchange = this.exchanges.get(message.id);
    if (exchange === undefined) return;
    this.exchanges.delete(message.id);
    const status = message.error === undefined ? 200 : (STATUS.get(message.error.code) ?? 200);
    exchange.reply.end(status, withSubscription({ ...message, id: exchange.id }, exchange.id));
  }

  /** What is not an answer goes to the stream that it names, or else to the only one that it can belong to. */
  private pass(message: Message): void {
    const subscription = metaOf(message)[SUBSCRIPTION_KEY];
    const token = message.params?.['progressToken'];
    if (isId(subscription)) {
      const exchange = this.exchanges.get(subscription);
      exchange?.reply.send(withSubscription(message, exchange.id));
    } else if (message.method === 'notifications/progress' && isId(token)) {
      const exchange = this.exchanges.get(token);
      exchange?.reply.send({ ...message, params: { ...message.params, progressToken: exchange.token } });
    } else if (message.method === 'notifications/message') {
      // On stdio a log message names no request; where several asked for logs, none may get another's.
      const asking = [...this.exchanges.values()].filter(({ wantsLogs }) => wantsLogs);
      const candidates = asking.length > 0 ? asking : [...this.exchanges.values()];
      if (candidates.length === 1) candidates[0]?.reply.send(message);
    } else {
      // Nothing else is allowed here, so the suite must see it.
      [...this.exchanges.values()].at(-1)?.reply.send(message);
    }
  }

  private endAll(): void {
    this.hasEnded = true;
    for (const { id, reply } of this.exchanges.values()) reply.end(502, { ...ENDED, id });
    this.exchanges.clear();
    for (const settle of this.own.values()) settle(ENDED);
    this.own.clear();
  }

  async close(): Promise<void> {
    await this.child.close();
  }
}

function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'number';
}

/** The id of a subscription is the id of the request that opened it; a notification and the last result carry it. */
function withSubscription(message: Message, id: Id): Message {
  const part = isRecord(message.result) ? 'result' : 'params';
  const holder = message[part];
  const meta = isRecord(holder) ? holder['_meta'] : undefined;
  if (!isRecord(holder) || !isRecord(meta) || meta[SUBSCRIPTION_KEY] === undefined) return message;
  return { ...message, [part]: { ...holder, _meta: { ...meta, [SUBSCRIPTION_KEY]: id } } };
}
