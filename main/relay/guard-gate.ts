/**
 * What the relay asks of the guard. The gate never rejects and never throws: whatever goes wrong in it is a verdict
 * (`unscannable`). Answered at once where a look is enough, else by a worker.
 */
import type { ScanKind } from '../../preload/contract/index.ts';
import type { ScanResult } from '../guard/scan-job.ts';

export interface GuardGate {
  /** `source`: source text of one JSON value; it must not change until the answer is there. */
  scan(kind: ScanKind, source: Uint8Array): ScanResult | Promise<ScanResult>;
}
