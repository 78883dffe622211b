/**
 * The companion as a client of a server of the deprecated HTTP+SSE transport. Everything that waits for an answer fails
 * when the stream is lost; the next request opens a new one and introduces the client again. What is no request is never
 * a reason to connect.
 */
import { cancelledKey } from '../../relay/client-side.ts';
import type { NotificationMessage, Parsed, RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { OpenUpstream, UpstreamEvents } from '../upstream.ts';
import { Exchange } from './exchange.ts';
import { asOwn, LegacySession } from './legacy-session.ts';
import type { HttpUpstreamOptions, Link } from './link.ts';
import { openLink, type OpenLink } from './open-link.ts';
import { Outbox } from './outbox.ts';
import { SseConnection } from './sse-connection.ts';
import { WaitingRequests } from './waiting-requests.ts';

/** A message of ours or of the client that is posted. */
interface Post {
  readonly body: Buffer;
  readonly method: string | undefined;
  readonly flushed: () => void;
  readonly failed: (reason: string) => void;
}

const NOT_CONNECTED = 'the connection to it is lost';

class LegacySse {
  readonly outbox: Outbox;
  private readonly opened: OpenLink;
  private readonly link: Link;
  private readonly session = new LegacySession();
  private readonly waiting: WaitingRequests;
  private readonly open = new Set<Exchange>();
  private connection: SseConnection | undefined;
  private place: string | undefined;
  private initializing = 0;
  private isStopped = false;

  constructor(opened: OpenLink) {
    this.opened = opened;
    this.link = opened.link;
    const { events, limits } = this.link;
    this.waiting = new WaitingRequests(limits.maxInFlight);
    this.outbox = new Outbox({
      begin: (out) => this.begin(out),
      maxOpen: limits.maxInFlight,
      maxBacklogBytes: limits.maxBacklogBytes,
      drained: () => events.drained(),
    });
  }

  deliver(messages: readonly Outbound[]): boolean {
    if (this.initializing === 0) return this.outbox.add(messages);
    // A server may ask something (a ping) before it answers initialize: those answers do not wait for that.
    for (const out of messages) if (out.message.kind === 'response') this.send(out, () => {});
    return this.outbox.add(messages.filter(({ message }) => message.kind !== 'response'));
  }

  /** Resolves when the message behind it may begin. */
  private async begin(out: Outbound): Promise<void> {
    const { message } = out;
    if (message.kind === 'request') {
      const reason = await this.connect(message.method === 'initialize');
      if (this.isStopped) return;
      if (reason === undefined) await this.request(out, message);
      else {
        this.outbox.sent(out.bytes.length);
        this.link.events.failed(message.idKey, reason);
      }
      return;
    }
    this.outbox.sent(out.bytes.length);
    const exchange = this.send(out, (reason) => this.link.events.log(`[companion] ${reason}`));
    if (message.kind === 'response') await exchange?.started;
    else await this.notification(out, message, exchange);
  }

  private async notification(
    out: Outbound,
    message: NotificationMessage,
    exchange: Exchange | undefined,
  ): Promise<void> {
    if (message.method === 'notifications/cancelled') {
      const key = cancelledKey(out.bytes);
      if (key !== undefined) this.waiting.take(key);
    }
    if (message.method !== 'notifications/initialized') {
      await exchange?.started;
      return;
    }
    this.session.confirmed(out.bytes.subarray(0, -1));
    await exchange?.settled;
  }

  private async request(out: Outbound, message: RequestMessage): Promise<void> {
    const { events } = this.link;
    const { idKey, method } = message;
    const body = out.bytes.subarray(0, -1);
    const isInitialize = method === 'initialize';
    if (isInitialize) this.session.begin(body);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.add(idKey, {
      answered: (parsed, line) => {
        if (isInitialize && parsed.kind === 'response') this.session.answered(parsed);
        events.message(parsed, line);
        resolve();
      },
      failed: (reason) => {
        events.failed(idKey, reason);
        resolve();
      },
    });
    const exchange = this.post({
      body,
      method,
      flushed: () => this.outbox.sent(out.bytes.length),
      failed: (reason) => this.waiting.fail(idKey, reason),
    });
    if (!isInitialize) {
      await exchange?.started;
      return;
    }
    this.initializing++;
    await promise;
    this.initializing--;
  }

  private send(out: Outbound, failed: (reason: string) => void): Exchange | undefined {
    const method = out.message.kind === 'response' ? undefined : out.message.method;
    return this.post({
      body: out.bytes.subarray(0, -1),
      method,
      flushed: () => {},
      failed: (reason) => failed(`${method ?? 'an answer'} did not reach the server: ${reason}`),
    });
  }

  private post({ body, method, flushed, failed }: Post): Exchange | undefined {
    const { connection, place } = this;
    if (connection === undefined || place === undefined) {
      flushed();
      failed(NOT_CONNECTED);
      return undefined;
    }
    this.outbox.opened();
    const exchange: Exchange = new Exchange(this.link, {
      path: place,
      body,
      method,
      idKey: undefined,
      headers: () => this.session.headers(),
      resume: undefined,
      flushed,
      accepted: () => {},
      message: () => {},
      failed,
      closed: () => {
        this.outbox.closed();
        this.open.delete(exchange);
      },
      // The server does not know the stream any more: it is opened anew by the next request.
      recover: () => {
        const reason = 'it lost the session; call again';
        if (this.connection === connection) this.lost(reason);
        return Promise.resolve(reason);
      },
    });
    this.open.add(exchange);
    return exchange;
  }

  /** Undefined when messages can be sent, else why not. `isFirst`: the client is about to introduce itself. */
  private async connect(isFirst: boolean): Promise<string | undefined> {
    if (this.connection !== undefined && this.place !== undefined) return undefined;
    let problem: string | undefined;
    const connection = new SseConnection(this.link, this.opened.url, {
      message: (parsed, line) => this.message(parsed, line),
      lost: (reason) => {
        problem = reason;
        if (this.connection !== connection) return;
        this.link.events.log(`[companion] the connection to the server is lost: ${reason}`);
        this.lost(reason);
      },
    });
    this.connection = connection;
    const place = await connection.endpoint;
    if (place === undefined || this.connection !== connection) return problem ?? NOT_CONNECTED;
    this.place = place;
    if (isFirst) return undefined;
    const reason = await this.introduceAgain();
    if (reason === undefined) return undefined;
    if (this.connection === connection) this.lost(reason);
    return `it could not be connected to again (${reason}): start the connector again`;
  }

  private async introduceAgain(): Promise<string | undefined> {
    const { introduction, generation, isOpen } = this.session;
    // A client that never introduced itself has nothing to be repeated.
    if (introduction === undefined || !isOpen) return undefined;
    const { body, message } = asOwn(introduction.initialize, generation);
    const before = this.session.begin(introduction.initialize);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.waiting.add(message.idKey, {
      answered: (parsed) => {
        if (parsed.kind !== 'response' || parsed.error !== undefined) {
          resolve('it refused to');
          return;
        }
        this.session.answered(parsed);
        resolve(this.session.differsFrom(before));
      },
      failed: resolve,
    });
    const cancel = this.link.schedule(this.link.limits.initializeMs, () =>
      this.waiting.fail(message.idKey, 'it did not answer in time'),
    );
    this.post({
      body,
      method: message.method,
      flushed: () => {},
      failed: (reason) => this.waiting.fail(message.idKey, reason),
    });
    const reason = await promise;
    cancel();
    if (reason !== undefined) {
      this.session.restore(before, introduction);
      return reason;
    }
    this.link.events.log('[companion] connected to the server again, without what was subscribed to before');
    const { initialized } = introduction;
    if (initialized === undefined) return undefined;
    this.session.confirmed(initialized);
    await this.post({ body: initialized, method: 'notifications/initialized', flushed: () => {}, failed: () => {} })
      ?.settled;
    return undefined;
  }

  private message(parsed: Parsed, line: Buffer): void {
    if (!this.waiting.answer(parsed, line)) this.link.events.message(parsed, line);
  }

  private lost(reason: string): void {
    this.connection?.close();
    this.connection = undefined;
    this.place = undefined;
    for (const exchange of this.open) exchange.abort();
    this.waiting.failAll(reason);
  }

  /** Gives everything up. */
  stop(): Promise<void> {
    this.isStopped = true;
    this.outbox.clear();
    this.lost('the connector is stopped');
    this.opened.close();
    return Promise.resolve();
  }
}

/** A server that speaks the deprecated HTTP+SSE transport; the URL is that of its stream. */
export function openLegacySse(options: HttpUpstreamOptions): OpenUpstream {
  return (events: UpstreamEvents) => {
    const opened = openLink(options, events);
    const server = new LegacySse(opened);
    return opened.upstream({
      deliver: (messages) => server.deliver(messages),
      backlog: () => server.outbox.backlog,
      stop: () => server.stop(),
    });
  };
}
