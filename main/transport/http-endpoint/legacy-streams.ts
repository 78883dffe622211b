/**
 * The streams of one legacy session: one for what belongs to no request (GET), one for each request that needed more than
 * an answer. Each message goes to one of them; what nobody can take now is kept, within bounds.
 */
import type { ServerResponse } from 'node:http';
import type { Outbound } from '../../relay/session-options.ts';
import type { EndpointParts } from './endpoint-options.ts';
import { EventStore } from './event-store.ts';
import { KeptMessages } from './kept-messages.ts';
import { COMMON_HEADERS, refusals, refuse } from './refusals.ts';
import { readEventId, ResumableStream } from './resumable-stream.ts';
import { SseSink } from './sse-sink.ts';

export interface LegacyStreamEvents {
  readonly drained: () => void;
  readonly closed: () => void;
  /** These found nobody in time. */
  readonly lost: (messages: readonly Outbound[]) => void;
}

/** Streams that ended and can still be asked for. */
const MAX_FINISHED = 64;

export class LegacyStreams {
  private readonly parts: EndpointParts;
  private readonly events: LegacyStreamEvents;
  private readonly store: EventStore;
  private readonly standalone: ResumableStream;
  private readonly streams = new Map<number, ResumableStream>();
  private readonly sinks = new Set<SseSink>();
  private readonly kept = new KeptMessages();
  private keptAny = false;
  private last = 0;

  constructor(parts: EndpointParts, events: LegacyStreamEvents) {
    this.parts = parts;
    this.events = events;
    const { maxStoredEvents, maxStoredBytes } = parts.endpointLimits;
    this.store = new EventStore(maxStoredEvents, maxStoredBytes);
    this.standalone = new ResumableStream(0, this.store);
    this.streams.set(0, this.standalone);
  }

  /** A client listens for what belongs to no request. */
  get hasListener(): boolean {
    return this.standalone.sink !== undefined;
  }

  /** Somebody reads a stream that was opened or resumed with GET. */
  get isConnected(): boolean {
    return this.sinks.size > 0;
  }

  get hasKept(): boolean {
    return this.keptAny;
  }

  /** Bytes that GET streams have not taken. */
  get backlog(): number {
    let bytes = 0;
    for (const sink of this.sinks) bytes += sink.backlog;
    return bytes;
  }

  /** A new stream on the response of a POST. */
  open(sink: SseSink, priming: boolean): ResumableStream {
    this.forgetOldest();
    const stream = new ResumableStream(++this.last, this.store);
    this.streams.set(stream.number, stream);
    stream.connect(sink);
    if (priming) stream.prime(this.parts.now());
    return stream;
  }

  /** A GET without a past. It takes the place of one that is connected: a lost connection may be noticed late. */
  listen(response: ServerResponse, priming: boolean): void {
    this.standalone.connect(this.sinkFor(response, this.standalone));
    if (priming) this.standalone.prime(this.parts.now());
    this.sendKept(this.standalone);
  }

  /** A GET that goes on where a stream was lost. */
  resume(response: ServerResponse, lastEventId: string): void {
    const position = readEventId(lastEventId);
    const stream = position === undefined ? undefined : this.streams.get(position.stream);
    const missed = position === undefined ? undefined : stream?.missedSince(position.seq);
    if (stream === undefined || missed === undefined) {
      refuse(response, refusals.notResumable);
      return;
    }
    if (stream.isFinished && missed.length === 0) {
      // Tells a client that nothing more will come; an empty stream would make it ask again.
      response.writeHead(204, [...COMMON_HEADERS]);
      response.end();
      return;
    }
    const sink = this.sinkFor(response, stream);
    const now = this.parts.now();
    for (const frame of missed) sink.write(frame, now);
    if (stream.isFinished) sink.end();
    else stream.connect(sink);
    if (stream === this.standalone) this.sendKept(stream);
  }

  private sinkFor(response: ServerResponse, stream: ResumableStream): SseSink {
    const sink: SseSink = new SseSink(response, this.parts.now(), {
      drained: this.events.drained,
      closed: () => {
        this.sinks.delete(sink);
        stream.disconnected(sink);
        this.events.closed();
        this.events.drained();
      },
    });
    this.sinks.add(sink);
    return sink;
  }

  /** Says something that belongs to no request. */
  say(outbound: Outbound): void {
    if (this.hasListener) {
      this.standalone.send(outbound.bytes, this.parts.now());
      return;
    }
    this.keptAny = true;
    const lost = this.kept.add(outbound);
    if (lost.length > 0) this.events.lost(lost);
  }

  sendKept(stream: ResumableStream): void {
    this.keptAny = false;
    for (const { bytes } of this.kept.takeAll()) stream.send(bytes, this.parts.now());
  }

  keepAlive(now: number): void {
    for (const sink of this.sinks) sink.keepAlive(now, this.parts.endpointLimits.keepAliveCommentMs);
  }

  /** Nobody came back for a long time. */
  forget(): void {
    this.store.clear();
    for (const [number, stream] of this.streams) if (stream.isFinished) this.streams.delete(number);
  }

  end(): void {
    this.events.lost(this.kept.takeAll());
    for (const stream of this.streams.values()) stream.finish();
    for (const sink of this.sinks) sink.end();
    this.store.clear();
  }

  private forgetOldest(): void {
    if (this.streams.size <= MAX_FINISHED) return;
    for (const [number, stream] of this.streams) {
      if (!stream.isFinished) continue;
      this.streams.delete(number);
      return;
    }
  }
}
