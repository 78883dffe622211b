/**
 * Messages of one upstream that have begun and are not whole: what they hold together, and how long each takes. When they
 * hold too much the largest is given up; one that does not end in time, while we read, is given up as well. One timer for
 * all, and none while nothing is unfinished.
 */
import type { Schedule } from './link.ts';

export type GivenUp = 'too_much' | 'too_slow';

/** One message while it is collected. */
export interface Part {
  readonly givenUp: (why: GivenUp) => void;
}

interface State {
  bytes: number;
  /** Looks at which it was there and we were reading. */
  looks: number;
}

/** Of all messages of one upstream that are unfinished at once. */
const MAX_BYTES = 64 * 1024 * 1024;
/** In this many steps the time of a message is counted: it is given up between its time and half as much more. */
const LOOKS = 2;

export class Unfinished {
  private readonly schedule: Schedule;
  private readonly lookMs: number;
  private readonly maxBytes: number;
  private readonly parts = new Map<Part, State>();
  private bytes = 0;
  private isPaused = false;
  private cancelTimer: (() => void) | undefined;

  constructor(schedule: Schedule, partialMs: number, maxBytes = MAX_BYTES) {
    this.schedule = schedule;
    this.lookMs = Math.ceil(partialMs / LOOKS);
    this.maxBytes = maxBytes;
  }

  /** It holds so much from now on. False when it is itself what must be given up; then it holds nothing. */
  resize(part: Part, bytes: number): boolean {
    const state = this.parts.get(part) ?? { bytes: 0, looks: 0 };
    this.bytes += bytes - state.bytes;
    state.bytes = bytes;
    this.parts.set(part, state);
    while (this.bytes > this.maxBytes) {
      const largest = this.largest();
      this.remove(largest);
      if (largest === part) return false;
      largest.givenUp('too_much');
    }
    return true;
  }

  /** It is whole, or nobody wants it any more. */
  remove(part: Part): void {
    this.bytes -= this.parts.get(part)?.bytes ?? 0;
    if (!this.parts.delete(part) || this.parts.size > 0) return;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  /** What is unfinished after a piece that came was looked through has a wait before it. */
  afterPiece(): void {
    if (this.parts.size > 0) this.cancelTimer ??= this.schedule(this.lookMs, () => this.look());
  }

  /** Nothing is read, so nothing can end. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    for (const state of this.parts.values()) state.looks = 0;
  }

  private largest(): Part {
    let found: [Part, State] | undefined;
    for (const one of this.parts) if (found === undefined || one[1].bytes >= found[1].bytes) found = one;
    if (found === undefined) throw new Error('nothing holds anything');
    return found[0];
  }

  private look(): void {
    this.cancelTimer = undefined;
    for (const [part, state] of this.parts) {
      if (this.isPaused || ++state.looks <= LOOKS) continue;
      this.remove(part);
      part.givenUp('too_slow');
    }
    this.afterPiece();
  }
}
