import lockfile from 'proper-lockfile';
import { errorCode, busy } from './refusals.ts';

/** A lock that its holder died with counts as left behind after this long (the library's own heartbeat renews it). */
const STALE_MS = 10_000;

export interface HeldLock {
  /** False once the lock was lost, for instance while the machine slept. */
  isHeld(): boolean;
}

/**
 * Runs `work` while holding the directory lock `<path>.lock`, the protocol that Claude Code and others use.
 * @param waitMs how long to wait for another holder; longer than the stale time, so that a dead holder is outlived.
 * @throws CompanionError `E_CLIENT_FILE_BUSY` when it is still held then.
 */
export async function withLock<T>(path: string, work: (lock: HeldLock) => Promise<T>, waitMs = 15_000): Promise<T> {
  let held = true;
  const release = await acquire(path, waitMs, () => {
    held = false;
  });
  try {
    return await work({ isHeld: () => held });
  } finally {
    // A lost lock cannot be released, and may be another's by now.
    if (held) await release().catch(() => undefined);
  }
}

async function acquire(path: string, waitMs: number, onCompromised: () => void): Promise<() => Promise<void>> {
  const step = 100;
  try {
    return await lockfile.lock(path, {
      realpath: false,
      stale: STALE_MS,
      retries: {
        retries: Math.ceil(waitMs / step),
        factor: 1,
        minTimeout: step / 2,
        maxTimeout: step,
        randomize: true,
      },
      onCompromised,
    });
  } catch (error) {
    if (errorCode(error) === 'ELOCKED' || errorCode(error) === 'ENOTDIR') {
      throw busy(path, 'another program has locked it');
    }
    throw error;
  }
}
