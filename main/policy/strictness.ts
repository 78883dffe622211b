import type { DefaultMode } from '../../preload/contract/index.ts';

/** From the mildest on. */
const STRICTNESS: readonly DefaultMode[] = ['allow', 'read-only', 'ask', 'deny'];

export function stricter(a: DefaultMode, b: DefaultMode): DefaultMode {
  return STRICTNESS.indexOf(a) >= STRICTNESS.indexOf(b) ? a : b;
}

/** True where `now` lets more through than `before`. */
export function isMilder(now: DefaultMode, before: DefaultMode): boolean {
  return STRICTNESS.indexOf(now) < STRICTNESS.indexOf(before);
}
