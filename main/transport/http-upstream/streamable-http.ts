/**
 * The companion as a client of a Streamable HTTP server, in both eras: every message of the session is posted as the bytes
 * that it is, and what the server says comes back whole, parsed strictly. It never answers in the server's place and never
 * sends a call twice that may have been carried out; a request that cannot be answered fails with a reason, and the next
 * one simply tries again.
 */
import { cancelledKey } from '../../relay/client-side.ts';
import type { NotificationMessage, RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { OpenUpstream, Upstream, UpstreamEvents } from '../upstream.ts';
import { Exchange, type Posting } from './exchange.ts';
import { LegacySession } from './legacy-session.ts';
import type { HttpUpstreamOptions, Link } from './link.ts';
import { modernHeaders, modernVersion } from './modern-headers.ts';
import { openLink, type OpenLink } from './open-link.ts';
import { Outbox } from './outbox.ts';
import { deleteSession, renewSession } from './renew-session.ts';
import { ServerStream } from './server-stream.ts';
import { ToolHeaders, toolProblem } from './tool-headers.ts';

type Asking = RequestMessage | NotificationMessage;

class StreamableHttp {
  readonly outbox: Outbox;
  private readonly opened: OpenLink;
  private readonly link: Link;
  private readonly session = new LegacySession();
  private readonly tools: ToolHeaders;
  private readonly serverStream: ServerStream;
  private readonly open = new Set<Exchange>();
  private readonly requests = new Map<string, Exchange>();
  private initializing = 0;
  private isStopped = false;
  private recovering: Promise<string | undefined> | undefined;
  private lastModern: string | undefined;

  constructor(opened: OpenLink, maxTools: number) {
    this.opened = opened;
    this.link = opened.link;
    this.tools = new ToolHeaders(maxTools);
    const { events, limits } = this.link;
    this.serverStream = new ServerStream(
      this.link,
      () => this.session.headers(),
      (parsed, line) => events.message(parsed, line),
    );
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
    const waiting = messages.filter(({ message }) => message.kind !== 'response');
    for (const out of messages) if (out.message.kind === 'response') this.answer(out);
    return this.outbox.add(waiting);
  }

  /** Resolves when the message behind it may begin. */
  private async begin(out: Outbound): Promise<void> {
    const { message } = out;
    if (this.recovering !== undefined) await this.recovering;
    if (this.isStopped) return;
    if (message.kind === 'response') {
      this.outbox.sent(out.bytes.length);
      await this.answer(out).started;
      return;
    }
    const version = modernVersion(message.params);
    if (version !== undefined) this.lastModern = version;
    if (message.method === 'notifications/cancelled') await this.cancel(out, message);
    else if (version !== undefined) await this.postModern(out, message, version);
    else if (message.kind === 'notification' && !this.session.isOpen && this.lastModern !== undefined)
      await this.postModern(out, message, this.lastModern);
    else if (message.method === 'initialize' && message.kind === 'request') await this.initialize(out, message);
    else if (message.method === 'notifications/initialized') await this.confirm(out, message);
    else await this.postLegacy(out, message).started;
  }

  private post(posting: Omit<Posting, 'closed'>): Exchange {
    this.outbox.opened();
    const exchange: Exchange = new Exchange(this.link, {
      ...posting,
      closed: () => {
        this.outbox.closed();
        this.open.delete(exchange);
        if (posting.idKey !== undefined && this.requests.get(posting.idKey) === exchange)
          this.requests.delete(posting.idKey);
      },
    });
    this.open.add(exchange);
    if (posting.idKey !== undefined) {
      this.requests.get(posting.idKey)?.abort();
      this.requests.set(posting.idKey, exchange);
    }
    return exchange;
  }

  /** What every message that is posted for the client has in common. */
  private posting(out: Outbound, message: Asking): Omit<Posting, 'closed' | 'headers' | 'resume' | 'recover'> {
    const { events } = this.link;
    const idKey = message.kind === 'request' ? message.idKey : undefined;
    return {
      body: out.bytes.subarray(0, -1),
      method: message.method,
      idKey,
      flushed: () => this.outbox.sent(out.bytes.length),
      accepted: () => this.serverStream.wake(),
      message: (parsed, line) => {
        if (message.method === 'tools/list' && parsed.kind === 'response' && parsed.idKey === idKey)
          this.tools.learn(parsed.result);
        events.message(parsed, line, idKey);
      },
      failed: (reason) => {
        if (idKey === undefined) events.log(`[companion] ${message.method} did not reach the server: ${reason}`);
        else events.failed(idKey, reason);
      },
    };
  }

  private async postModern(out: Outbound, message: Asking, version: string): Promise<void> {
    const headers = modernHeaders(message, version, this.tools);
    const posting = this.posting(out, message);
    if (headers === undefined) {
      posting.flushed();
      posting.failed('what it is called or called with cannot be written into HTTP headers');
      return;
    }
    await this.post({ ...posting, headers: () => headers, resume: undefined, recover: undefined }).started;
  }

  private postLegacy(out: Outbound, message: Asking, change: Partial<Posting> = {}): Exchange {
    const { generation, id } = this.session;
    const headers = (): string[] => this.session.headers();
    return this.post({
      ...this.posting(out, message),
      headers,
      resume: headers,
      recover: message.kind === 'request' && id !== undefined ? () => this.recover(generation) : undefined,
      ...change,
    });
  }

  private answer(out: Outbound): Exchange {
    return this.post({
      body: out.bytes.subarray(0, -1),
      method: undefined,
      idKey: undefined,
      headers: () => this.session.headers(),
      resume: undefined,
      recover: undefined,
      flushed: () => {},
      accepted: () => {},
      message: () => {},
      failed: (reason) => this.link.events.log(`[companion] an answer did not reach the server: ${reason}`),
    });
  }

  /** Nothing follows before the server has given its session. */
  private async initialize(out: Outbound, message: RequestMessage): Promise<void> {
    this.serverStream.close();
    const before = this.session.begin(out.bytes.subarray(0, -1));
    if (before.id !== undefined) void deleteSession(this.link, this.session, before.id);
    const posting = this.posting(out, message);
    this.initializing++;
    await this.postLegacy(out, message, {
      recover: undefined,
      accepted: (headers) => this.session.accepted(headers),
      message: (parsed, line) => {
        if (parsed.kind === 'response' && parsed.idKey === message.idKey) this.session.answered(parsed);
        posting.message(parsed, line);
      },
    }).settled;
    this.initializing--;
  }

  /** Nothing follows before the server has taken it. */
  private async confirm(out: Outbound, message: Asking): Promise<void> {
    this.session.confirmed(out.bytes.subarray(0, -1));
    await this.postLegacy(out, message, { accepted: () => this.serverStream.open() }).settled;
  }

  /**
   * In the modern era the end of a request's exchange is its cancellation. In the legacy era the message is, and the
   * exchange is given up once the server has it: nobody waits for what would still come.
   */
  private async cancel(out: Outbound, message: Asking): Promise<void> {
    const key = cancelledKey(out.bytes);
    const cancelled = key === undefined ? undefined : this.requests.get(key);
    if (!this.session.isOpen) {
      this.outbox.sent(out.bytes.length);
      cancelled?.abort();
      return;
    }
    const exchange = this.postLegacy(out, message);
    void exchange.settled.then(() => cancelled?.abort());
    await exchange.started;
  }

  /** The server lost the session of this generation: introduces the client anew, once for all who ask. */
  private recover(generation: number): Promise<string | undefined> {
    if (this.recovering === undefined && generation !== this.session.generation) return Promise.resolve(undefined);
    this.recovering ??= renewSession({
      link: this.link,
      session: this.session,
      serverStream: this.serverStream,
      post: (posting) => this.post(posting),
    }).finally(() => {
      this.recovering = undefined;
    });
    return this.recovering;
  }

  /** Gives everything up; the server is told within `graceMs` that the session is over. */
  async stop(graceMs: number): Promise<void> {
    this.isStopped = true;
    this.outbox.clear();
    this.serverStream.close();
    for (const exchange of this.open) exchange.abort();
    const { id } = this.session;
    if (id !== undefined) await this.opened.within(graceMs, deleteSession(this.link, this.session, id));
    this.opened.close();
  }
}

/** A server that speaks Streamable HTTP. */
export function openStreamableHttp(options: HttpUpstreamOptions): OpenUpstream {
  return (events: UpstreamEvents): Upstream => {
    const opened = openLink(options, events);
    const server = new StreamableHttp(opened, options.limits.maxTools);
    return opened.upstream({
      deliver: (messages) => server.deliver(messages),
      backlog: () => server.outbox.backlog,
      stop: (graceMs) => server.stop(graceMs),
      toolProblem,
    });
  };
}
