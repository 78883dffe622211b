/** Events of one session's streams, kept for clients that lost a connection. Bounded; the oldest are let go of first. */

interface StoredEvent {
  readonly stream: number;
  readonly seq: number;
  readonly frame: Buffer;
}

export class EventStore {
  private events: StoredEvent[] = [];
  private bytes = 0;
  private readonly maxEvents: number;
  private readonly maxBytes: number;

  constructor(maxEvents: number, maxBytes: number) {
    this.maxEvents = maxEvents;
    this.maxBytes = maxBytes;
  }

  /** The newest event is kept whatever its size: it may be the answer that somebody comes back for. */
  add(stream: number, seq: number, frame: Buffer): void {
    this.events.push({ stream, seq, frame });
    this.bytes += frame.length;
    while (this.events.length > 1 && (this.events.length > this.maxEvents || this.bytes > this.maxBytes)) {
      this.bytes -= this.events.shift()?.frame.length ?? 0;
    }
  }

  /** The frames of `stream` behind `seq` up to `last`; undefined where some are gone, or never were. */
  after(stream: number, seq: number, last: number): readonly Buffer[] | undefined {
    const frames = this.events.filter((event) => event.stream === stream && event.seq > seq).map(({ frame }) => frame);
    return frames.length === last - seq ? frames : undefined;
  }

  clear(): void {
    this.events = [];
    this.bytes = 0;
  }
}
