/**
 * The one session that all modern requests of a binding share. Each request gets an id of ours, so that no answer can
 * reach another exchange; what belongs to no open exchange reaches nobody. A client that closes its response has
 * cancelled its request. One slow reader is cut and never stalls the others.
 */
import { toFailure } from '../../../preload/contract/failure.ts';
import { errorReply, SERVER_FAILED, SESSION_REFUSED } from '../../relay/denial.ts';
import type { NotificationMessage, RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { Principal, ServedClient, ServedSession } from '../downstream.ts';
import { answerStatus } from './answer-status.ts';
import { claimedClient } from './claimed-client.ts';
import type { EndpointParts } from './endpoint-options.ts';
import { headerMismatch } from './era.ts';
import { beginExchange, keyOf, restoreAnswer, type ModernExchange } from './modern-exchange.ts';
import { placeNotification } from './modern-notifications.ts';
import { OpenReplies } from './open-replies.ts';
import { cancelledNotification } from './own-messages.ts';
import { ParamHeaders } from './param-headers.ts';
import { refusals, type BindingEnd } from './refusals.ts';
import type { Reply } from './reply.ts';
import type { Headers } from './request-head.ts';
import { SessionInput } from './session-input.ts';
import { eventFrame } from './sse-sink.ts';

export class SharedSession {
  readonly client: ServedClient;
  private readonly principal: Principal;
  private readonly parts: EndpointParts;
  private readonly input: SessionInput;
  private readonly onEnd: () => void;
  private readonly exchanges = new Map<string, ModernExchange>();
  private readonly replies = new OpenReplies();
  private readonly paramHeaders = new ParamHeaders();
  private lastNumber = 0;
  private lastActiveAt: number;
  private answeredWell = false;

  constructor(principal: Principal, parts: EndpointParts, onEnd: () => void) {
    this.principal = principal;
    this.parts = parts;
    this.onEnd = onEnd;
    this.input = new SessionInput(parts.endpointLimits.maxWaitingBytes, parts.waiting);
    this.lastActiveAt = parts.now();
    this.client = {
      peer: this.input.peer(
        (messages) => this.deliver(messages),
        () => this.replies.backlog,
      ),
      claimed: claimedClient(principal),
    };
  }

  get weight(): number {
    return this.input.weight;
  }

  opened(served: ServedSession): void {
    this.input.open(served);
    void served.done.then(() => this.end('server_gone'));
  }

  /** The session cannot be had; whoever waits is told why. */
  refused(error: unknown): void {
    const { message, next } = toFailure(error);
    for (const exchange of this.exchanges.values())
      this.finish(exchange, errorReply(exchange.id, SESSION_REFUSED, `${message} ${next}`), 200);
    this.end('refused');
  }

  request(message: RequestMessage, line: Buffer, headers: Headers, reply: Reply): void {
    if (!reply.isOpen) return;
    const wrong = message.method === 'tools/call' && this.paramHeaders.mismatch(message.params, headers.params);
    if (typeof wrong === 'string') return reply.refuse(headerMismatch(wrong), message.id);
    if (message.method === 'subscriptions/listen' && !reply.accepts.sse)
      return reply.refuse(refusals.streamNotAccepted, message.id);
    const begun = beginExchange(++this.lastNumber, message, line, reply);
    if (begun === undefined) return reply.refuse(refusals.malformed);
    const { exchange } = begun;
    const key = keyOf(exchange.number);
    this.exchanges.set(key, exchange);
    this.replies.add(reply, {
      drained: () => {},
      closed: (left) => {
        if (left && this.exchanges.delete(key)) this.cancel(exchange);
      },
    });
    if (this.input.push(begun.parsed, begun.line)) return;
    this.exchanges.delete(key);
    reply.refuse(refusals.slowServer, message.id);
  }

  /** A notification of a client. Its ids would be somebody else's here, so it cannot cancel. */
  notify(message: NotificationMessage, line: Buffer, reply: Reply): void {
    const passes = message.method !== 'notifications/cancelled' && message.method !== 'notifications/progress';
    if (passes && !this.input.push(message, line)) reply.refuse(refusals.slowServer);
    else reply.accepted();
  }

  private deliver(messages: readonly Outbound[]): boolean {
    for (const outbound of messages) this.route(outbound);
    // Always: who does not read is cut, the others go on.
    return true;
  }

  /** A second time changes nothing. */
  end(why: 'server_gone' | 'refused' | 'idle' | BindingEnd): void {
    for (const exchange of this.exchanges.values()) {
      if (why === 'revoked') exchange.reply.refuse(refusals.unauthenticated, exchange.id);
      const text =
        why === 'stopped'
          ? 'The companion stopped before the answer came. Send the request again once it runs again.'
          : 'The session ended before the answer came. Send the request again.';
      this.finish(exchange, errorReply(exchange.id, SERVER_FAILED, text), 200);
    }
    this.input.close();
    this.onEnd();
  }

  tick(now: number): void {
    const { endpointLimits: limits } = this.parts;
    for (const { reply } of this.exchanges.values()) {
      if (reply.stream === undefined && reply.canStream && now - reply.openedAt >= limits.streamAfterMs)
        reply.startStream(now);
      reply.stream?.keepAlive(now, limits.keepAliveCommentMs);
    }
    this.replies.tick(now, limits.unreadAnswerMs);
    const idleMs = this.answeredWell ? limits.idleSharedMs : limits.idleProbeMs;
    if (this.exchanges.size > 0 || this.input.awaitsInput) this.lastActiveAt = now;
    else if (now - this.lastActiveAt >= idleMs) this.end('idle');
  }

  private route(outbound: Outbound): void {
    const { message, bytes } = outbound;
    switch (message.kind) {
      case 'response': {
        const exchange = message.idKey === undefined ? undefined : this.exchanges.get(message.idKey);
        if (exchange !== undefined) this.answer(exchange, bytes);
        return;
      }
      case 'request': {
        this.input.refuseQuestion(message, -32_601, 'Clients of this protocol revision take no requests.');
        return;
      }
      case 'notification': {
        const placed = placeNotification(message, outbound, this.exchanges);
        if (placed?.kind === 'end') this.endStream(placed.exchange);
        else if (placed !== undefined) this.tell(placed.exchange, placed.line);
      }
    }
  }

  private answer(exchange: ModernExchange, bytes: Buffer): void {
    const status = answerStatus(bytes);
    const restored = restoreAnswer(exchange, bytes);
    if (status === 200 && restored !== undefined) this.answeredWell = true;
    if (exchange.method === 'tools/list') this.paramHeaders.learn(bytes, this.parts.limits);
    const text = 'The answer of the server cannot be told from others.';
    this.finish(exchange, restored ?? errorReply(exchange.id, SERVER_FAILED, text), status);
  }

  private finish(exchange: ModernExchange, line: Buffer, status: number): void {
    this.exchanges.delete(keyOf(exchange.number));
    this.lastActiveAt = this.parts.now();
    const { reply } = exchange;
    if (!reply.isOpen) return;
    // An error of the protocol is told by its status, which a stream does not have.
    const asStream = reply.stream !== undefined || (!reply.accepts.json && status === 200);
    if (asStream) {
      const now = this.parts.now();
      reply.startStream(now).write(eventFrame(line), now);
      reply.endStream();
    } else reply.json(status, line);
    this.parts.unread.note(this.principal.id, reply);
  }

  private tell(exchange: ModernExchange, line: Buffer): void {
    const { reply } = exchange;
    if (!reply.canStream) return;
    if (reply.backlog > this.parts.endpointLimits.maxUnreadBytes) {
      this.parts.log('A client was cut off because it does not read its stream.');
      reply.cut();
      return;
    }
    const now = this.parts.now();
    reply.startStream(now).write(eventFrame(line), now);
    this.parts.unread.note(this.principal.id, reply);
  }

  /** The server ended a subscription without an answer: on HTTP that is the end of its stream. */
  private endStream(exchange: ModernExchange): void {
    if (!this.exchanges.delete(keyOf(exchange.number))) return;
    const { reply } = exchange;
    reply.startStream(this.parts.now());
    reply.endStream();
    // So that nothing waits for its answer any more.
    this.cancel(exchange);
  }

  private cancel(exchange: ModernExchange): void {
    this.lastActiveAt = this.parts.now();
    if (this.input.withdraw(keyOf(exchange.number))) return;
    const { parsed, line } = cancelledNotification(exchange.number);
    queueMicrotask(() => this.input.insist(parsed, line));
  }
}
