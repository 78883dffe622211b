/**
 * How long ago something was, by two clocks, because each of them can hide time: one may stand still while the machine sleeps,
 * the other is set by people.
 */
import type { SessionOptions } from './session-options.ts';

export interface Moment {
  readonly now: number;
  readonly wall: number;
}

type Clocks = Pick<SessionOptions, 'now' | 'wallNow'>;

export function momentOf({ now, wallNow }: Clocks): Moment {
  return { now: now(), wall: wallNow() };
}

/** By either clock; so is what a clock that was set back puts into the future. */
export function isOlder(then: Moment, ms: number, clocks: Clocks): boolean {
  const { now, wall } = momentOf(clocks);
  return now - then.now > ms || wall - then.wall > ms || wall < then.wall;
}
