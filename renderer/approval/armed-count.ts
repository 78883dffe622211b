/** What stands where, and since when (milliseconds, monotonic). */
export type Shown = readonly { readonly key: string; readonly since: number }[];

/**
 * How many of `keys`, from the first on, stood at their place for `armMs`. Where one differs from what stood there before, it
 * and all below it begin anew: they moved.
 * @returns `nextMs`: until the next one is armed; undefined when all are.
 */
export function armedCount(
  keys: readonly string[],
  before: Shown,
  now: number,
  armMs: number,
): { readonly shown: Shown; readonly count: number; readonly nextMs: number | undefined } {
  const differs = keys.findIndex((key, index) => before[index]?.key !== key);
  const still = differs < 0 ? keys.length : differs;
  const shown = keys.map((key, index) => ({ key, since: index < still ? (before[index]?.since ?? now) : now }));
  const unarmed = shown.findIndex(({ since }) => now - since < armMs);
  if (unarmed < 0) return { shown, count: keys.length, nextMs: undefined };
  return { shown, count: unarmed, nextMs: Math.max(1, armMs - (now - (shown[unarmed]?.since ?? now))) };
}
