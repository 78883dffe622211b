import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, member, type Asked } from './ask.ts';
import { FIRST_PERSON } from './organisation.ts';
import { SEEDED } from './seed/ids.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

const NOW = Date.parse('2026-11-21T09:00:00Z');
let tenant: RunningTenant;
let key = '';

beforeEach(async () => {
  tenant = await startTenant({ seed: true, clock: () => NOW });
  key = tenant.admin.createUserKey();
});
afterEach(() => tenant.stop());

const get = (path: string): Promise<Asked> => ask(tenant, `GET /api/v1/${path}`, { key });
const send = (path: string, body: unknown): Promise<Asked> => ask(tenant, `POST /api/v1/${path}`, { key, body });
const namesIn = (answer: Asked, name: string): unknown[] =>
  (member(answer, 'data') as Record<string, unknown>[]).map((row) => row[name]);

describe('the seeded organisation', () => {
  it('is what the README says', async () => {
    expect(tenant.admin.people()).toHaveLength(6);
    expect(await get('servers')).toMatchObject({ status: 200, body: { count: 8 } });
    expect(new Set(tenant.admin.connectors().map(({ transport_type: type }) => type))).toEqual(
      new Set(['stdio', 'sse', 'streaming-http']),
    );
    expect(await get('auditlogs?limit=1000')).toMatchObject({ body: { count: 60 } });
    expect(namesIn(await get('approvals'), 'can_decide_inline')).toEqual([true, true, false]);
    expect(namesIn(await get('accounts'), 'session_healthy')).toEqual([true, false]);
    expect(await get('sessions/?limit=3')).toMatchObject({ status: 200, body: { data: [{}, {}, {}] } });
  });

  it('has the same rows at each start', async () => {
    const other = await startTenant({ seed: true, clock: () => NOW });
    expect(other.admin.logs()).toEqual(tenant.admin.logs());
    await other.stop();
  });
});

describe('lists', () => {
  it('come by pages', async () => {
    const all = namesIn(await get('servers'), 'id');
    const pages = [await get('servers?limit=5'), await get('servers?limit=5&skip=5')];
    expect(pages.flatMap((page) => namesIn(page, 'id'))).toEqual(all);
    expect((await get('servers?limit=many')).status).toBe(422);
    expect((await get('servers?scope=mine')).status).toBe(422);
  });

  it('show everything to administrators only', async () => {
    tenant.admin.setConnector(SEEDED.connectors.slack, { status: 'disabled' });
    expect(member(await get('servers?scope=accessible'), 'count')).toBe(7);
    expect(member(await get('servers?scope=all'), 'count')).toBe(8);
    key = tenant.admin.createUserKey(SEEDED.people.lin);
    expect((await get('servers?scope=all')).status).toBe(403);
  });

  it('of audit rows are asked for by what is in them', async () => {
    const denied = (await get(`auditlogs?server_id=${SEEDED.connectors.github}&limit=500`)).body as {
      data: { details: object }[];
    };
    expect(denied.data.length).toBeGreaterThan(3);
    for (const row of denied.data) expect(row.details).toMatchObject({ server_name: 'GitHub' });
    const late = namesIn(await get('auditlogs?start_date=2026-11-21T00:00:00Z&limit=500'), 'timestamp');
    expect(late.length).toBeGreaterThan(5);
    expect(late.every((time) => String(time) >= '2026-11-21')).toBe(true);
    expect((await get('auditlogs?start_date=soon')).status).toBe(422);
  });
});

describe('approvals', () => {
  const decide = (id: string, approve: unknown): Promise<Asked> => send(`approvals/${id}/decision`, { approve });

  it('are decided once, inline only where that is allowed', async () => {
    const { release, stock } = SEEDED.approvals;
    expect((await decide(release, 'yes')).status).toBe(422);
    expect(await decide(release, true)).toMatchObject({ status: 200, body: { status: 'approved' } });
    expect(await decide(release, false)).toMatchObject({
      status: 409,
      body: { detail: { message: 'Already approved', status: 'approved' } },
    });
    expect((await decide(stock, true)).status).toBe(403);
    expect((await decide('nothing', true)).status).toBe(404);
    const page = await ask(tenant, `POST /approvals/${stock}`, { body: new URLSearchParams({ decision: 'deny' }) });
    expect(page.text).toContain('adjust_stock on Warehouse: denied');
  });

  it('of a sign-in give an address to open', async () => {
    const { github } = SEEDED.connectors;
    const answer = await send(`servers/${github}/oauth/initiate?account_id=${SEEDED.accounts.github}`, {});
    expect(String(member(answer, 'authorization_url')).startsWith(`${tenant.url}/`)).toBe(true);
    expect((await send(`servers/${github}/oauth/initiate?account_id=${SEEDED.accounts.linear}`, {})).status).toBe(404);
  });
});

describe('hooks', () => {
  const cursor = {
    hook_event_name: 'beforeMCPExecution',
    client: 'cursor',
    conversation_id: 'c',
    generation_id: 'g',
    tool_name: 'rm',
    tool_input: '{"path":"/"}',
    command: 'npx x',
  };
  const tool = { client: 'codex', event_name: 'PreToolUse', tool_name: 'rm', payload: { tool_input: { path: '/' } } };

  it('are decided by the global rules', async () => {
    expect((await send('hooks/cursor', cursor)).body).toMatchObject({ permission: 'allow' });
    tenant.admin.setPolicy({
      connector: null,
      tool: 'rm',
      rule: { kind: 'deny', reason: 'Not the root', when: { pointer: '/path', equals: '/' } },
    });
    tenant.admin.setPolicy({ connector: null, tool: 'ls', rule: { kind: 'arguments', set: { all: true } } });
    tenant.admin.setPolicy({ connector: null, tool: 'cat', rule: { kind: 'output', block: 'Secret' } });
    expect((await send('hooks/cursor', cursor)).body).toMatchObject({
      permission: 'deny',
      user_message: 'Not the root',
    });
    expect((await send('hooks/tool/pre', tool)).body).toMatchObject({
      permission: 'deny',
      block_reason: 'Not the root',
    });
    expect((await send('hooks/tool/pre', { ...tool, tool_name: 'ls' })).body).toMatchObject({
      permission: 'allow',
      modified_args: { path: '/', all: true },
    });
    expect((await send('hooks/tool/post', { ...tool, tool_name: 'cat' })).body).toMatchObject({
      blocked: true,
      block_reason: 'Secret',
      scan_results: [{ scan_action: 'block' }],
    });
    expect((await send('hooks/tool/post', tool)).body).toMatchObject({ blocked: false });
  });

  it('take what is well formed, of whom they are for', async () => {
    expect((await send('hooks/cursor', { ...cursor, tool_input: '{' })).status).toBe(422);
    expect((await send('hooks/cursor', { ...cursor, command: undefined })).status).toBe(422);
    const event = { client: 'codex', event_name: 'companion_blocked', payload: { correlation_id: 'c1' } };
    expect((await send('hooks/events', event)).status).toBe(200);
    expect((await send('hooks/events', { ...event, payload: 'x' })).status).toBe(422);
    expect(tenant.admin.hookEvents()).toEqual([event]);
    key = tenant.admin.createOrgKey('admin');
    expect((await send('hooks/cursor', cursor)).status).toBe(403);
  });
});

describe('a hosted connector', () => {
  const { slack, github } = SEEDED.connectors;
  const rpc = (method: string, params: object = {}): object => ({ jsonrpc: '2.0', id: 1, method, params });

  it('is reached at the tenant, with the key', async () => {
    const path = `proxy/${slack}/mcp`;
    expect(member(await get(`local/${slack}`), 'url')).toBe(`${tenant.url}/api/v1/${path}`);
    expect((await send(path, rpc('initialize'))).body).toMatchObject({
      id: 1,
      result: { serverInfo: { name: 'Slack' } },
    });
    expect((await send(path, { jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
    const call = rpc('tools/call', { name: 'post_message', arguments: { channel: '#firmware', text: 'hi' } });
    expect((await send(path, call)).text).toContain(`Posted as ${FIRST_PERSON.name}`);
    expect((await send(path, rpc('tools/call', { name: 'x' }))).body).toMatchObject({ error: { code: -32_602 } });
    expect((await send(path, rpc('server/discover'))).body).toMatchObject({ error: { code: -32_601 } });
    expect((await send(`proxy/${github}/mcp`, rpc('initialize'))).status).toBe(404);
    expect((await ask(tenant, `POST /api/v1/${path}`, { body: rpc('initialize') })).status).toBe(401);
  });
});

describe('scans', () => {
  const scan = (servers: object[]): object => ({
    device_id: 'd',
    hostname: 'h',
    os: 'linux',
    os_version: '6',
    username: 'u',
    scan_duration_ms: 3,
    collector_version: '1',
    configurations: [{ client: 'cursor', config_path: '/x', config_scope: 'global', servers }],
  });
  const id = SEEDED.connectors.github;

  it.each(['ai-watch/scan', 'mcp-watch/scan'])('are counted at %s', async (path) => {
    const servers = [
      { name: 'a', command: 'uvx', args: ['runlayer', 'run', id], config_hash: '1' },
      { name: 'b', command: '/opt/runlayer', args: ['run', id, '--host', tenant.url], config_hash: '2' },
      { name: 'c', url: `${tenant.url}/api/v1/proxy/${id}/mcp`, config_hash: '3' },
      { name: 'd', url: 'https://api.githubcopilot.com/mcp/x', config_hash: '4' },
      { name: 'e', url: 'https://api.githubcopilot.com/mcpx', config_hash: '5', headers: ['Authorization'] },
      { name: 'f', command: 'npx', args: ['-y', 'x'], config_hash: '6', env: ['TOKEN'] },
    ];
    expect((await send(path, scan(servers))).body).toEqual({
      servers_processed: 6,
      shadow_servers_found: 2,
      managed_servers_matched: 4,
    });
    expect(tenant.admin.scans()).toHaveLength(1);
    expect((await send(path, {})).status).toBe(422);
  });
});
