/**
 * One stream of a legacy session: numbered events that go to whoever is connected, and are kept for who comes back. The
 * connection may go and come; the stream ends when its answer was given or its session ends.
 */
import type { EventStore } from './event-store.ts';
import { eventFrame, primingFrame, type SseSink } from './sse-sink.ts';

const EVENT_ID = /^(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})$/;

export interface EventPosition {
  readonly stream: number;
  readonly seq: number;
}

/** What a `Last-Event-ID` names; undefined when it cannot be one of ours. */
export function readEventId(text: string): EventPosition | undefined {
  const match = EVENT_ID.exec(text);
  return match === null ? undefined : { stream: Number(match[1]), seq: Number(match[2]) };
}

export class ResumableStream {
  readonly number: number;
  private readonly store: EventStore;
  private connected: SseSink | undefined;
  private seq = 0;
  private finished = false;

  constructor(number: number, store: EventStore) {
    this.number = number;
    this.store = store;
  }

  get sink(): SseSink | undefined {
    return this.connected;
  }

  get isFinished(): boolean {
    return this.finished;
  }

  /** `message` ends with a newline and holds no other. */
  send(message: Buffer, now: number): void {
    this.seq++;
    const frame = eventFrame(message, `${this.number}-${this.seq}`);
    this.store.add(this.number, this.seq, frame);
    this.connected?.write(frame, now);
  }

  /** Connects a client; one that was connected before is not there any more, or gives way. */
  connect(sink: SseSink): void {
    const before = this.connected;
    this.connected = sink;
    before?.end();
  }

  /** Tells the client from where it can resume. */
  prime(now: number): void {
    this.connected?.write(primingFrame(`${this.number}-${this.seq}`), now);
  }

  /** What the client that saw `seq` last has missed; undefined where that cannot be told any more. */
  missedSince(seq: number): readonly Buffer[] | undefined {
    return this.store.after(this.number, seq, this.seq);
  }

  /** Its connection ended. A sink that was replaced says nothing about the one that is connected now. */
  disconnected(sink: SseSink): void {
    if (this.connected === sink) this.connected = undefined;
  }

  finish(): void {
    this.finished = true;
    this.connected?.end();
    this.connected = undefined;
  }
}
