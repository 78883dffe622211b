/** Forty live secrets, written in every way, in everything that goes to a tenant: none arrives. Over real HTTP. */
import { describe, expect, it } from 'vitest';
import { createHookReport } from '../../main/backend/hook-report.ts';
import { createTenantApi, type OpenTenantApi } from '../../main/backend/create-tenant-api.ts';
import { TenantError } from '../../main/backend/tenant-api.ts';
import type { GovernedRequest } from '../../main/relay/tenant-gate.ts';
import { LiveSecrets, REDACTED } from '../../main/secrets/live-secrets.ts';
import { closing } from '../identity/rig.ts';
import { CANARIES, leaks, spelt } from './canaries.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

const AT = '2026-11-21T08:00:00.000Z';
const LIST: GovernedRequest = { method: 'tools/list', params: undefined };

interface Scene {
  readonly tenant: RunningTenant;
  readonly id: string;
  readonly api: OpenTenantApi;
  readonly live: LiveSecrets;
}

async function scene(secrets: readonly string[] = CANARIES): Promise<Scene> {
  const tenant = await startTenant({ clock: () => Date.parse(AT) });
  closing(() => tenant.stop());
  const { id } = tenant.admin.addConnector({ name: 'Files', url: 'files-server', sync_required: true });
  const key = tenant.admin.createUserKey();
  const live = new LiveSecrets();
  for (const secret of secrets) live.add(secret);
  const api = createTenantApi({
    host: tenant.url,
    key: () => Promise.resolve(key),
    live,
    userAgent: 'runlayer-companion/0',
    now: () => Date.parse(AT),
    allowInsecure: true,
  });
  closing(() => api.close());
  return { tenant, id, api, live };
}

const call = (source: string, meta?: string): GovernedRequest => ({
  method: 'tools/call',
  params: { name: 'read', arguments: Buffer.from(source), meta: meta === undefined ? undefined : Buffer.from(meta) },
});

/** Every spelling in the middle of a value, and as a key. */
function holding(value: string): string {
  const members = spelt(value).map((text, at) => `"${at}":["a ${text} z",{"${text}":${at}.0}]`);
  return `{${members.join(',')}}`;
}

/** Where the secret is of several tokens, or a number, they stand as those. */
function asTokens(value: string): string[] {
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  return [value, `{"${value}":1}`, `{"${value}"}`].filter((text) => !text.includes('\n') && parses(text));
}

const everything = CANARIES.flatMap((value) => [holding(value), ...asTokens(value)]);

/** Looked at request by request, so that a failure names the secret. */
function none(tenant: RunningTenant, route: string, count: number): void {
  const found = tenant.requests.to(route);
  expect(found).toHaveLength(count);
  for (const { body } of found) {
    expect(leaks(body)).toEqual([]);
    expect(body).toContain(REDACTED);
  }
}

describe('no live secret goes to a tenant', () => {
  it('and the look for them finds them', () => {
    expect(new Set(CANARIES).size).toBe(40);
    for (const value of CANARIES) {
      expect(new LiveSecrets().isRedactable(value)).toBe(true);
      for (const text of spelt(value)) expect(leaks(`["${text}"]`)).toEqual([value]);
      for (const text of asTokens(value)) expect(leaks(text)).toEqual([value]);
    }
    expect(CANARIES.flatMap(asTokens).length).toBeGreaterThanOrEqual(15);
  });

  it('in arguments and what comes with them', async () => {
    const { tenant, id, api } = await scene();
    for (const source of everything) await api.pre(id, call(`{"a":${source}}`, `{"m":${source}}`));
    none(tenant, 'POST /api/v1/local/*/pre', everything.length);
  });

  it('in results, structured or not, and in lists', async () => {
    const { tenant, id, api } = await scene();
    for (const source of everything) {
      const asked = await api.pre(id, call('{}'));
      const result = `{"content":[{"type":"text","text":${JSON.stringify(source)}}],"structuredContent":{"s":${source}}}`;
      await api.post(id, { request: call('{}'), ...asked, result: Buffer.from(result), error: undefined });
      const listed = await api.pre(id, LIST);
      const page = `{"tools":[{"name":"read","inputSchema":{"type":"object"},"_meta":{"x":${source}}}]}`;
      await api.post(id, { request: LIST, ...listed, result: Buffer.from(page), error: undefined });
    }
    none(tenant, 'POST /api/v1/local/*/post', everything.length * 2);
  });

  it('in errors, even where their text is cut', async () => {
    const { tenant, id, api } = await scene();
    for (const [at, value] of CANARIES.entries()) {
      const asked = await api.pre(id, call('{}'));
      const before = 'e'.repeat(at === 0 ? 0 : 4096 - Math.floor(value.length / 2));
      const error = { type: 'ConnectError', message: `${before}${value} ${holding(value)}` };
      await api.post(id, { request: call('{}'), ...asked, result: undefined, error });
      const { upstream_error: sent } = JSON.parse(tenant.requests.all.at(-1)?.body ?? '{}');
      expect(sent.message.length).toBeLessThanOrEqual(4096);
      // Nothing of a secret stands before the cut.
      expect(sent.message.startsWith(`${before}[red`.slice(0, 4096))).toBe(true);
    }
    expect(tenant.requests.to('POST /api/v1/local/*/post').flatMap(({ body }) => leaks(body))).toEqual([]);
  });

  it('in what a server offers', async () => {
    const { tenant, id, api } = await scene();
    const { version } = await api.connector(id);
    for (const value of CANARIES) {
      const described = { name: 'x', description: holding(value), [value]: { default: value } };
      const inventory = { tools: [described], resources: [described], prompts: [described], syncedAt: AT };
      await api.capabilities(id, version, inventory);
    }
    none(tenant, 'POST /api/v1/local/*/capabilities', 40);
  });

  it('in events of hooks', async () => {
    const { tenant, api, live } = await scene();
    const warnings: string[] = [];
    const report = createHookReport({
      warn: (text) => void warnings.push(text),
      tenants: { defaultHost: () => tenant.url, known: () => true, api: () => Promise.resolve(api) },
      tenantOf: () => undefined,
    });
    const place = { v: 1, id: 'i', chain_id: 'c', seq: 1, time: AT } as const;
    for (const [at, value] of CANARIES.entries()) {
      await api.hookEvent({ client: 'cursor', event_name: 'x', payload: { [value]: [value, holding(value)] } });
      const subject = {
        call: `call-${at}`,
        'mcp.method.name': 'tools/call',
        'mcp.session.id': 's',
        'gen_ai.tool.name': live.redact(`read ${value}`),
        'jsonrpc.request.id': '1',
        connector: 'files',
        claimed: { client: `${value} client`, pid: 1 },
      } as const;
      const decision = { effect: 'deny', decidedBy: 'local', code: 'rule_deny', reason: `No: ${value}` } as const;
      report.recorded({ ...place, ...subject, kind: 'intent', decision, argument_bytes: 2 });
      report.recorded({ ...place, ...subject, kind: 'outcome', outcome: 'refused', duration_ms: 1, result_bytes: 0 });
      await report.idle();
    }
    expect(warnings).toEqual([]);
    none(tenant, 'POST /api/v1/hooks/events', 80);
  });

  it('in an alias', async () => {
    const { tenant, api } = await scene();
    for (const value of CANARIES) await api.resolve(value).catch((error: unknown) => error);
    const asked = tenant.requests.all.map(({ target }) => new URL(target, tenant.url).searchParams.get('target'));
    expect(asked).toEqual(CANARIES.map(() => REDACTED));
  });

  it('in names: a tool that is called after one is not asked about', async () => {
    const { tenant, id, api } = await scene();
    for (const value of CANARIES) {
      const request: GovernedRequest = {
        method: 'tools/call',
        params: { name: `get_${value}`, arguments: Buffer.from('{}'), meta: undefined },
      };
      const failure = await api.pre(id, request).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TenantError);
      expect(failure).toMatchObject({ kind: 'invalid', code: 'E_TENANT_INVALID' });
      expect(leaks(JSON.stringify(String(failure)))).toEqual([]);
    }
    expect(tenant.requests.all).toEqual([]);
  });
});

describe('what the tenant makes of a text without its secrets', () => {
  const [secret = ''] = CANARIES;

  it('is what is used: no secret is put back', async () => {
    const { tenant, id, api } = await scene([secret]);
    tenant.admin.setPolicy({ connector: id, tool: 'read', rule: { kind: 'arguments', set: { safe: true } } });
    const { arguments: given } = await api.pre(id, call(`{"token":"${secret}","n":9007199254740993}`));
    expect(given?.source.toString()).toContain(`"token":"${REDACTED}"`);
    expect(given?.source.toString()).toContain('9007199254740993');
    expect(given?.source.toString()).not.toContain(secret);
  });

  it('is the same as ever once the secret is not live any more', async () => {
    const { tenant, id, api, live } = await scene([]);
    const release = live.add(secret);
    const body = `{"a":"${secret}", "n":1.0}`;
    await api.pre(id, call(body));
    release();
    await api.pre(id, call(body));
    expect(tenant.requests.to('POST /api/v1/local/*/pre').map((request) => request.body.includes(body))).toEqual([
      false,
      true,
    ]);
  });
});
