/** What the scanner and its threads say to each other. A thread's answer is parsed: what it looked at was hostile. */
import { z } from 'zod';
import { GuardFinding, GuardVerdict } from '../../preload/contract/index.ts';
import type { ScanJob, ScanResult } from '../guard/scan-job.ts';

/** Texts that are looked for exactly: every form of every value. They reach a thread by message alone. */
export interface KnownForms {
  readonly version: number;
  readonly live: readonly string[];
  readonly canaries: readonly string[];
}

export type ToWorker =
  | { readonly type: 'known'; readonly live: readonly string[]; readonly canaries: readonly string[] }
  | {
      readonly type: 'job';
      readonly id: number;
      readonly job: Omit<ScanJob, 'source'>;
      readonly bytes: ArrayBuffer;
    };

const MAX_FINDINGS = 64;

const Result = z
  .strictObject({
    verdict: GuardVerdict,
    asks: z.boolean(),
    findings: z.array(GuardFinding).max(MAX_FINDINGS),
    masked: z.instanceof(Uint8Array).optional(),
  })
  // A verdict that says "masked" without the masked bytes would let what was found go on. What is asked about may have some too.
  .refine((result) => result.verdict !== 'mask' || result.masked !== undefined);

export const FromWorker = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('done'), id: z.int(), tookMs: z.number(), result: Result }),
  /** The scanner threw. */
  z.strictObject({ type: z.literal('failed'), id: z.int(), tookMs: z.number() }),
]);
export type FromWorker = z.infer<typeof FromWorker>;

/** The same, with what is not there left out. */
export function toScanResult({ masked, ...result }: z.infer<typeof Result>): ScanResult {
  return masked === undefined ? result : { ...result, masked };
}
