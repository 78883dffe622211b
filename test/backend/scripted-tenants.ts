/** Tenants that answer what a test says, without a network. */
import type { TenantView } from '../../preload/contract/index.ts';
import type { SignedIn } from '../../main/backend/signed-in.ts';
import { TenantError, type TenantApi, type TenantFailureKind } from '../../main/backend/tenant-api.ts';
import type { TenantApprovalRow, TenantLogRow } from '../../main/backend/wire.ts';

export const ACME = 'https://acme.runlayer.com';
export const OTHER = 'https://other.runlayer.com';
export const AT = '2026-11-21T08:00:00.000Z';
export const HOSTILE = '\u001b[2J\u202eevil\u200b\n';
/** What may never reach a terminal as it is. */
// eslint-disable-next-line no-control-regex
export const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/u;

export function failure(kind: TenantFailureKind, detail = '', retryAfterMs?: number): TenantError {
  return new TenantError(`E_TENANT_${kind.toUpperCase()}`, `The tenant: ${kind}.`, 'Do something.', {
    kind,
    detail,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

export function tenantView(host: string, over: Partial<TenantView> = {}): TenantView {
  return { host, signedInAt: AT, isDefault: false, credential: 'ok', state: 'unknown', problem: '', ...over };
}

const notAsked = (): never => {
  throw new Error('a question that this test does not expect');
};

export function scriptedApi(host: string, over: Partial<TenantApi> = {}): TenantApi {
  return {
    host,
    resolve: notAsked,
    connector: notAsked,
    pre: notAsked,
    post: notAsked,
    capabilities: notAsked,
    me: notAsked,
    accounts: notAsked,
    approvals: notAsked,
    decideApproval: notAsked,
    servers: notAsked,
    auditLogs: notAsked,
    hookEvent: notAsked,
    ...over,
  };
}

export interface ScriptedTenants extends SignedIn {
  readonly tenants: SignedIn['tenants'] & { known(host: string): boolean };
  /** Hosts whose key was asked for, in order. */
  readonly asked: string[];
}

/** The first is the default one. */
export function scriptedTenants(apis: readonly TenantApi[], views?: readonly TenantView[]): ScriptedTenants {
  const asked: string[] = [];
  const shown = views ?? apis.map(({ host }, at) => tenantView(host, { isDefault: at === 0 }));
  return {
    asked,
    views: () => shown,
    tenants: {
      defaultHost: () => shown.find(({ isDefault }) => isDefault)?.host,
      known: (host) => apis.some((api) => api.host === host),
      api: (host) => {
        asked.push(host ?? '(default)');
        const api = apis.find((candidate) => candidate.host === host);
        return api === undefined ? Promise.reject(failure('refused')) : Promise.resolve(api);
      },
    },
  };
}

export function approvalRow(id: string, over: Partial<TenantApprovalRow> = {}): TenantApprovalRow {
  return {
    id,
    status: 'pending',
    can_decide_inline: true,
    initial_content: { title: `Title of ${id}` },
    tool_call: { server_name: 'GitHub', tool_name: 'merge' },
    ...over,
  };
}

export function logRow(
  timestamp: string,
  details: Readonly<Record<string, unknown>> = {},
  over: Partial<TenantLogRow> = {},
): TenantLogRow {
  return {
    timestamp,
    action_type: 'tool_call',
    resource_info: { type: 'tool', id: 'server-1', name: 'merge' },
    actor_info: { type: 'user', email: 'ada@acme.com' },
    details: { ...details },
    ...over,
  };
}
