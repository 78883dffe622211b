/**
 * The companion as a client of a server of the deprecated HTTP+SSE transport. Everything that waits for an answer fails
 * when the stream is lost; the next request opens a new one and introduces the client again. What is no request is never
 * a reason to connect.
 */
import { cancelledKey } from '../../relay/client-side.ts';
import type { NotificationMessage, Parsed, RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { OpenUpstream, UpstreamEvents } from '../upstream.ts';
import { DecidedCalls, OUTDATED } from './decided-calls.ts';
import type { Exchange } from './exchange.ts';
import { introduceAgain, type Post } from './introduce-again.ts';
import { LegacySession } from './legacy-session.ts';
import type { HttpUpstreamOptions, Link } from './link.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { openLink, type OpenLink } from './open-link.ts';
import { Outbox } from './outbox.ts';
import { CONFIRM_MS } from './renew-session.ts';
import { letLastMessagesGo } from './say-goodbye.ts';
import { SseConnection } from './sse-connection.ts';
import { WaitingRequests } from './waiting-requests.ts';

const NOT_CONNECTED = 'the connection to it is lost';
/** So long the posting of a request may go on behind its answer. */
const LINGER_MS = 5000;

class LegacySse {
  readonly outbox: Outbox;
  private readonly opened: OpenLink;
  private readonly link: Link;
  private readonly session = new LegacySession();
  private readonly waiting: WaitingRequests;
  private readonly exchanges: OpenExchanges;
  private readonly decided = new DecidedCalls();
  private connection: SseConnection | undefined;
  private place: string | undefined;
  private initializing = 0;
  private isLeaving = false;

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
    this.exchanges = new OpenExchanges(this.link, () => this.outbox);
  }

  deliver(messages: readonly Outbound[]): boolean {
    this.decided.add(messages);
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
      if (this.isLeaving) return;
      const problem = reason ?? (this.decided.isOutdated(out) ? OUTDATED : undefined);
      if (problem === undefined) await this.request(out, message);
      else {
        this.outbox.sent(out.bytes.length);
        this.link.events.failed(message.idKey, problem);
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
      if (key !== undefined) {
        this.waiting.take(key);
        this.letGo(key);
      }
    }
    if (message.method !== 'notifications/initialized') {
      await exchange?.started;
      return;
    }
    this.session.confirmed(out.bytes.subarray(0, -1));
    if (exchange !== undefined) await this.link.within(CONFIRM_MS, exchange.settled);
  }

  /** The posting of this request is of no use any more: many servers end it late, some never do. */
  private letGo(idKey: string): void {
    const exchange = this.exchanges.request(idKey);
    if (exchange !== undefined) void this.link.within(LINGER_MS, exchange.settled).then(() => exchange.abort());
  }

  private async request(out: Outbound, message: RequestMessage): Promise<void> {
    const { events, limits } = this.link;
    const { idKey, method } = message;
    const body = out.bytes.subarray(0, -1);
    const isInitialize = method === 'initialize';
    if (isInitialize) this.session.begin(body);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.add(idKey, {
      answered: (parsed, line) => {
        if (isInitialize && parsed.kind === 'response') this.session.answered(parsed);
        events.message(parsed, line);
        this.letGo(idKey);
        resolve();
      },
      failed: (reason) => {
        events.failed(idKey, reason);
        resolve();
      },
    });
    const flushed = (): void => this.outbox.sent(out.bytes.length);
    const failed = (reason: string): void => this.waiting.fail(idKey, reason);
    const exchange = this.post({ body, method, flushed, failed }, idKey);
    if (!isInitialize) {
      await exchange?.started;
      return;
    }
    this.initializing++;
    // What follows waits for the answer, so a server that never gives it is given up.
    const cancel = this.link.schedule(limits.initializeMs, () => this.lost('it did not answer in time'));
    await promise;
    cancel();
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

  private post({ body, method, flushed, failed }: Post, idKey?: string): Exchange | undefined {
    const { connection, place } = this;
    if (connection === undefined || place === undefined) {
      flushed();
      failed(NOT_CONNECTED);
      return undefined;
    }
    const posting = {
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
      // The server does not know the stream any more: it is opened anew by the next request.
      recover: () => {
        const reason = 'it lost the session; call again';
        if (this.connection === connection) this.lost(reason);
        return Promise.resolve(reason);
      },
    };
    return this.exchanges.post(posting, idKey);
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
    const { link, session, waiting } = this;
    const reason = await introduceAgain({
      link,
      session,
      waiting,
      post: (post) => this.post(post),
      renewed: () => {
        this.decided.renewed();
        link.events.renewed();
      },
    });
    if (reason === undefined) return undefined;
    if (this.connection === connection) this.lost(reason);
    return `it could not be connected to again (${reason}): start the connector again`;
  }

  private message(parsed: Parsed, line: Buffer): void {
    if (!this.waiting.answer(parsed, line)) this.link.events.message(parsed, line);
  }

  private lost(reason: string): void {
    this.connection?.close();
    this.connection = undefined;
    this.place = undefined;
    this.exchanges.abortAll();
    this.waiting.failAll(reason);
  }

  /** Gives every request up; the server gets the rest within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.isLeaving = true;
    const { outbox, exchanges } = this;
    const isKnown = this.place !== undefined && this.session.isOpen;
    await letLastMessagesGo(this.link, { outbox, exchanges, isKnown }, graceMs);
    this.lost('the connector is stopped');
    this.opened.close();
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
      stop: (graceMs) => server.stop(graceMs),
    });
  };
}
