const ATTEMPT_WINDOW_MS = 60_000;

export interface AttemptLimit {
  exhausted(): boolean;
  failed(): void;
}

/**
 * Limits failed sign-ins to `perMinute`. On loopback every caller has the same address, so the limit is for all of them;
 * 256-bit tokens need no limit against guessing, it bounds what a loop of guesses may cost.
 */
export function createAttemptLimit(options: { readonly perMinute: number; readonly now: () => number }): AttemptLimit {
  let failures: number[] = [];
  return {
    exhausted() {
      const since = options.now() - ATTEMPT_WINDOW_MS;
      if (failures.length > 0) failures = failures.filter((at) => at > since);
      return failures.length >= options.perMinute;
    },
    failed() {
      failures.push(options.now());
    },
  };
}
