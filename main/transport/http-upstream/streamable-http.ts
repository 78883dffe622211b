/**
 * The companion as a client of a Streamable HTTP server, in both eras: every message of the session is posted as the bytes
 * that it is, and what the server says comes back whole, parsed strictly. It never answers in the server's place and never
 * sends a call twice that may have been carried out; a request that cannot be answered fails with a reason, and the next
 * one simply tries again.
 */
import { cancelledKey } from '../../relay/client-side.ts';
import type { RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { OpenUpstream, Upstream, UpstreamEvents } from '../upstream.ts';
import { answerPosting, askingPosting, type Asking, type ClientPostingParts } from './client-posting.ts';
import { DecidedCalls, OUTDATED } from './decided-calls.ts';
import type { Exchange, Posting } from './exchange.ts';
import { LegacySession } from './legacy-session.ts';
import type { HttpUpstreamOptions, Link } from './link.ts';
import { modernHeaders, modernVersion } from './modern-headers.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { openLink, type OpenLink } from './open-link.ts';
import { Outbox } from './outbox.ts';
import { CONFIRM_MS, deleteSession, renewSession } from './renew-session.ts';
import { letLastMessagesGo } from './say-goodbye.ts';
import { ServerStream } from './server-stream.ts';
import { ToolHeaders, toolProblem } from './tool-headers.ts';

class StreamableHttp {
  readonly outbox: Outbox;
  private readonly opened: OpenLink;
  private readonly link: Link;
  private readonly session = new LegacySession();
  private readonly serverStream: ServerStream;
  private readonly exchanges: OpenExchanges;
  private readonly postings: ClientPostingParts;
  private readonly decided = new DecidedCalls();
  private initializing = 0;
  private isLeaving = false;
  private isStopped = false;
  private recovering: Promise<string | undefined> | undefined;
  private lastModern: string | undefined;

  constructor(opened: OpenLink, maxTools: number) {
    this.opened = opened;
    this.link = opened.link;
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
    this.exchanges = new OpenExchanges(this.link, () => this.outbox);
    const { link, outbox, serverStream } = this;
    this.postings = { link, outbox, serverStream, tools: new ToolHeaders(maxTools) };
  }

  deliver(messages: readonly Outbound[]): boolean {
    this.decided.add(messages);
    if (this.initializing === 0) return this.outbox.add(messages);
    // A server may ask something (a ping) before it answers initialize: those answers do not wait for that.
    const waiting = messages.filter(({ message }) => message.kind !== 'response');
    for (const out of messages) if (out.message.kind === 'response') this.answer(out);
    return this.outbox.add(waiting);
  }

  /** Resolves when the message behind it may begin. */
  private async begin(out: Outbound): Promise<void> {
    const { message } = out;
    while (this.recovering !== undefined) await this.recovering;
    if (this.isStopped) return;
    if (message.kind === 'request' && (this.isLeaving || this.decided.isOutdated(out))) {
      this.outbox.sent(out.bytes.length);
      this.link.events.failed(message.idKey, OUTDATED);
      return;
    }
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

  private answer(out: Outbound): Exchange {
    return this.exchanges.post(answerPosting(this.link, this.session, out));
  }

  private async postModern(out: Outbound, message: Asking, version: string): Promise<void> {
    const headers = modernHeaders(message, version, this.postings.tools);
    const posting = askingPosting(this.postings, out, message);
    if (headers === undefined) {
      posting.flushed();
      posting.failed('what it is called or called with cannot be written into HTTP headers');
      return;
    }
    await this.exchanges.post({ ...posting, headers: () => headers, resume: undefined, recover: undefined }).started;
  }

  private postLegacy(out: Outbound, message: Asking, change: Partial<Posting> = {}): Exchange {
    const { id } = this.session;
    let { generation } = this.session;
    const isCall = message.method === 'tools/call';
    // A call never goes to another session than the one that it was decided for, not even when it waits for credentials.
    const decidedFor = isCall ? this.session.headers() : undefined;
    const headers = (): readonly string[] => decidedFor ?? this.session.headers();
    const posting = askingPosting(this.postings, out, message);
    const recover = async (): Promise<string | undefined> => {
      const reason = await this.recover(generation);
      ({ generation } = this.session);
      return reason ?? (isCall ? OUTDATED : undefined);
    };
    return this.exchanges.post({
      ...posting,
      headers,
      resume: headers,
      recover: message.kind === 'request' && id !== undefined ? recover : undefined,
      message: (parsed, line) => {
        // Tools of the server that was there before: they would decide for the one that is there now.
        const isOld = message.method === 'tools/list' && generation !== this.session.generation;
        if (!isOld || parsed.kind !== 'response') posting.message(parsed, line);
        else posting.failed('it was restarted meanwhile; ask again');
      },
      ...change,
    });
  }

  /** Nothing follows before the server has given its session. */
  private async initialize(out: Outbound, message: RequestMessage): Promise<void> {
    this.serverStream.close();
    const before = this.session.begin(out.bytes.subarray(0, -1));
    if (before.id !== undefined) void deleteSession(this.link, this.session, before.id);
    const posting = askingPosting(this.postings, out, message);
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

  /** Nothing follows before the server has taken it, or had the time to. */
  private async confirm(out: Outbound, message: Asking): Promise<void> {
    this.session.confirmed(out.bytes.subarray(0, -1));
    const { settled } = this.postLegacy(out, message, { accepted: () => this.serverStream.open() });
    await this.link.within(CONFIRM_MS, settled);
  }

  /**
   * In the modern era the end of a request's exchange is its cancellation. In the legacy era the message is, and the
   * exchange is given up once the server has it: nobody waits for what would still come.
   */
  private async cancel(out: Outbound, message: Asking): Promise<void> {
    const key = cancelledKey(out.bytes);
    const cancelled = key === undefined ? undefined : this.exchanges.request(key);
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
      post: (posting) => this.exchanges.post(posting),
      renewed: () => {
        this.decided.renewed();
        this.link.events.renewed();
      },
    }).finally(() => {
      this.recovering = undefined;
    });
    return this.recovering;
  }

  /** Gives every request up; the server gets the rest and is told that the session is over, within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.isLeaving = true;
    this.isStopped = graceMs === 0;
    this.serverStream.close();
    const isKnown = this.session.isOpen || this.lastModern !== undefined;
    const { outbox, exchanges } = this;
    const leftMs = await letLastMessagesGo(this.link, { outbox, exchanges, isKnown }, graceMs);
    this.isStopped = true;
    exchanges.abortAll();
    const { id } = this.session;
    if (id !== undefined) await this.link.within(leftMs, deleteSession(this.link, this.session, id));
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
