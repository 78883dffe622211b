/**
 * The documented part of `runlayer status --json`: what the tenants say of whoever is signed in. Every part is asked at the
 * same time, within 2 s, and is null or empty where it did not come; it never throws, and asks nothing where there is no key.
 */
import type { TenantStatus, TenantView } from '../../preload/contract/index.ts';
import { pendingApprovals } from './approval-view.ts';
import { askTenant, partLimit, signedInHosts, type Answer, type SignedIn } from './signed-in.ts';
import { TenantError } from './tenant-api.ts';
import { tenantText } from './tenant-text.ts';
import type { TenantAccount, TenantApprovalRow, TenantUser } from './wire.ts';

const MAX_LABEL = 256;
const MAX_ROWS = 100;

export interface StatusParts extends SignedIn {
  readonly version: string;
  /** For how long all parts together may take. */
  readonly limit?: () => AbortSignal;
}

/** A tenant without this route has none of them; undefined where it is not known. */
function rowsOf<T>(answer: Answer<readonly T[]>): readonly T[] | undefined {
  if (answer.kind === 'answered') return answer.value;
  return answer.error instanceof TenantError && answer.error.kind === 'gone' ? [] : undefined;
}

function attentionOf(
  host: string,
  accounts: Answer<readonly TenantAccount[]>,
  approvals: Answer<readonly TenantApprovalRow[]>,
): TenantStatus['attention'] {
  const accountRows = rowsOf(accounts);
  const approvalRows = rowsOf(approvals);
  // "Nothing waits" must not be said by somebody who could not look.
  if (accountRows === undefined || approvalRows === undefined) return null;
  // Only `false` means that the account must be connected again.
  const broken = accountRows.filter(({ session_healthy: healthy }) => healthy === false);
  const pending = pendingApprovals(host, approvalRows);
  return {
    accounts_needing_reconnect: broken.length,
    accounts: broken.slice(0, MAX_ROWS).map((account) => ({
      id: tenantText(account.id, MAX_LABEL),
      server_id: tenantText(account.server_id, MAX_LABEL),
      label: tenantText(account.label, MAX_LABEL),
      server_name: tenantText(account.server_name, MAX_LABEL),
    })),
    approval_requests_pending: pending.length,
    approval_requests: pending.slice(0, MAX_ROWS).map(({ id, title, link }) => ({ id, title, url: link })),
  };
}

function identityOf(user: TenantUser): NonNullable<TenantStatus['identity']> {
  const orNull = (text: string | null | undefined): string | null => tenantText(text, MAX_LABEL) || null;
  return { id: tenantText(user.id, MAX_LABEL), email: orNull(user.email), name: orNull(user.name) };
}

/** What is known without asking anybody. */
function unaskedStatus(version: string, defaultHost: string | undefined, views: readonly TenantView[]): TenantStatus {
  return {
    version,
    default_host: defaultHost ?? null,
    dashboard_url: defaultHost ?? null,
    hosts: views.map(({ host, credential }) => ({
      url: host,
      credential: credential === 'missing' ? 'missing' : 'ok',
      enrolled: false,
    })),
    hooks: [],
    identity: null,
    attention: null,
    admin: null,
  };
}

export async function tenantStatus(parts: StatusParts): Promise<TenantStatus> {
  const { tenants, version, limit = partLimit } = parts;
  const views = parts.views();
  const defaultHost = tenants.defaultHost();
  const status = unaskedStatus(version, defaultHost, views);
  const hosts = signedInHosts(views);
  const signal = limit();
  const users = Promise.all(hosts.map((host) => askTenant(tenants, host, signal, (api, stopped) => api.me(stopped))));
  if (defaultHost === undefined || !hosts.includes(defaultHost)) return enrolledIn(status, hosts, await users);
  const [mine, accounts, approvals] = await Promise.all([
    users,
    askTenant(tenants, defaultHost, signal, (api, stopped) => api.accounts(stopped)),
    askTenant(tenants, defaultHost, signal, (api, stopped) => api.approvals(stopped)),
  ]);
  const me = mine[hosts.indexOf(defaultHost)];
  return {
    ...enrolledIn(status, hosts, mine),
    identity: me?.kind === 'answered' ? identityOf(me.value) : null,
    attention: attentionOf(defaultHost, accounts, approvals),
  };
}

function enrolledIn(
  status: TenantStatus,
  hosts: readonly string[],
  users: readonly Answer<TenantUser>[],
): TenantStatus {
  const taken = new Set(hosts.filter((_host, at) => users[at]?.kind === 'answered'));
  return { ...status, hosts: status.hosts.map((host) => ({ ...host, enrolled: taken.has(host.url) })) };
}
