/** The same over real HTTP, with the reference tenant. */
import { describe, expect, it } from 'vitest';
import { createTenantApi } from '../../../main/backend/create-tenant-api.ts';
import type { TenantError } from '../../../main/backend/tenant-api.ts';
import { createApprovedLists } from '../../../main/connectors/tenant/approved-lists.ts';
import { createTenantGate, type RunningGate } from '../../../main/connectors/tenant/tenant-policy-gate.ts';
import type { GovernedRequest, PreVerdict } from '../../../main/relay/tenant-gate.ts';
import { LiveSecrets } from '../../../main/secrets/live-secrets.ts';
import { startTenant, type RunningTenant } from '../../backend/start-tenant.ts';
import { closing } from '../../identity/rig.ts';
import { fakeTime, settle } from './fakes.ts';

const signal = new AbortController().signal;
const LIST: GovernedRequest = { method: 'tools/list', params: undefined };
const call = (name: string, given: object = {}): GovernedRequest => ({
  method: 'tools/call',
  params: { name, arguments: Buffer.from(JSON.stringify(given)), meta: undefined },
});

interface Scene {
  readonly tenant: RunningTenant;
  readonly id: string;
  readonly key: string;
  readonly gate: RunningGate;
  readonly told: string[];
  /** Moves the clock on; what is asked of the tenant then is waited for. */
  readonly time: ReturnType<typeof fakeTime>;
}

async function scene(
  over: { sync_required?: boolean } = {},
  heard?: (failure: TenantError | undefined) => void,
): Promise<Scene> {
  const tenant = await startTenant({ seed: true });
  closing(() => tenant.stop());
  const { id } = tenant.admin.addConnector({ name: 'Files', url: 'npx', isAllowed: true, ...over });
  const key = tenant.admin.createUserKey();
  const time = fakeTime();
  const api = createTenantApi({
    ...(heard === undefined ? {} : { heard, after: time.schedule }),
    host: tenant.url,
    key: () => Promise.resolve(key),
    live: new LiveSecrets(),
    userAgent: 'runlayer-companion/0',
    now: () => Date.now(),
    allowInsecure: true,
  });
  closing(() => api.close());
  const told: string[] = [];
  const gate = createTenantGate({
    api,
    connector: await api.connector(id),
    applicationOf: () => undefined,
    approved: createApprovedLists(() => time.now),
    isAnothers: () => false,
    openOnOutage: () => false,
    now: () => time.now,
    schedule: time.schedule,
    log: (text) => told.push(text),
    onOutage: (state) => told.push(state),
    onSynced: ({ tools }) => told.push(`synced ${tools}`),
    stop: () => told.push('stop'),
  });
  closing(() => gate.close());
  return { tenant, id, key, gate, told, time };
}

const correlationOf = (verdict: PreVerdict): string => {
  if (verdict.kind !== 'allow' || verdict.correlation === undefined) throw new Error('it was not let through');
  return verdict.correlation;
};

describe('a gate before the reference tenant', () => {
  it('has every kind of answer', async () => {
    const { tenant, id, gate } = await scene();
    const { admin } = tenant;
    admin.setPolicy({ connector: id, tool: 'drop', rule: { kind: 'deny', reason: 'never drop' } });
    admin.setPolicy({ connector: id, tool: 'quick', rule: { kind: 'quick', result: { content: [] } } });
    admin.setPolicy({ connector: id, tool: 'move', rule: { kind: 'arguments', set: { path: '/safe' } } });
    admin.setPolicy({
      connector: id,
      tool: 'read',
      rule: { kind: 'output', mask: [{ find: 'pin \\d+', with: '[MASKED]' }] },
    });
    admin.setPolicy({ connector: id, tool: 'drop', rule: { kind: 'hide' } });

    expect(await gate.pre(call('drop'), signal)).toMatchObject({ kind: 'deny', code: 'tenant_deny' });
    expect(await gate.pre(call('quick'), signal)).toMatchObject({ kind: 'allow', result: { value: { content: [] } } });
    const moved = await gate.pre(call('move', { path: '/etc' }), signal);
    expect(moved).toMatchObject({ kind: 'allow', arguments: { value: { path: '/safe' } } });

    const read = call('read');
    const correlation = correlationOf(await gate.pre(read, signal));
    const result = Buffer.from('{"content":[{"type":"text","text":"the pin 1234"}]}');
    const masked = await gate.post({ request: read, correlation, result, error: undefined }, signal);
    expect(masked).toMatchObject({ kind: 'replace' });
    expect(JSON.stringify(masked)).not.toContain('1234');

    const listed = correlationOf(await gate.pre(LIST, signal));
    const page = Buffer.from('{"tools":[{"name":"read","inputSchema":{}},{"name":"drop","inputSchema":{}}]}');
    const list = await gate.post({ request: LIST, correlation: listed, result: page, error: undefined }, signal);
    expect(list).toMatchObject({ kind: 'replace', value: { value: [{ name: 'read' }] } });
  });

  it('that hangs is heard to do so, and not only given up', async () => {
    const heard: unknown[] = [];
    const { tenant, gate, time } = await scene({}, (failure) => heard.push(failure?.kind));
    tenant.faults.add('* /api/v1/**', { kind: 'hang' });
    heard.length = 0;
    const verdict = gate.pre(call('read'), signal);
    while (time.waiting < 2) await settle();
    await time.pass(45_000);
    expect(await verdict).toMatchObject({ kind: 'deny', code: 'tenant_unavailable' });
    expect(heard).toEqual(['unreachable']);
  });

  it('shows the last list while the tenant fails, and is told when it is back', async () => {
    const { tenant, gate, time } = await scene();
    const page = Buffer.from('{"tools":[{"name":"read","inputSchema":{}}]}');
    const listed = correlationOf(await gate.pre(LIST, signal));
    await gate.post({ request: LIST, correlation: listed, result: page, error: undefined }, signal);
    const back = Promise.withResolvers<void>();
    gate.onRecovered(() => back.resolve());
    const mend = tenant.faults.add('* /api/v1/**', { kind: 'status', status: 503 });
    expect(await gate.pre(call('read'), signal)).toMatchObject({ kind: 'deny', code: 'tenant_unavailable' });
    expect(await gate.pre(LIST, signal)).toEqual({ kind: 'allow', correlation: undefined });
    const older = await gate.post({ request: LIST, correlation: undefined, result: page, error: undefined }, signal);
    expect(older).toMatchObject({ kind: 'replace', value: { value: [{ name: 'read' }] } });
    mend();
    await time.pass(5000);
    await back.promise;
    expect(await gate.pre(call('read'), signal)).toMatchObject({ kind: 'allow' });
  });

  it('says that the key is over, or that the connector is gone', async () => {
    const { tenant, id, key, gate } = await scene();
    tenant.admin.removeConnector(id);
    expect(await gate.pre(call('read'), signal)).toMatchObject({ kind: 'deny', code: 'tenant_deny' });
    tenant.admin.revokeKey(key);
    expect(await gate.pre(call('read'), signal)).toMatchObject({ kind: 'deny', code: 'tenant_unauthorized' });
  });

  it.each([
    ['garbage', { kind: 'garbage' }],
    ['HTML', { kind: 'html' }],
    ['a redirect', { kind: 'redirect', to: 'https://evil.example/' }],
  ] as const)('takes %s for no answer, and opens nothing', async (_what, fault) => {
    const { tenant, gate } = await scene();
    tenant.faults.add('POST /api/v1/local/*/pre', fault);
    expect(await gate.pre(call('read'), signal)).toMatchObject({ kind: 'deny', code: 'tenant_invalid' });
  });

  it('tells it what the server offers, once more when the version moved, and ends when the connector did', async () => {
    const inventory = { tools: [{ name: 'read', inputSchema: {} }], resources: [], prompts: [] };
    const renamed = await scene({ sync_required: true });
    expect(renamed.gate.wantsInventory).toBe(true);
    renamed.tenant.admin.setConnector(renamed.id, { name: 'Files, renamed' });
    renamed.gate.inventory(inventory);
    await expect.poll(() => renamed.told).toEqual(['synced 1']);
    const other = await scene({ sync_required: true });
    other.tenant.admin.setConnector(other.id, { url: 'uvx' });
    other.gate.inventory(inventory);
    await expect.poll(() => other.told).toEqual([expect.stringContaining('the session ends'), 'stop']);
    expect(await other.gate.pre(call('read'), signal)).toMatchObject({ kind: 'deny', code: 'tenant_invalid' });
  });

  it('tells it of a call that was not made', async () => {
    const { tenant, id, gate } = await scene();
    const request = call('read');
    const correlation = correlationOf(await gate.pre(request, signal));
    const route = `/api/v1/local/${id}/post`;
    const arrived = tenant.requests.arrival(route);
    gate.notMade(request, correlation, { type: 'local_denial', message: 'a rule of this machine' });
    const { body } = await arrived;
    expect(JSON.parse(body)).toMatchObject({
      correlation_id: correlation,
      upstream_error: { type: 'local_denial' },
    });
  });
});
