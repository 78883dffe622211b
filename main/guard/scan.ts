/** The guard with all that it searches with. */
import type { GuardDetectors } from './detectors.ts';
import { injectionDetectors } from './injection/detectors.ts';
import { findKnown } from './known-values.ts';
import { piiDetectors } from './pii/detectors.ts';
import { findPoisoning } from './poisoning/definition.ts';
import type { KnownValues, ScanJob, ScanResult } from './scan-job.ts';
import { SCAN_LIMITS, scanWith, type ScanLimits } from './scan-with.ts';
import { secretDetectors } from './secrets/detectors.ts';

const DETECTORS: GuardDetectors = {
  known: findKnown,
  secrets: secretDetectors,
  pii: piiDetectors,
  injection: injectionDetectors,
  poisoning: findPoisoning,
};

/** Synchronous and without a deadline of its own; never throws. `known` is looked at only while it runs. */
export function scan(job: ScanJob, known: KnownValues, limits: ScanLimits = SCAN_LIMITS): ScanResult {
  return scanWith(DETECTORS, job, known, limits);
}
