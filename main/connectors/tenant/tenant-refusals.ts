/** Why a tenant's connector is not to be had, in the words of whoever asked for it. */
import { CompanionError } from '../../../preload/contract/index.ts';
import { TenantError } from '../../backend/tenant-api.ts';
import { displayText } from '../display.ts';

/** The tenant does not know it, or no more; any other error stays what it is. */
export function connectorGone(error: unknown, host: string, name: string): unknown {
  if (!(error instanceof TenantError) || error.kind !== 'gone') return error;
  return new CompanionError(
    'E_CONNECTOR_GONE',
    `The connector "${displayText(name.slice(0, 64))}" is not there any more at ${host}, or you may not use it.`,
    `See what there is with "runlayer tenant servers --host ${host}".`,
    { exitCode: 2, cause: error },
  );
}

export function aliasUnknown(error: unknown, host: string, alias: string): unknown {
  if (!(error instanceof TenantError) || error.kind !== 'gone') return error;
  return new CompanionError(
    'E_CONNECTOR_UNKNOWN',
    `There is no connector named "${displayText(alias.slice(0, 64))}" on this machine, nor at ${host}.`,
    `See what there is with "runlayer connectors list" and "runlayer tenant servers --host ${host}".`,
    { exitCode: 2, cause: error },
  );
}

export function signedInAnew(host: string): CompanionError {
  return new CompanionError(
    'E_TENANT_SIGNED_IN_ANEW',
    `Somebody signed in anew to ${host} since this was started, and it is not known to be the same account.`,
    'Start it again in the client.',
  );
}

/** It runs as something that its tenant does not mean any more. */
export function connectorChanged(host: string, name: string): CompanionError {
  return new CompanionError(
    'E_CONNECTOR_CHANGED',
    `The connector "${displayText(name)}" was changed at ${host} while it ran, so its session ended.`,
    'Start it again in the client.',
  );
}
