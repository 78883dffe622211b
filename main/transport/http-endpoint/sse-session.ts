/**
 * One session of the transport of 2024: everything that the server says goes to one stream, every POST is accepted at
 * once. Lives exactly as long as its stream; its server is started by its first message, so that a refusal has a request
 * to answer.
 */
import type { ServerResponse } from 'node:http';
import { toFailure } from '../../../preload/contract/failure.ts';
import { errorReply, SESSION_REFUSED } from '../../relay/denial.ts';
import type { Message, Parsed } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { Principal, ServedClient, ServedSession } from '../downstream.ts';
import { claimedClient } from './claimed-client.ts';
import type { EndpointParts } from './endpoint-options.ts';
import { SessionInput } from './session-input.ts';
import { eventFrame, SseSink } from './sse-sink.ts';

export class SseSession {
  readonly id: string;
  private readonly parts: EndpointParts;
  private readonly principal: Principal;
  private readonly input: SessionInput;
  private readonly sink: SseSink;
  private readonly onEnd: () => void;
  private readonly open: (client: ServedClient) => Promise<ServedSession>;
  private opening = false;
  private isOpened = false;
  /** Ids of requests that came before the session was there; source text. */
  private early: string[] = [];
  private stalled = false;
  private over = false;

  constructor(
    id: string,
    response: ServerResponse,
    principal: Principal,
    parts: EndpointParts,
    open: (client: ServedClient) => Promise<ServedSession>,
    onEnd: () => void,
  ) {
    this.id = id;
    this.parts = parts;
    this.principal = principal;
    this.open = open;
    this.onEnd = onEnd;
    this.input = new SessionInput(parts.endpointLimits.maxWaitingBytes, parts.waiting);
    this.sink = new SseSink(response, parts.now(), {
      drained: () => this.noteDrained(),
      closed: () => this.end('client_gone'),
    });
    this.sink.write(`event: endpoint\ndata: /messages?sessionId=${id}\n\n`, parts.now());
  }

  /** Its stream is its client's sign of life. */
  readonly isIdle = false;

  /** Nothing is started before its first message. */
  get weight(): number {
    return this.input.weight;
  }

  /** False when too much waits already. */
  post(parsed: Message, line: Buffer): boolean {
    if (!this.input.push(parsed, line)) return false;
    if (parsed.kind === 'request' && !this.isOpened) this.early.push(parsed.id);
    if (this.opening) return true;
    this.opening = true;
    const info = parsed.kind === 'request' ? parsed.params['clientInfo'] : undefined;
    this.open({
      peer: this.input.peer(
        (messages) => this.deliver(messages),
        () => this.backlog(),
      ),
      claimed: claimedClient(this.principal, info),
    }).then(
      (served) => this.opened(served),
      (error: unknown) => this.refused(error),
    );
    return true;
  }

  count(parsed: Parsed, line: Buffer): void {
    if (parsed.kind === 'invalid') this.input.push({ ...parsed, unanswerable: true }, line);
  }

  private opened(served: ServedSession): void {
    this.isOpened = true;
    this.early = [];
    this.input.open(served);
    void served.done.then(() => this.end('server_gone'));
  }

  private refused(error: unknown): void {
    const { message, next } = toFailure(error);
    for (const id of this.early) this.say(errorReply(id, SESSION_REFUSED, `${message} ${next}`));
    this.end('refused');
  }

  private say(bytes: Buffer): void {
    this.sink.write(eventFrame(bytes), this.parts.now());
  }

  private deliver(messages: readonly Outbound[]): boolean {
    for (const { bytes } of messages) this.say(bytes);
    if (this.sink.backlog > this.parts.endpointLimits.slowClientBytes) this.stalled = true;
    return !this.stalled;
  }

  private backlog(): number {
    return this.sink.backlog;
  }

  end(why: 'client_gone' | 'server_gone' | 'refused' | 'revoked' | 'stopped'): void {
    if (this.over) return;
    this.over = true;
    if (why === 'revoked') this.sink.cut();
    else this.sink.end();
    this.input.close();
    this.onEnd();
  }

  tick(now: number): void {
    this.sink.keepAlive(now, this.parts.endpointLimits.keepAliveCommentMs);
  }

  private noteDrained(): void {
    if (!this.stalled || this.sink.backlog > 0) return;
    this.stalled = false;
    this.input.drained();
  }
}
