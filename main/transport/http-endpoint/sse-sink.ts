/** One open response that is a stream of server-sent events. Knows how much of it the client has not taken. */
import type { ServerResponse } from 'node:http';
import { COMMON_HEADERS } from './refusals.ts';

const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const NEWLINE = Buffer.from('\n');
const COMMENT = ':\n\n';

/** A message on its own line. A carriage return would end the field: valid JSON has one only between tokens. */
export function eventData(message: Buffer): Buffer {
  if (!message.includes(CARRIAGE_RETURN)) return message;
  const copy = Buffer.from(message);
  for (let at = copy.indexOf(CARRIAGE_RETURN); at >= 0; at = copy.indexOf(CARRIAGE_RETURN, at + 1)) copy[at] = SPACE;
  return copy;
}

/** `message` ends with a newline and holds no other. */
export function eventFrame(message: Buffer, id?: string): Buffer {
  const prefix = Buffer.from(id === undefined ? 'event: message\ndata: ' : `event: message\nid: ${id}\ndata: `);
  return Buffer.concat([prefix, eventData(message), NEWLINE]);
}

/** An event without data that tells the client from where it could resume. */
export function primingFrame(id: string): Buffer {
  return Buffer.from(`id: ${id}\ndata: \n\n`);
}

export interface SinkEvents {
  /** The client took everything. */
  readonly drained: () => void;
  /** The client, or we, ended it. Not called before {@link SseSink} is made. */
  readonly closed: () => void;
}

export class SseSink {
  private readonly response: ServerResponse;
  private ended = false;
  private lastWriteAt: number;

  constructor(response: ServerResponse, now: number, events: SinkEvents, headers: readonly string[] = []) {
    this.response = response;
    this.lastWriteAt = now;
    response.writeHead(200, [
      'content-type',
      'text/event-stream',
      // Proxies between must not hold events back.
      'x-accel-buffering',
      'no',
      ...COMMON_HEADERS,
      ...headers,
    ]);
    response.on('drain', events.drained);
    response.once('close', () => {
      this.ended = true;
      events.closed();
    });
    // The client learns that the stream is open before anything happens.
    response.flushHeaders();
  }

  /** Bytes that the client has not taken. */
  get backlog(): number {
    return this.response.writableLength;
  }

  write(frame: Buffer | string, now: number): void {
    if (this.ended) return;
    this.lastWriteAt = now;
    this.response.write(frame);
  }

  /** So that nobody on the way takes the stream for dead. */
  keepAlive(now: number, afterMs: number): void {
    if (now - this.lastWriteAt >= afterMs) this.write(COMMENT, now);
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.response.end();
  }

  /** Without waiting for the client to take what is left. */
  cut(): void {
    this.ended = true;
    this.response.destroy();
  }
}
