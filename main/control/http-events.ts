/**
 * Owns the open event streams: one JSON event a line, an empty line as heartbeat. Never waits for a page: one that does
 * not read is cut off, and loads the state anew when it comes back.
 */
import type { ServerResponse } from 'node:http';
import type { CompanionEvent } from '../../preload/contract/events.ts';

export const HEARTBEAT_MS = 15_000;
export const MAX_STREAMS = 16;
/** A page that leaves this much unread is asleep. */
const MAX_UNREAD_BYTES = 1024 * 1024;

export interface EventStreams {
  count(): number;
  /** Takes over a response whose head is written. `isLive` is asked at each heartbeat; false ends the stream. */
  add(response: ServerResponse, isLive: () => boolean): void;
  send(event: CompanionEvent): void;
  onCountChange(listener: (count: number) => void): () => void;
  close(): void;
}

export function createEventStreams(): EventStreams {
  const streams = new Map<ServerResponse, () => boolean>();
  const listeners = new Set<(count: number) => void>();
  const announce = (): void => {
    for (const listener of listeners) listener(streams.size);
  };
  const write = (line: string): void => {
    for (const response of streams.keys()) {
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
      else response.write(line);
    }
  };
  /** Out of the list first: nothing is written to a stream after its end. */
  const end = (response: ServerResponse): void => {
    streams.delete(response);
    response.end();
  };
  const heartbeat = setInterval(() => {
    for (const [response, isLive] of streams) if (!isLive()) end(response);
    write('\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  return {
    count: () => streams.size,
    add(response, isLive) {
      streams.set(response, isLive);
      response.on('close', () => {
        streams.delete(response);
        announce();
      });
      // At once, so that the page knows the stream is open before anything happens.
      response.write('\n');
      announce();
    },
    send(event) {
      if (streams.size > 0) write(`${JSON.stringify(event)}\n`);
    },
    onCountChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearInterval(heartbeat);
      for (const response of streams.keys()) end(response);
    },
  };
}
