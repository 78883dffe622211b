/** Which half of a corpus a case is in, and chance that is the same each time. */
import { createHash } from 'node:crypto';

/** Half of each corpus was never looked at while the detectors were written. */
export function isDevelop(corpus: string, index: number): boolean {
  return (createHash('sha256').update(`split:${corpus}:${index}`).digest()[0] ?? 0) % 2 === 0;
}

/** A number from 0 to below `limit` that only the words depend on. */
export function chance(limit: number, ...words: readonly (string | number)[]): number {
  return createHash('sha256').update(words.join('\u0000')).digest().readUInt32BE(0) % limit;
}

/** About `count` of the cases, the same each time. */
export function sample<T>(cases: readonly T[], count: number, seed: string): readonly T[] {
  if (cases.length <= count) return cases;
  return cases
    .map((value, index) => ({ value, index, order: chance(0x7fffffff, seed, index) }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .sort((a, b) => a.index - b.index)
    .map(({ value }) => value);
}
