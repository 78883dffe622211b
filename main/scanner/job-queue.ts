/**
 * Texts that wait for a thread, by session: in order within one, never two of one at a time, and among sessions whoever cost
 * the least lately goes first. Bounded for each and in all; what does not fit is not taken.
 */
import type { ScanJob, ScanResult } from '../guard/scan-job.ts';
import type { ScannerLimits } from './limits.ts';
import type { Lane, Standings } from './standing.ts';

export interface Waiting {
  readonly key: string;
  readonly job: ScanJob;
  /** Under which it is kept if it passes. */
  readonly name: string | undefined;
  readonly answer: (result: ScanResult) => void;
}

interface Queued {
  readonly waiting: Waiting;
  readonly since: number;
}

interface KeyQueue {
  /** From `next` on; what is before was taken. */
  queued: Queued[];
  next: number;
  bytes: number;
  isRunning: boolean;
  lastTurn: number;
}

interface Head extends Queued {
  readonly queue: KeyQueue;
  readonly lane: Lane;
}

export class JobQueue {
  readonly #limits: ScannerLimits;
  readonly #standings: Standings;
  readonly #now: () => number;
  readonly #keys = new Map<string, KeyQueue>();
  #jobs = 0;
  #bytes = 0;

  constructor(limits: ScannerLimits, standings: Standings, now: () => number) {
    this.#limits = limits;
    this.#standings = standings;
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#jobs === 0;
  }

  /** False where it does not fit. */
  add(waiting: Waiting): boolean {
    const bytes = waiting.job.source.byteLength;
    const limits = this.#limits;
    const queue = this.#keys.get(waiting.key);
    const mayWait =
      this.#jobs < limits.maxJobs &&
      this.#bytes + bytes <= limits.maxTotalBytes &&
      (queue === undefined ||
        (queue.queued.length - queue.next < limits.maxKeyJobs && queue.bytes + bytes <= limits.maxKeyBytes));
    if (!mayWait) return false;
    const of = queue ?? { queued: [], next: 0, bytes: 0, isRunning: false, lastTurn: -Infinity };
    of.queued.push({ waiting, since: this.#now() });
    of.bytes += bytes;
    this.#jobs += 1;
    this.#bytes += bytes;
    if (queue === undefined) this.#keys.set(waiting.key, of);
    return true;
  }

  hasOpen(isOpen: (lane: Lane) => boolean): boolean {
    return !this.#heads(isOpen).next().done;
  }

  /** The next text of a lane that is open; its session is running until {@link done}. */
  take(isOpen: (lane: Lane) => boolean): { readonly waiting: Waiting; readonly lane: Lane } | undefined {
    let best: (Head & { readonly cost: number }) | undefined;
    for (const head of this.#heads(isOpen)) {
      const cost = this.#standings.usageMs(head.waiting.key);
      if (best === undefined || cost < best.cost || (cost === best.cost && head.since < best.since))
        best = { ...head, cost };
    }
    if (best === undefined) return undefined;
    this.#shift(best.queue);
    best.queue.isRunning = true;
    best.queue.lastTurn = this.#now();
    return { waiting: best.waiting, lane: best.lane };
  }

  /** What each session that could have a turn wants next. */
  *#heads(isOpen: (lane: Lane) => boolean): Generator<Head> {
    for (const [key, queue] of this.#keys) {
      const head = queue.queued[queue.next];
      if (head === undefined || queue.isRunning) continue;
      const lane = this.#standings.lane(key, head.waiting.job.source.byteLength);
      if (isOpen(lane)) yield { ...head, queue, lane };
    }
  }

  done(key: string): void {
    const queue = this.#keys.get(key);
    if (queue === undefined) return;
    queue.isRunning = false;
    queue.lastTurn = this.#now();
    if (queue.queued.length === 0) this.#keys.delete(key);
  }

  /** What waits although nothing of its session had a turn for too long; it is no longer here. */
  starved(): Waiting[] {
    const limit = this.#now() - this.#limits.starvedMs;
    const out: Waiting[] = [];
    for (const [key, queue] of this.#keys) {
      if (queue.isRunning) continue;
      for (;;) {
        const head = queue.queued[queue.next];
        if (head === undefined || Math.max(head.since, queue.lastTurn) > limit) break;
        out.push(head.waiting);
        this.#shift(queue);
      }
      if (queue.queued.length === 0) this.#keys.delete(key);
    }
    return out;
  }

  /** Everything that waits; it is no longer here. */
  drain(): Waiting[] {
    const all = [...this.#keys.values()].flatMap(({ queued, next }) =>
      queued.slice(next).map(({ waiting }) => waiting),
    );
    for (const [key, queue] of this.#keys) {
      queue.queued = [];
      queue.next = 0;
      queue.bytes = 0;
      if (!queue.isRunning) this.#keys.delete(key);
    }
    this.#jobs = 0;
    this.#bytes = 0;
    return all;
  }

  /** An index instead of shift(): a list of tools is thousands of texts. */
  #shift(queue: KeyQueue): void {
    const bytes = queue.queued[queue.next]?.waiting.job.source.byteLength ?? 0;
    queue.next += 1;
    queue.bytes -= bytes;
    this.#jobs -= 1;
    this.#bytes -= bytes;
    if (queue.next < 64 && queue.next < queue.queued.length) return;
    queue.queued = queue.queued.slice(queue.next);
    queue.next = 0;
  }
}
