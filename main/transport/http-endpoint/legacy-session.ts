/**
 * One legacy session of one client: `initialize`, a session id, POSTs that are answered as JSON or as streams, one GET
 * stream, resumption. Owns its streams and its served session; when one goes the other goes. A client that disconnects
 * cancels nothing: its answer waits for it, within bounds.
 */
import type { ServerResponse } from 'node:http';
import { toFailure } from '../../../preload/contract/failure.ts';
import { isJsonObject } from '../../../preload/contract/json.ts';
import { cancelledKey } from '../../relay/client-side.ts';
import { errorReply, SERVER_FAILED, SESSION_REFUSED } from '../../relay/denial.ts';
import { parseMessage, type Message, type Parsed, type RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { Principal, ServedClient, ServedSession } from '../downstream.ts';
import { claimedClient } from './claimed-client.ts';
import type { EndpointParts } from './endpoint-options.ts';
import { canCarry, endUnanswered, LegacyExchanges, type LegacyExchange } from './legacy-exchanges.ts';
import { LegacyStreams } from './legacy-streams.ts';
import { OpenReplies } from './open-replies.ts';
import { ASSUMED_VERSION, understandsPriming, versionIn } from './protocol-versions.ts';
import { refusals, type BindingEnd } from './refusals.ts';
import type { Reply } from './reply.ts';
import { SessionInput } from './session-input.ts';

export class LegacySession {
  readonly id: string;
  readonly client: ServedClient;
  private readonly parts: EndpointParts;
  private readonly input: SessionInput;
  private readonly exchanges = new LegacyExchanges();
  private readonly streams: LegacyStreams;
  private readonly replies = new OpenReplies();
  private readonly onEnd: () => void;
  private version: string;
  private lastActiveAt: number;
  private stalled = false;
  private over = false;

  constructor(id: string, request: RequestMessage, principal: Principal, parts: EndpointParts, onEnd: () => void) {
    this.id = id;
    this.parts = parts;
    this.onEnd = onEnd;
    this.input = new SessionInput(parts.endpointLimits.maxWaitingBytes, parts.waiting);
    this.lastActiveAt = parts.now();
    this.version = versionIn(request.params) ?? ASSUMED_VERSION;
    this.streams = new LegacyStreams(parts, {
      drained: () => this.noteDrained(),
      closed: () => this.noteActivity(),
      lost: (messages) => this.giveUp(messages),
    });
    this.client = {
      peer: this.input.peer(
        (messages) => this.deliver(messages),
        () => this.backlog(),
      ),
      claimed: claimedClient(principal, request.params['clientInfo']),
    };
  }

  /** Nobody waits for anything here. */
  get isIdle(): boolean {
    return this.exchanges.size === 0 && !this.streams.hasListener && !this.input.awaitsInput;
  }

  get weight(): number {
    return this.input.weight;
  }

  get lastActive(): number {
    return this.lastActiveAt;
  }

  opened(served: ServedSession): void {
    this.input.open(served);
    void served.done.then(() => this.end('server_gone'));
  }

  /** The session cannot be had; whoever waits is told why. */
  refused(error: unknown): void {
    const { message, next } = toFailure(error);
    for (const { id, idKey } of this.exchanges.values())
      this.answer(errorReply(id, SESSION_REFUSED, `${message} ${next}`), idKey);
    this.end('refused');
  }

  /** A message of the client. */
  post(parsed: Message, line: Buffer, reply: Reply): void {
    this.noteActivity();
    if (parsed.kind === 'request') return this.request(parsed, line, reply);
    const cancels = parsed.kind === 'notification' && parsed.method === 'notifications/cancelled';
    const cancelled = cancels ? cancelledKey(line) : undefined;
    const withdrawn = cancelled !== undefined && this.input.withdraw(cancelled);
    if (!withdrawn && !this.input.push(parsed, line)) return reply.refuse(refusals.slowServer);
    if (cancelled !== undefined) this.cancelled(cancelled);
    return reply.accepted();
  }

  /** The client takes a request back: no answer will come, so its response ends without one. */
  private cancelled(idKey: string): void {
    const exchange = this.exchanges.get(idKey);
    if (exchange === undefined || exchange.isInitialize) return;
    this.exchanges.take(idKey);
    endUnanswered(exchange);
  }

  /** What could not be parsed is counted where the session's other losses are; the client was told already. */
  count(parsed: Parsed, line: Buffer): void {
    if (parsed.kind === 'invalid') this.input.push({ ...parsed, unanswerable: true }, line);
  }

  private request(parsed: RequestMessage, line: Buffer, reply: Reply): void {
    if (this.exchanges.has(parsed.idKey)) return reply.refuse(refusals.idInUse, parsed.id);
    const exchange = this.exchanges.add(parsed, reply);
    this.replies.add(reply, {
      drained: () => this.noteDrained(),
      closed: (left) => {
        if (left) this.clientLeft(exchange);
        this.noteDrained();
      },
    });
    if (!this.input.push(parsed, line)) {
      this.exchanges.take(parsed.idKey);
      return reply.refuse(refusals.slowServer, parsed.id);
    }
    if (reply.accepts.ratherSse && !exchange.isInitialize && this.exchanges.has(parsed.idKey)) this.streamOf(exchange);
    if (!this.streams.hasListener && this.exchanges.has(parsed.idKey) && canCarry(exchange) && this.streams.hasKept)
      this.streams.sendKept(this.streamOf(exchange));
  }

  /** GET: the stream for what belongs to no request, or a stream that was lost. */
  listen(response: ServerResponse, lastEventId: string | undefined): void {
    this.noteActivity();
    const priming = understandsPriming(this.version);
    if (lastEventId === undefined) this.streams.listen(response, priming);
    else this.streams.resume(response, lastEventId);
  }

  /** The client is not there; what it asked goes on, for who comes back. */
  private clientLeft(exchange: LegacyExchange): void {
    this.noteActivity();
    const sink = exchange.reply.stream;
    if (sink !== undefined) exchange.stream?.disconnected(sink);
    // It never learned the session's id.
    else if (exchange.isInitialize && this.exchanges.has(exchange.idKey)) this.end('client_gone');
  }

  private deliver(messages: readonly Outbound[]): boolean {
    for (const outbound of messages) this.route(outbound);
    if (this.backlog() > this.parts.endpointLimits.slowClientBytes) this.stalled = true;
    return !this.stalled;
  }

  private backlog(): number {
    return this.streams.backlog + this.replies.backlog;
  }

  end(why: 'server_gone' | 'client_gone' | 'refused' | 'idle' | 'deleted' | BindingEnd): void {
    if (this.over) return;
    this.over = true;
    for (const exchange of this.exchanges.values()) {
      if (why === 'revoked') exchange.reply.refuse(refusals.unauthenticated);
      const text =
        why === 'stopped'
          ? 'The companion stopped before the answer came. Send "initialize" once it runs again.'
          : 'The session ended before the answer came. Send "initialize" again.';
      this.answer(errorReply(exchange.id, SERVER_FAILED, text), exchange.idKey);
    }
    this.streams.end();
    this.input.close();
    this.onEnd();
  }

  tick(now: number): void {
    const { endpointLimits: limits } = this.parts;
    for (const exchange of this.exchanges.values()) {
      const { reply } = exchange;
      if (reply.stream === undefined && reply.canStream && now - reply.openedAt >= limits.streamAfterMs)
        this.streamOf(exchange);
      if (reply.isOpen) reply.stream?.keepAlive(now, limits.keepAliveCommentMs);
    }
    this.streams.keepAlive(now);
    const isAwaited = this.replies.tick(now, limits.unreadAnswerMs);
    if (isAwaited || this.streams.isConnected) this.lastActiveAt = now;
    else if (now - this.lastActiveAt >= limits.abandonedSessionMs) this.end('idle');
    else if (!this.isIdle) return;
    else if (now - this.lastActiveAt >= limits.idleSessionMs) this.end('idle');
    else if (now - this.lastActiveAt >= limits.forgetEventsMs) this.streams.forget();
  }

  private route(outbound: Outbound): void {
    const { message, bytes } = outbound;
    if (message.kind === 'response') {
      if (message.idKey !== undefined) this.answer(bytes, message.idKey);
      return;
    }
    const exchange = this.exchanges.place(outbound, this.streams.hasListener);
    if (exchange === undefined) this.streams.say(outbound);
    else this.streamOf(exchange).send(bytes, this.parts.now());
  }

  private streamOf(exchange: LegacyExchange): ReturnType<LegacyStreams['open']> {
    if (exchange.stream === undefined) {
      const now = this.parts.now();
      const headers = exchange.isInitialize ? ['mcp-session-id', this.id] : [];
      exchange.stream = this.streams.open(exchange.reply.startStream(now, headers), understandsPriming(this.version));
    }
    return exchange.stream;
  }

  private answer(bytes: Buffer, idKey: string): void {
    const exchange = this.exchanges.take(idKey);
    if (exchange === undefined) return;
    const { reply } = exchange;
    const begun = !exchange.isInitialize || this.begin(bytes);
    if (exchange.stream === undefined && reply.accepts.json)
      reply.json(200, bytes, begun && exchange.isInitialize ? ['mcp-session-id', this.id] : []);
    else if (canCarry(exchange)) {
      const stream = this.streamOf(exchange);
      stream.send(bytes, this.parts.now());
      reply.endStream();
      stream.finish();
    }
    this.noteActivity();
    if (!begun) this.end('refused');
  }

  /** Reads what was agreed on; false when the server did not begin a session. */
  private begin(bytes: Buffer): boolean {
    const parsed = parseMessage(bytes, 'server', this.parts.limits);
    if (parsed.kind !== 'response' || !isJsonObject(parsed.result)) return false;
    this.version = versionIn(parsed.result) ?? this.version;
    return true;
  }

  /** Questions that no client will ever see are not left waiting. */
  private giveUp(messages: readonly Outbound[]): void {
    for (const { message } of messages)
      if (message.kind === 'request')
        this.input.refuseQuestion(message, -32_603, 'The client does not listen for questions.');
  }

  private noteActivity(): void {
    this.lastActiveAt = this.parts.now();
  }

  private noteDrained(): void {
    if (!this.stalled || this.backlog() > this.parts.endpointLimits.slowClientBytes / 2) return;
    this.stalled = false;
    this.input.drained();
  }
}
