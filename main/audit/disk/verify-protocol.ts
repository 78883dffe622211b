import type { Failure } from '../../../preload/contract/failure.ts';
import type { VerifyTrust } from '../trust.ts';
import type { VerifyReport } from '../verify.ts';
import type { VerifyProgress } from './verify-directory.ts';

/** What the worker is started with. */
export interface VerifyWorkerData {
  readonly auditDirectory: string;
  /** Undefined: the keychain could not be asked. */
  readonly trust: VerifyTrust | undefined;
}

export type VerifyMessage =
  | ({ readonly kind: 'progress' } & VerifyProgress)
  | { readonly kind: 'report'; readonly report: VerifyReport }
  | { readonly kind: 'failed'; readonly failure: Failure };
