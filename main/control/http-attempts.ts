export const MAX_FAILED_ATTEMPTS = 20;
const ATTEMPT_WINDOW_MS = 60_000;

export interface AttemptLimit {
  exhausted(): boolean;
  failed(): void;
}

/**
 * Limits failed sign-ins to {@link MAX_FAILED_ATTEMPTS} a minute. On loopback every caller has the same address, so the
 * limit is for all of them; 256-bit tokens need no limit against guessing, it bounds what a loop of guesses may cost.
 */
export function createAttemptLimit(options: { now(): number }): AttemptLimit {
  let failures: number[] = [];
  return {
    exhausted() {
      const since = options.now() - ATTEMPT_WINDOW_MS;
      failures = failures.filter((at) => at > since);
      return failures.length >= MAX_FAILED_ATTEMPTS;
    },
    failed() {
      failures.push(options.now());
    },
  };
}
