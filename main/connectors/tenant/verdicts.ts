/** What a failure of the tenant means for a call. Everything that is not understood keeps it back. */
import { assertNever } from '../../../preload/contract/index.ts';
import { TenantError } from '../../backend/tenant-api.ts';
import type { TenantDenial } from '../../relay/tenant-gate.ts';

export interface TenantFailure {
  readonly code: TenantDenial;
  /** For the person; safe to show. */
  readonly reason: string;
  /** The tenant could not be asked, or could not answer: the one case that managed settings may open. */
  readonly isOutage: boolean;
  /** It says that the connector is not what we think it is. */
  readonly isConflict: boolean;
}

export function failureOf(error: unknown, host: string): TenantFailure {
  const failure = (code: TenantDenial, reason: string, more: Partial<TenantFailure> = {}): TenantFailure => ({
    code,
    reason,
    isOutage: false,
    isConflict: false,
    ...more,
  });
  if (!(error instanceof TenantError))
    return failure('tenant_invalid', `Asking ${host} failed in a way that is not known.`);
  const said = error.detail === '' ? error.message : error.detail;
  switch (error.kind) {
    case 'refused':
    case 'rejected':
    case 'gone':
      return failure('tenant_deny', said);
    case 'unauthorized':
      return failure(
        'tenant_unauthorized',
        `${host} does not take the key any more: sign in again with "runlayer login --host ${host}".`,
      );
    case 'unreachable':
    case 'failed':
      return failure('tenant_unavailable', error.message, { isOutage: true });
    case 'conflict':
      return failure('tenant_invalid', said, { isConflict: true });
    case 'invalid':
      return failure('tenant_invalid', error.message);
    default:
      return assertNever(error.kind);
  }
}
