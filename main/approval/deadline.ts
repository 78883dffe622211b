/**
 * An end by two clocks, whichever is there first: the monotonic one, because a wall clock can be set back, and the wall
 * clock, because a monotonic one may stand still while the machine sleeps.
 */
export interface Clocks {
  readonly clock: () => Date;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export interface Deadline {
  readonly at: Date;
  isOver(): boolean;
}

export function deadlineAfter(ms: number, { clock, now }: Clocks, from = clock()): Deadline {
  const at = new Date(from.getTime() + ms);
  const until = now() + ms;
  return { at, isOver: () => now() >= until || clock().getTime() >= at.getTime() };
}
