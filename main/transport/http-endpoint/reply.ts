/** The answer to one POST: one write of JSON, or a stream as soon as something has to be said before the answer. */
import type { ServerResponse } from 'node:http';
import type { Accepts } from './accepts.ts';
import { COMMON_HEADERS, refuse, type HttpRefusal } from './refusals.ts';
import { SseSink } from './sse-sink.ts';

export interface ReplyEvents {
  /** The client took everything. */
  readonly drained: () => void;
  /** The response is over; `left`: the client went before it was answered. */
  readonly closed: (left: boolean) => void;
}

const NO_EVENTS: ReplyEvents = { drained: () => {}, closed: () => {} };
const NEWLINE = 0x0a;
/** Above this the copy costs more than the piece. */
const MAX_JOINED_BYTES = 16 * 1024;

export class Reply {
  readonly accepts: Accepts;
  readonly openedAt: number;
  private readonly response: ServerResponse;
  private events = NO_EVENTS;
  private answered = false;
  private sink: SseSink | undefined;
  /** When it was first seen to be answered and not over. */
  private answeredBefore: number | undefined;

  constructor(response: ServerResponse, accepts: Accepts, openedAt: number) {
    this.response = response;
    this.accepts = accepts;
    this.openedAt = openedAt;
  }

  watch(events: ReplyEvents): void {
    this.events = events;
    this.onceOver(() => events.closed(!this.answered));
  }

  /** The response is over, however it ended; called at once where it is over already. */
  onceOver(then: () => void): void {
    if (this.response.closed) then();
    else this.response.once('close', then);
  }

  /** The client is there and was not answered yet. */
  get isOpen(): boolean {
    return !this.answered && !this.response.destroyed;
  }

  get stream(): SseSink | undefined {
    return this.sink;
  }

  get canStream(): boolean {
    return this.isOpen && (this.sink !== undefined || this.accepts.sse);
  }

  /** Bytes that the client has not taken. */
  get backlog(): number {
    return this.response.writableLength;
  }

  /** From here on the answer is a stream. */
  startStream(now: number, headers?: readonly string[]): SseSink {
    this.sink ??= new SseSink(this.response, now, { drained: () => this.events.drained(), closed: () => {} }, headers);
    return this.sink;
  }

  /** Marks a stream as complete: its end is no loss. */
  endStream(): void {
    this.answered = true;
    this.sink?.end();
  }

  /** Only where no stream was started. `message` may end with a newline. */
  json(status: number, message: Buffer, headers: readonly string[] = []): void {
    if (!this.isOpen) return;
    this.answered = true;
    const body = message.at(-1) === NEWLINE ? message.subarray(0, -1) : message;
    this.response.writeHead(status, [
      'content-type',
      'application/json',
      'content-length',
      String(body.length),
      ...COMMON_HEADERS,
      ...headers,
    ]);
    // A string leaves together with the head in one write; a buffer costs a second piece.
    if (body.length <= MAX_JOINED_BYTES) this.response.end(body.toString('latin1'), 'latin1');
    else this.response.end(body);
  }

  /** 202 without a body: it was a notification or a response. */
  accepted(): void {
    this.empty(202);
  }

  empty(status: number): void {
    if (!this.isOpen) return;
    this.answered = true;
    this.response.writeHead(status, ['content-length', '0', ...COMMON_HEADERS]);
    this.response.end();
  }

  refuse(refusal: HttpRefusal, id?: string): void {
    if (!this.isOpen) return;
    this.answered = true;
    if (this.sink === undefined) refuse(this.response, refusal, id);
    else this.sink.cut();
  }

  /** Gives a client up that was answered and does not take it. */
  cutIfUnread(now: number, afterMs: number): void {
    if (!this.answered) return;
    this.answeredBefore ??= now;
    if (now - this.answeredBefore >= afterMs) this.cut();
  }

  /** Gives the client up. */
  cut(): void {
    this.response.destroy();
  }
}
