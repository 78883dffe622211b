/** How long a scan may take, how much may wait, and how many threads there are: all of it, in one place. */
const KIB = 1024;
const MIB = 1024 * KIB;

export interface ScannerLimits {
  /** Threads started with the first text; and how many there may ever be, those that are being ended among them. */
  readonly firstWorkers: number;
  readonly maxWorkers: number;
  /** A thread that is not ready after this long has failed. */
  readonly startMs: number;
  /** What a thread is given for one text: the first figure, and the second for each MiB, but no more than the third. */
  readonly baseMs: number;
  readonly perMibMs: number;
  readonly maxMs: number;
  /** Nothing of a session was looked at for this long although something waits. */
  readonly starvedMs: number;
  /** Texts up to this size are quick, up to the second medium, above it heavy. */
  readonly quickBytes: number;
  readonly mediumBytes: number;
  /** Larger than a message can be: not looked at. */
  readonly maxBytes: number;
  /** What may wait for one session, and in all. A list of 2,000 tools is 2,000 texts. */
  readonly maxKeyJobs: number;
  readonly maxKeyBytes: number;
  readonly maxJobs: number;
  readonly maxTotalBytes: number;
  /** After a failed start, doubled each time up to the second. */
  readonly backOffMs: number;
  readonly maxBackOffMs: number;
}

export const SCANNER_LIMITS: ScannerLimits = {
  firstWorkers: 2,
  maxWorkers: 4,
  startMs: 15_000,
  baseMs: 2000,
  perMibMs: 3000,
  maxMs: 15_000,
  starvedMs: 20_000,
  quickBytes: 8 * KIB,
  mediumBytes: 128 * KIB,
  maxBytes: 16 * MIB,
  maxKeyJobs: 4096,
  maxKeyBytes: 64 * MIB,
  maxJobs: 16_384,
  maxTotalBytes: 256 * MIB,
  backOffMs: 500,
  maxBackOffMs: 30_000,
};

/** Milliseconds that a text of this size is given. */
export function deadlineMs(bytes: number, limits: ScannerLimits): number {
  return Math.min(limits.maxMs, Math.round(limits.baseMs + (limits.perMibMs * bytes) / MIB));
}
