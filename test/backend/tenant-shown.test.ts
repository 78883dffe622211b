/** What is shown of a tenant, asked of the reference tenant over real HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApprovalsPoll } from '../../main/backend/approvals-poll.ts';
import { createTenantApi, type OpenTenantApi } from '../../main/backend/create-tenant-api.ts';
import { createHookReport } from '../../main/backend/hook-report.ts';
import { createMergedLogs } from '../../main/backend/merged-logs.ts';
import type { SignedIn } from '../../main/backend/signed-in.ts';
import { tenantStatus } from '../../main/backend/status-parts.ts';
import { tenantStatusHandlers } from '../../main/operations/tenant-status-handlers.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { CLI } from '../operations/fakes.ts';
import { tenantView } from './scripted-tenants.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

const AT = '2026-11-21T08:00:00.000Z';
let tenant: RunningTenant;
let key = '';
let api: OpenTenantApi;
let signedIn: SignedIn;
const unlimited = (): AbortSignal => new AbortController().signal;

beforeEach(async () => {
  tenant = await startTenant({ seed: true, clock: () => Date.parse(AT) });
  key = tenant.admin.createUserKey();
  api = createTenantApi({
    host: tenant.url,
    key: () => Promise.resolve(key),
    live: new LiveSecrets(),
    userAgent: 'runlayer-companion/0.0.0',
    now: () => Date.parse(AT),
    allowInsecure: true,
  });
  signedIn = {
    tenants: { defaultHost: () => tenant.url, api: () => Promise.resolve(api) },
    views: () => [tenantView(tenant.url, { isDefault: true })],
  };
});
afterEach(async () => {
  api.close();
  await tenant.stop();
});

const status = (limit = unlimited): ReturnType<typeof tenantStatus> =>
  tenantStatus({ ...signedIn, version: '1', limit });

describe('status of the reference tenant', () => {
  it('has who is signed in, what waits and what is broken', async () => {
    const found = await status();
    expect(found.hosts).toEqual([{ url: tenant.url, credential: 'ok', enrolled: true }]);
    expect(found.identity).toMatchObject({ id: expect.any(String), email: expect.stringContaining('@') });
    expect(found.attention?.approval_requests_pending).toBeGreaterThan(0);
    for (const { url } of found.attention?.approval_requests ?? []) expect(url).toMatch(`${tenant.url}/approvals/`);
  });

  it('an expired key is enrolled nowhere', async () => {
    tenant.admin.expireKey(key);
    expect(await status()).toMatchObject({ identity: null, attention: null, hosts: [{ enrolled: false }] });
  });

  it.each(['garbage', 'html', 'cut'] as const)('an answer that is %s leaves its part out', async (kind) => {
    tenant.faults.add('GET /api/v1/approvals', { kind });
    expect(await status()).toMatchObject({ attention: null, hosts: [{ enrolled: true }] });
  });

  it('a part that never answers is given up, and the rest is there', async () => {
    tenant.faults.add('GET /api/v1/accounts', { kind: 'hang' });
    const stop = new AbortController();
    const asked = status(() => stop.signal);
    await Promise.all(
      ['users/me', 'approvals', 'accounts'].map((route) => tenant.requests.arrival(`GET /api/v1/${route}`)),
    );
    stop.abort();
    expect(await asked).toMatchObject({ attention: null, hosts: [{ url: tenant.url }] });
  });
});

describe('approvals of the reference tenant', () => {
  const approve = (id: string): Promise<unknown> => {
    const handlers = tenantStatusHandlers({
      ...signedIn,
      version: '1',
      decided: () => {},
      record: () => {},
      limit: unlimited,
    });
    return Promise.resolve(handlers['tenant.decide']({ host: tenant.url, id, approve: true }, CLI));
  };
  const add = (inline: boolean): string =>
    tenant.admin.addApproval({ title: 'T', server_name: 'S', tool_name: 't', can_decide_inline: inline });
  const posts = (): number => tenant.requests.to('POST /api/v1/approvals/*/decision').length;

  it('are decided here once, and only where the tenant says so', async () => {
    const id = add(true);
    await approve(id);
    expect(tenant.admin.approvals().find((one) => one.id === id)?.status).toBe('approved');
    await expect(approve(id)).rejects.toMatchObject({ code: 'E_TENANT_APPROVAL_UNKNOWN' });
    await expect(approve(add(false))).rejects.toMatchObject({ code: 'E_TENANT_DASHBOARD' });
    expect(posts()).toBe(1);
  });

  it('that somebody else decided meanwhile are told as such', async () => {
    const id = add(true);
    tenant.faults.add(`POST /api/v1/approvals/*/decision`, {
      kind: 'body',
      status: 409,
      body: { detail: { message: 'Already denied.', status: 'denied' } },
    });
    await expect(approve(id)).rejects.toMatchObject({
      code: 'E_TENANT_CONFLICT',
      message: expect.stringContaining('Already denied.'),
    });
  });

  it('are seen by the poll', async () => {
    const seen = Promise.withResolvers<void>();
    const poll = createApprovalsPoll({
      hosts: () => [tenant.url],
      api: () => Promise.resolve(api),
      schedule: () => () => {},
      now: () => 0,
    });
    poll.onChange(() => seen.resolve());
    poll.refresh();
    await seen.promise;
    expect(poll.current().length).toBe(tenant.admin.approvals().filter((one) => one.status === 'pending').length);
    poll.close();
  });
});

it('rows of its log stand beside ours', async () => {
  const logs = createMergedLogs({
    ...signedIn,
    index: { query: () => Promise.resolve([]) },
    connectorOf: () => undefined,
    clock: () => new Date(AT),
    limit: unlimited,
  });
  const entries = await logs.query({ limit: 20, tenant: true });
  expect(entries).toHaveLength(20);
  for (const entry of entries) expect(entry).toMatchObject({ origin: 'tenant', detail: { host: tenant.url } });
  expect(entries.some(({ kind, tool }) => kind === 'call' && tool !== undefined)).toBe(true);
});

it('hears of a local block', async () => {
  const warnings: string[] = [];
  const report = createHookReport({
    warn: (text) => void warnings.push(text),
    tenants: { defaultHost: () => tenant.url, known: () => true, api: () => Promise.resolve(api) },
    tenantOf: () => undefined,
  });
  const subject = {
    v: 1,
    id: 'i',
    chain_id: 'c',
    seq: 1,
    time: AT,
    call: 'call-1',
    'mcp.method.name': 'tools/call',
    'mcp.session.id': 's',
    'gen_ai.tool.name': 'merge',
    'jsonrpc.request.id': '1',
    connector: 'github',
    claimed: { client: 'gemini_cli' },
  } as const;
  const decision = { effect: 'deny', decidedBy: 'local', code: 'rule_deny', reason: 'Rule r1.' } as const;
  report.recorded({ ...subject, kind: 'intent', decision, argument_bytes: 1 });
  report.recorded({ ...subject, kind: 'outcome', outcome: 'refused', duration_ms: 1, result_bytes: 0 });
  await report.idle();
  expect(warnings).toEqual([]);
  expect(JSON.stringify(tenant.admin.hookEvents())).toContain('"companion_blocked"');
});
