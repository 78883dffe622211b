/** `runlayer run`: which connector of this machine, or of a tenant, is meant, and what it takes to use it. */
import {
  CompanionError,
  TenantAlias,
  TenantServerId,
  isTenantDefinition,
  type Connector,
} from '../../../preload/contract/index.ts';
import { readHost } from '../../backend/tenant-host.ts';
import type { TenantApi } from '../../backend/tenant-api.ts';
import type { PreparedServer } from '../../transport/governed-session.ts';
import { prepareServer, type PrepareDependencies, type PrepareRequest } from '../prepare-server.ts';
import { unknownConnector } from '../startable-connector.ts';
import { aliasUnknown } from './tenant-refusals.ts';
import type { TenantConnectors } from './tenant-connectors.ts';

export interface RunTarget {
  /** A connector's name here, or a tenant's id or alias for one. */
  readonly target: string;
  /** As it was typed. */
  readonly host?: string;
  /** Of the tenant, for this session alone. */
  readonly key?: string;
}

export interface RunDependencies {
  readonly prepare: PrepareDependencies;
  readonly tenants: Pick<TenantConnectors, 'api' | 'agreement'>;
  /** The tenant that is meant where none is named. */
  readonly defaultHost: () => string | undefined;
}

function keyForNothing(name: string): CompanionError {
  return new CompanionError(
    'E_USAGE',
    `"${name}" is a connector of this machine and takes no tenant's key.`,
    'Leave --secret away, or name the tenant with --host.',
    { exitCode: 2 },
  );
}

/** What the tenant calls it. */
export async function serverIdOf(api: TenantApi, target: string): Promise<string> {
  const id = TenantServerId.safeParse(target.toLowerCase());
  if (id.success) return id.data;
  if (!TenantAlias.safeParse(target).success) throw unknownConnector(target);
  const resolved = TenantServerId.safeParse(
    await api.resolve(target).catch((error: unknown) => {
      throw aliasUnknown(error, api.host, target);
    }),
  );
  if (resolved.success) return resolved.data;
  throw new CompanionError(
    'E_TENANT_INVALID',
    `${api.host} says of this alias what cannot be a connector.`,
    'Name the connector by its id.',
  );
}

async function connectorOf({ target, host, key }: RunTarget, deps: RunDependencies): Promise<Connector> {
  const own = host === undefined ? deps.prepare.find(target) : undefined;
  if (own !== undefined) {
    if (key !== undefined && !isTenantDefinition(own.definition)) throw keyForNothing(own.name);
    return own;
  }
  const named = host === undefined ? undefined : readHost(host);
  const isId = TenantServerId.safeParse(target.toLowerCase()).success;
  // Without any tenant a name can only be one of this machine.
  if (named === undefined && !isId && deps.defaultHost() === undefined) throw unknownConnector(target);
  const api = await deps.tenants.api(named, key);
  const server = await serverIdOf(api, target);
  const { agreement } = deps.tenants;
  return agreement.stored(api.host, server) ?? (await agreement.agreed(api, server)).connector;
}

/** @throws CompanionError with why it cannot be started, and what to do. */
export async function prepareRun(
  target: RunTarget,
  session: Pick<PrepareRequest, 'env' | 'cwd'>,
  deps: RunDependencies,
): Promise<PreparedServer> {
  const { name } = await connectorOf(target, deps);
  const { key } = target;
  return prepareServer({ ...session, name, ...(key === undefined ? {} : { tenantKey: key }) }, deps.prepare);
}
