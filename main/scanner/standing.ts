/**
 * How a session has behaved: what it cost lately, and which lane its next text takes. A session that keeps a thread busy, or
 * whose texts had to be ended, shares one lane with its like for a while: it waits for them, and nobody for it.
 */
import type { ScannerLimits } from './limits.ts';

/**
 * `heavy`, `medium` and `unproven` have one thread each at most, so that of four threads one is always left for small texts of
 * sessions that are known to be harmless to the others.
 */
export type Lane = 'quick' | 'unproven' | 'medium' | 'heavy';

interface Standing {
  /** Milliseconds of a processor, halved every ten seconds. */
  usageMs: number;
  at: number;
  badUntil: number;
  endedAt: number;
  isProven: boolean;
  /** Its texts are not for a glance until then. */
  unseenUntil: number;
  slowAt: number;
}

const HALF_LIFE_MS = 10_000;
/** What a quarter of a processor comes to; a lively session of small texts costs less. */
const BUSY_MS = 4000;
const BAD_MS = 60_000;
/** A glance is given on the thread that serves everybody; whose texts took longer than the first twice is given none for the second. */
const SLOW_GLANCE_MS = 5;
const NO_GLANCE_MS = 5000;
/** Sessions come and go; those that did nothing for this long are forgotten when there are many. */
const MANY = 1000;
const FORGET_MS = 5 * 60_000;

export class Standings {
  readonly #limits: ScannerLimits;
  readonly #now: () => number;
  readonly #of = new Map<string, Standing>();

  constructor(limits: ScannerLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  lane(key: string, bytes: number): Lane {
    const standing = this.#of.get(key);
    if (bytes > this.#limits.mediumBytes || (standing !== undefined && this.#isCostly(standing))) return 'heavy';
    if (bytes > this.#limits.quickBytes) return 'medium';
    return standing?.isProven === true ? 'quick' : 'unproven';
  }

  /** What it cost lately: who cost less goes first. */
  usageMs(key: string): number {
    const standing = this.#of.get(key);
    return standing === undefined ? 0 : faded(standing, this.#now());
  }

  mayGlance(key: string): boolean {
    const standing = this.#of.get(key);
    return standing === undefined || (standing.unseenUntil <= this.#now() && !this.#isCostly(standing));
  }

  glanced(key: string, tookMs: number): void {
    if (tookMs <= SLOW_GLANCE_MS) return;
    const standing = this.#charged(key, tookMs);
    const now = this.#now();
    // Once may be the machine's fault.
    if (now - standing.slowAt < NO_GLANCE_MS) standing.unseenUntil = now + NO_GLANCE_MS;
    standing.slowAt = now;
  }

  finished(key: string, tookMs: number): void {
    this.#charged(key, tookMs).isProven = true;
  }

  /** Its text had to be ended, or ended the thread. Once may be the machine's fault; twice soon after each other is the text's. */
  wasEnded(key: string, afterMs: number): void {
    const standing = this.#charged(key, afterMs);
    const now = this.#now();
    if (now - standing.endedAt < BAD_MS) standing.badUntil = now + BAD_MS;
    standing.endedAt = now;
  }

  #isCostly(standing: Standing): boolean {
    const now = this.#now();
    return standing.badUntil > now || faded(standing, now) > BUSY_MS;
  }

  #charged(key: string, ms: number): Standing {
    const now = this.#now();
    const known = this.#of.get(key);
    if (known === undefined) this.#forgetOld(now);
    const standing = known ?? {
      usageMs: 0,
      at: now,
      badUntil: 0,
      endedAt: -Infinity,
      isProven: false,
      unseenUntil: 0,
      slowAt: -Infinity,
    };
    standing.usageMs = faded(standing, now) + ms;
    standing.at = now;
    this.#of.set(key, standing);
    return standing;
  }

  #forgetOld(now: number): void {
    if (this.#of.size < MANY) return;
    for (const [key, { at }] of this.#of) if (now - at > FORGET_MS) this.#of.delete(key);
  }
}

function faded({ usageMs, at }: Standing, now: number): number {
  return usageMs * 2 ** (-(now - at) / HALF_LIFE_MS);
}
