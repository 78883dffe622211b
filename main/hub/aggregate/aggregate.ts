/**
 * One session for all connectors: an MCP server of tools that answers for itself, and routes each call to the governed
 * session of the connector whose tool it is. It gates nothing: policy, approvals and audit are in the members' sessions,
 * and nothing reaches a server but through them. Whatever goes wrong with one member leaves the others alone.
 */
import { isJsonObject } from '../../../preload/contract/json.ts';
import { cancelledKey } from '../../relay/client-side.ts';
import { errorReply, isModern } from '../../relay/denial.ts';
import { idKeyOf, type InvalidMessage, type Parsed, type RequestMessage } from '../../relay/parse-message.ts';
import type { ServedSession } from '../../transport/downstream.ts';
import { Calls } from './calls.ts';
import { ClientOutput } from './client-output.ts';
import { Inventory } from './inventory.ts';
import { Members } from './members.ts';
import { News } from './news.ts';
import type { AggregateOptions } from './options.ts';
import { agreedVersion, discoverResult, envelopeProblem, initializeResult, listResult, type Era } from './protocol.ts';

class Aggregate implements ServedSession {
  readonly id: string;
  readonly done: Promise<unknown>;
  private readonly options: AggregateOptions;
  private readonly output: ClientOutput;
  private readonly members: Members;
  private readonly inventory: Inventory;
  private readonly calls: Calls;
  private readonly news: News;
  /** Ids of the tools/list requests that are under way. */
  private readonly lists = new Set<string>();
  private readonly unsubscribe: () => void;
  private readonly finish: () => void;
  private legacyVersion: string | undefined;
  private lastId = 0;
  private over = false;

  constructor(options: AggregateOptions) {
    this.id = options.id;
    this.options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.finish = resolve;
    const { peer } = options.client;
    this.output = new ClientOutput(peer, options.limits.maxBacklogBytes);
    const nextId = (): number => ++this.lastId;
    this.members = new Members({
      options,
      client: this.output,
      nextId,
      legacyVersion: () => this.legacyVersion,
      toolsChanged: (connector) => {
        this.inventory.forget(connector);
        this.news.announce();
      },
    });
    const member = (connector: string): ReturnType<Members['get']> => this.members.get(connector);
    this.news = new News(this.output);
    this.inventory = new Inventory({ options, member, arrived: () => this.news.announce() });
    this.calls = new Calls({ options, output: this.output, inventory: this.inventory, member, nextId });
    this.unsubscribe = options.changed(() => this.connectorsChanged());
  }

  get openCalls(): number {
    return this.calls.size + this.lists.size + this.news.size;
  }

  get awaitsInput(): boolean {
    return this.members.awaitsInput;
  }

  get weight(): number {
    return this.members.size;
  }

  messageFromClient(parsed: Parsed, line: Buffer): void {
    if (this.over) return;
    try {
      this.message(parsed, line);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Whatever goes wrong here ends this session, never the companion that serves the others. */
  private fail(error: unknown): void {
    this.options.log(`The session of all connectors ended: ${error instanceof Error ? error.message : 'it failed'}`);
    this.clientGone();
  }

  private message(parsed: Parsed, line: Buffer): void {
    switch (parsed.kind) {
      case 'invalid':
        this.refuseInvalid(parsed);
        return;
      case 'notification':
        if (parsed.method === 'notifications/cancelled') this.cancel(line);
        return;
      case 'request':
        this.request(parsed, line);
        return;
      // We ask nothing.
      case 'response':
    }
  }

  clientDrained(): void {
    this.output.drained();
    this.members.drained();
  }

  clientGone(): void {
    if (this.over) return;
    this.over = true;
    this.unsubscribe();
    this.output.close();
    this.calls.close();
    this.lists.clear();
    void this.members.close().then(this.finish);
  }

  private refuseInvalid({ id, unanswerable, code, reason }: InvalidMessage): void {
    if (unanswerable) return;
    const idKey = id === undefined ? undefined : idKeyOf(id);
    const bytes = errorReply(id ?? null, code, `Not forwarded: ${reason}.`);
    this.output.send({ bytes, message: { kind: 'response', idKey }, related: undefined });
  }

  private isInUse(idKey: string): boolean {
    return this.calls.has(idKey) || this.lists.has(idKey) || this.news.has(idKey);
  }

  private cancel(line: Buffer): void {
    const idKey = cancelledKey(line);
    if (idKey === undefined) return;
    if (!this.calls.cancel(idKey, line) && !this.news.unsubscribe(idKey)) this.lists.delete(idKey);
  }

  private request(message: RequestMessage, line: Buffer): void {
    if (this.isInUse(message.idKey)) {
      const text = 'Not forwarded: a request with this id is still under way.';
      this.output.refuse(message, { code: -32_600, message: text });
      return;
    }
    if (this.openCalls >= this.options.limits.maxInFlight) {
      const text = 'Not forwarded: too many requests are under way. Wait for answers, then send again.';
      this.output.refuse(message, { code: -32_603, message: text });
      return;
    }
    const meta = message.params['_meta'];
    if (!isModern(message.params) || !isJsonObject(meta)) return this.legacyRequest(message, line);
    const problem = envelopeProblem(meta);
    if (problem === undefined) this.modernRequest(message, line);
    else this.output.refuse(message, problem);
  }

  private legacyRequest(message: RequestMessage, line: Buffer): void {
    if (message.method === 'initialize') {
      this.legacyVersion = agreedVersion(message.params['protocolVersion']);
      this.news.addLegacy();
      this.output.result(message, initializeResult(this.legacyVersion, this.options.version));
    } else if (message.method === 'ping') this.output.result(message, {});
    else this.toolRequest(message, line, 'legacy');
  }

  private modernRequest(message: RequestMessage, line: Buffer): void {
    if (message.method === 'server/discover') this.output.result(message, discoverResult(this.options.version));
    else if (message.method === 'subscriptions/listen') this.news.subscribe(message);
    else this.toolRequest(message, line, 'modern');
  }

  private toolRequest(message: RequestMessage, line: Buffer, era: Era): void {
    if (message.method === 'tools/call') this.calls.handle(message, line);
    else if (message.method === 'tools/list') this.list(message, era);
    else this.output.refuse(message, { code: -32_601, message: `Method not found: ${message.method}` });
  }

  private list(message: RequestMessage, era: Era): void {
    if (message.params['cursor'] !== undefined) {
      this.output.refuse(message, { code: -32_602, message: 'Invalid params: there is no page of this cursor.' });
      return;
    }
    this.lists.add(message.idKey);
    this.news.noteListed();
    this.inventory
      .list()
      .then(({ definitions, unavailable }) => {
        const isWanted = this.lists.delete(message.idKey);
        if (isWanted) this.output.result(message, listResult(era, definitions(era), unavailable));
      })
      .catch((error: unknown) => this.fail(error));
  }

  private connectorsChanged(): void {
    this.members.keep(new Set(this.options.connectors()));
    this.inventory.forget();
    this.news.announce();
  }
}

export function openAggregate(options: AggregateOptions): ServedSession {
  return new Aggregate(options);
}
