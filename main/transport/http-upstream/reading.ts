/** Responses while they are read: all of them pause when the client is slow, one alone when its message is being parsed. */
import type { IncomingMessage } from 'node:http';
import type { Schedule } from './link.ts';
import type { Unfinished } from './unfinished.ts';

interface BodyEvents {
  chunk(chunk: Buffer): void;
  /** No more comes. `whole`: the server ended it, nothing is missing. */
  ended(whole: boolean): void;
}

/** A response that nobody needs is read on so far and so long, so that its connection can be used again. */
const MAX_DISCARDED_BYTES = 64 * 1024;
const DISCARD_MS = 5000;

export class Body {
  private readonly response: IncomingMessage;
  private readonly gone: (body: Body) => void;
  private readonly holds = new Set<'client' | 'parsing'>();
  private isOver = false;

  constructor(response: IncomingMessage, events: BodyEvents, gone: (body: Body) => void) {
    this.response = response;
    this.gone = gone;
    const end = (whole: boolean): void => {
      if (this.isOver) return;
      this.isOver = true;
      gone(this);
      events.ended(whole);
    };
    response.on('data', (chunk: Buffer) => {
      if (!this.isOver) events.chunk(chunk);
    });
    response.once('end', () => end(true));
    // Whatever broke it, 'close' follows.
    response.on('error', () => {});
    response.once('close', () => end(false));
  }

  hold(why: 'client' | 'parsing'): void {
    this.holds.add(why);
    this.response.pause();
  }

  release(why: 'client' | 'parsing'): void {
    if (this.holds.delete(why) && this.holds.size === 0) this.response.resume();
  }

  /** Its connection ends; nothing more is told. */
  destroy(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.gone(this);
    this.response.destroy();
  }
}

export class Reading {
  private readonly schedule: Schedule;
  private readonly unfinished: Unfinished;
  private readonly open = new Set<Body>();
  private isPaused = false;

  constructor(schedule: Schedule, unfinished: Unfinished) {
    this.schedule = schedule;
    this.unfinished = unfinished;
  }

  read(response: IncomingMessage, events: BodyEvents): Body {
    const chunk = (piece: Buffer): void => {
      events.chunk(piece);
      this.unfinished.afterPiece();
    };
    const body = new Body(response, { ...events, chunk }, (gone) => this.open.delete(gone));
    this.open.add(body);
    if (this.isPaused) body.hold('client');
    return body;
  }

  pause(): void {
    this.isPaused = true;
    this.unfinished.pause();
    for (const body of this.open) body.hold('client');
  }

  resume(): void {
    this.isPaused = false;
    this.unfinished.resume();
    for (const body of this.open) body.release('client');
  }

  /** The whole body, if it is not larger than that and nothing breaks it. */
  collect(response: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const cancel = this.schedule(DISCARD_MS, () => {
        response.destroy();
      });
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > maxBytes) response.destroy();
      });
      response.on('error', () => {});
      response.once('close', () => {
        cancel();
        resolve(response.complete && bytes <= maxBytes ? Buffer.concat(chunks) : undefined);
      });
    });
  }

  /** Nobody needs it. */
  discard(response: IncomingMessage): void {
    void this.collect(response, MAX_DISCARDED_BYTES);
  }
}
