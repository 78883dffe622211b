import { describe, expect, it } from 'vitest';
import { TenantStatus } from '../../preload/contract/index.ts';
import { tenantStatus } from '../../main/backend/status-parts.ts';
import type { TenantApi } from '../../main/backend/tenant-api.ts';
import {
  ACME,
  approvalRow,
  failure,
  HOSTILE,
  OTHER,
  scriptedApi,
  scriptedTenants,
  tenantView,
  UNSEEN,
} from './scripted-tenants.ts';

const never = (): AbortSignal => new AbortController().signal;
const well: Partial<TenantApi> = {
  me: () => Promise.resolve({ id: 'u1', email: 'ada@acme.com', name: null }),
  accounts: () =>
    Promise.resolve([
      { id: 'a1', server_id: 's1', label: 'work', server_name: 'GitHub', session_healthy: false },
      { id: 'a2', server_id: 's2', label: null, server_name: null, session_healthy: null },
      { id: 'a3', server_id: 's3', session_healthy: true },
    ]),
  approvals: () => Promise.resolve([approvalRow('p/1'), approvalRow('p2', { status: 'approved' })]),
};

describe('tenantStatus', () => {
  it('has the documented keys, each with what the tenant said', async () => {
    const parts = scriptedTenants([
      scriptedApi(ACME, well),
      scriptedApi(OTHER, { me: () => Promise.resolve({ id: 'u2' }) }),
    ]);
    const status = await tenantStatus({ ...parts, version: '1.2.3', limit: never });
    expect(TenantStatus.parse(status)).toEqual({
      version: '1.2.3',
      default_host: ACME,
      dashboard_url: ACME,
      hosts: [
        { url: ACME, credential: 'ok', enrolled: true },
        { url: OTHER, credential: 'ok', enrolled: true },
      ],
      hooks: [],
      identity: { id: 'u1', email: 'ada@acme.com', name: null },
      attention: {
        accounts_needing_reconnect: 1,
        accounts: [{ id: 'a1', server_id: 's1', label: 'work', server_name: 'GitHub' }],
        approval_requests_pending: 1,
        approval_requests: [{ id: 'p/1', title: 'Title of p/1', url: `${ACME}/approvals/p%2F1` }],
      },
      admin: null,
    });
  });

  it.each([
    ['nobody is signed in', []],
    ['the key is gone', [tenantView(ACME, { isDefault: true, credential: 'missing' })]],
  ])('asks nothing where %s', async (_title, views) => {
    const parts = scriptedTenants([], views);
    const status = await tenantStatus({ ...parts, version: '1', limit: never });
    expect(parts.asked).toEqual([]);
    expect(status).toMatchObject({ identity: null, attention: null });
    expect(status.hosts).toEqual(views.map(({ host }) => ({ url: host, credential: 'missing', enrolled: false })));
  });

  it('asks a default host that nobody is signed in to nothing', async () => {
    const parts = scriptedTenants([scriptedApi(ACME, { me: () => Promise.resolve({ id: 'u1' }) })]);
    const tenants = { ...parts.tenants, defaultHost: () => OTHER };
    const status = await tenantStatus({ ...parts, tenants, version: '1', limit: never });
    expect(parts.asked).toEqual([ACME]);
    expect(status).toMatchObject({ default_host: OTHER, identity: null, attention: null });
    expect(status.hosts).toEqual([{ url: ACME, credential: 'ok', enrolled: true }]);
  });

  it.each(['unreachable', 'unauthorized', 'invalid', 'failed', 'refused'] as const)(
    'a part that fails (%s) is null, and the others are there',
    async (kind) => {
      const rejects = (): Promise<never> => Promise.reject(failure(kind));
      const ask = (over: Partial<TenantApi>): ReturnType<typeof tenantStatus> =>
        tenantStatus({ ...scriptedTenants([scriptedApi(ACME, { ...well, ...over })]), version: '1', limit: never });
      expect(await ask({ me: rejects })).toMatchObject({
        identity: null,
        hosts: [{ enrolled: false }],
        attention: { approval_requests_pending: 1 },
      });
      expect(await ask({ approvals: rejects })).toMatchObject({ identity: { id: 'u1' }, attention: null });
      expect(await ask({ accounts: rejects })).toMatchObject({ identity: { id: 'u1' }, attention: null });
    },
  );

  it('a tenant without a route has none of them', async () => {
    const gone = (): Promise<never> => Promise.reject(failure('gone'));
    const parts = scriptedTenants([scriptedApi(ACME, { ...well, accounts: gone, approvals: gone })]);
    expect((await tenantStatus({ ...parts, version: '1', limit: never })).attention).toEqual({
      accounts_needing_reconnect: 0,
      accounts: [],
      approval_requests_pending: 0,
      approval_requests: [],
    });
  });

  it('does not wait longer than its limit, even for a part that heeds no signal', async () => {
    const stop = new AbortController();
    const forever = (): Promise<never> => {
      stop.abort();
      return new Promise(() => {});
    };
    const parts = scriptedTenants([scriptedApi(ACME, { ...well, me: forever })]);
    const status = await tenantStatus({ ...parts, version: '1', limit: () => stop.signal });
    expect(status).toMatchObject({ identity: null, hosts: [{ url: ACME, credential: 'ok', enrolled: false }] });
  });

  it('shows no text of a tenant as it came', async () => {
    const long = `${HOSTILE}${'x'.repeat(10_000)}`;
    const parts = scriptedTenants([
      scriptedApi(ACME, {
        me: () => Promise.resolve({ id: long, email: long, name: HOSTILE }),
        accounts: () =>
          Promise.resolve([{ id: long, server_id: long, label: long, server_name: long, session_healthy: false }]),
        approvals: () => Promise.resolve([approvalRow('1', { initial_content: { title: long } })]),
      }),
    ]);
    const status = await tenantStatus({ ...parts, version: '1', limit: never });
    const texts = JSON.stringify([status.identity, status.attention]);
    expect(texts).toContain(String.raw`\\u{202e}evil`);
    expect(JSON.stringify(JSON.parse(texts)).length).toBeLessThan(4000);
    const visit = (value: unknown): void => {
      if (typeof value === 'string') expect(value).not.toMatch(UNSEEN);
      else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) visit(inner);
    };
    visit(status);
  });
});
