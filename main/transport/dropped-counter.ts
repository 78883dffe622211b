/** Counts what a session dropped, so that a flood of garbage becomes one record a minute instead of a flood of records. */
export interface DroppedCounter {
  add(side: 'client' | 'server', reason: string): void;
  /** Reports what is due: once a minute, and at the end with `all`. */
  report(all: boolean): void;
}

const MINUTE_MS = 60_000;
const MAX_REASONS = 50;

export function createDroppedCounter(
  now: () => number,
  report: (counts: Record<string, number>) => void,
): DroppedCounter {
  let counts = new Map<string, number>();
  let since = now();
  return {
    add: (side, reason) => {
      const key = counts.size < MAX_REASONS ? `${side}: ${reason}` : `${side}: other`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    report: (all) => {
      if (counts.size === 0 || (!all && now() - since < MINUTE_MS)) return;
      report(Object.fromEntries(counts));
      counts = new Map();
      since = now();
    },
  };
}
