/**
 * Decides when a server that keeps ending may be started again. Pure but for the injected clock; starts nothing.
 * Every crash makes the next start wait (0.5 s, doubling, up to 30 s); the fifth within 60 s pauses the connector for
 * the full 30 s. It heals by itself: after the wait one start is allowed, and a minute without a crash forgets all.
 */
const WINDOW_MS = 60_000;
const CRASHES_TO_PAUSE = 5;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;

export type StartState =
  | { readonly kind: 'ready' }
  /** Not yet: a person need not be told. */
  | { readonly kind: 'waiting'; readonly retryInMs: number }
  | { readonly kind: 'paused'; readonly retryInMs: number; readonly crashes: number };

export interface CrashCount {
  /**
   * A server ended that nobody asked to end. Without a first good answer it is no crash: some servers end on an era
   * probe, and are then started again in the other era.
   */
  exited(exit: { readonly hadAnswered: boolean }): void;
  state(): StartState;
  /** A person started it again, or its definition changed. */
  reset(): void;
}

/** @param options.now milliseconds of a monotonic clock */
export function createCrashCount(options: { readonly now: () => number }): CrashCount {
  const { now } = options;
  let crashes: number[] = [];
  let streak = 0;
  let readyAt = -Infinity;
  let paused = false;

  function forgetOld(): void {
    const oldest = now() - WINDOW_MS;
    crashes = crashes.filter((at) => at > oldest);
    if (crashes.length === 0) streak = 0;
  }

  return {
    exited({ hadAnswered }) {
      if (!hadAnswered) return;
      forgetOld();
      const at = now();
      // The newest are enough to count to five; a flood must not grow the list.
      crashes = [...crashes.slice(1 - CRASHES_TO_PAUSE), at];
      streak += 1;
      paused = crashes.length >= CRASHES_TO_PAUSE;
      const waitMs = paused ? MAX_WAIT_MS : Math.min(FIRST_WAIT_MS * 2 ** (streak - 1), MAX_WAIT_MS);
      readyAt = Math.max(readyAt, at + waitMs);
    },
    state() {
      forgetOld();
      const retryInMs = readyAt - now();
      if (retryInMs <= 0) return { kind: 'ready' };
      return paused ? { kind: 'paused', retryInMs, crashes: CRASHES_TO_PAUSE } : { kind: 'waiting', retryInMs };
    },
    reset() {
      crashes = [];
      streak = 0;
      readyAt = -Infinity;
      paused = false;
    },
  };
}
