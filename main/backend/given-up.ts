/** Why a question to a tenant ended from our side. It says nothing about the tenant. */
import { TenantError } from './tenant-api.ts';
import { loginCommand } from './tenant-failures.ts';

/** Who asked does not want to know any more, or may not: to be signed out is no outage, which managed settings may open. */
export class GivenUp extends TenantError {
  constructor(host: string, why: 'by caller' | 'signed out') {
    if (why === 'by caller') {
      super('E_TENANT_UNREACHABLE', `The request to ${host} was given up.`, 'Try again.', { kind: 'unreachable' });
      return;
    }
    super(
      'E_TENANT_SIGNED_OUT',
      `${host} is asked nothing any more: you signed out of it, or the companion ends.`,
      `Sign in again with "${loginCommand(host)}".`,
      { kind: 'unauthorized' },
    );
  }
}
