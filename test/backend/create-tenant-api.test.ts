import { describe, expect, it } from 'vitest';
import { createTenantApi, type OpenTenantApi, type TenantApiOptions } from '../../main/backend/create-tenant-api.ts';
import { TenantError } from '../../main/backend/tenant-api.ts';
import type { GovernedRequest, GovernedResult } from '../../main/relay/tenant-gate.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { CompanionError } from '../../preload/contract/index.ts';
import { closing } from '../identity/rig.ts';
import { oddServer, says, type OddServer } from './odd-server.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

const KEY = 'rl_user_4f9a2c7b91';
const ID = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const NOW = Date.parse('2026-11-21T08:00:00.000Z');

interface Bench {
  readonly api: OpenTenantApi;
  /** `ok`, or the kind of each failure that was heard of. */
  readonly heard: string[];
}

function aBench(host: string, key: string | (() => Promise<string>), over: Partial<TenantApiOptions> = {}): Bench {
  const heard: string[] = [];
  const api = createTenantApi({
    host,
    key: typeof key === 'string' ? () => Promise.resolve(key) : key,
    live: new LiveSecrets(),
    userAgent: 'runlayer-companion/1.2.3',
    now: () => NOW,
    allowInsecure: true,
    heard: (failure) => heard.push(failure?.kind ?? 'ok'),
    ...over,
  });
  closing(() => api.close());
  return { api, heard };
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TenantError) return error.kind;
    throw error;
  }
  return 'worked';
}

const call = (given = '{"n":9007199254740993}', meta?: string): GovernedRequest => ({
  method: 'tools/call',
  params: { name: 'add "x"', arguments: Buffer.from(given), meta: meta === undefined ? undefined : Buffer.from(meta) },
});
const LIST: GovernedRequest = { method: 'tools/list', params: undefined };
const result = (over: Partial<GovernedResult> = {}): GovernedResult => ({
  request: call(),
  correlation: 'c-1',
  result: Buffer.from('{"content":[],"structuredContent":{"n":1e400}}'),
  error: undefined,
  ...over,
});

async function odd(value: unknown, status = 200): Promise<Bench & { readonly server: OddServer }> {
  const server = await oddServer(says(value, status));
  return { ...aBench(server.origin, KEY), server };
}

describe('what goes out', () => {
  it('of a call is source text, letter by letter', async () => {
    const { api, server } = await odd({ correlation_id: 'c-1' });
    await api.pre(ID, call('{"a": 1.0, "b":-0,"n":9007199254740993}', '{"progressToken":1e2}'));
    await api.pre(ID, LIST);
    expect(server.came.map(({ path }) => path)).toEqual([`/api/v1/local/${ID}/pre`, `/api/v1/local/${ID}/pre`]);
    expect(server.came.map(({ body }) => body)).toEqual([
      String.raw`{"method":"tools/call","params":{"name":"add \"x\"","arguments":{"a": 1.0, "b":-0,"n":9007199254740993},"meta":{"progressToken":1e2}}}`,
      '{"method":"tools/list","params":null}',
    ]);
  });

  it('of a result too', async () => {
    const { api, server } = await odd({});
    await api.post(ID, result());
    const error = { type: 'ConnectError', message: 'nobody there' };
    await api.post(ID, result({ result: undefined, error, correlation: undefined }));
    expect(server.came.map(({ body }) => body)).toEqual([
      String.raw`{"method":"tools/call","params":{"name":"add \"x\"","arguments":{"n":9007199254740993}},"result":{"content":[],"structuredContent":{"n":1e400}},"correlation_id":"c-1","inject_synthetic_tool_on_policy_block":false,"upstream_error":null}`,
      String.raw`{"method":"tools/call","params":{"name":"add \"x\"","arguments":{"n":9007199254740993}},"result":null,"correlation_id":null,"inject_synthetic_tool_on_policy_block":false,"upstream_error":{"type":"ConnectError","message":"nobody there"}}`,
    ]);
  });

  it('names and ids never change the path', async () => {
    const { api, server } = await odd({ server_id: ID });
    await api.resolve('../../v1/users?x=1&y#z');
    await kindOf(api.connector('../me'));
    await api.decideApproval('a/../b', true);
    expect(server.came.map(({ path, body }) => `${path} ${body}`.trim())).toEqual([
      '/api/v1/local/resolve?target=..%2F..%2Fv1%2Fusers%3Fx%3D1%26y%23z',
      '/api/v1/local/..%2Fme',
      '/api/v1/approvals/a%2F..%2Fb/decision {"approve":true}',
    ]);
  });
});

describe('what comes back', () => {
  it('keeps its numbers, on one line', async () => {
    const { api } = await odd(
      '{"correlation_id":"c-1","quick_tool_result":null,\n "modified_args": {"n":\n9007199254740993, "z":-0}}',
    );
    const answer = await api.pre(ID, call());
    expect(answer.correlation).toBe('c-1');
    expect(answer.result).toBeUndefined();
    expect(answer.arguments?.source.toString()).toBe('{"n": 9007199254740993, "z":-0}');
  });

  it.each([
    ['[]', '[]'],
    [' [ {"name":"a","x":1.0},\r\n{"name":"b"} ]\n', '[ {"name":"a","x":1.0},  {"name":"b"} ]'],
  ])('a list is a bare array: %j', async (text, source) => {
    const { api } = await odd(text);
    expect((await api.post(ID, result({ request: LIST })))?.source.toString()).toBe(source);
  });

  it.each([
    ['{}', undefined],
    ['{"modified_output":null}', undefined],
    ['{"modified_output":{"content":[{"n":1.0}]},"more":1}', '{"content":[{"n":1.0}]}'],
    [
      '{"modified_output":{"content":null,"structuredContent":{"n":1e400}}}',
      '{"content":null,"structuredContent":{"n":1e400}}',
    ],
  ])('a result is %s', async (text, source) => {
    const { api } = await odd(text);
    expect((await api.post(ID, result()))?.source.toString()).toBe(source);
  });

  it('is taken up to 4 MiB, and not above', async () => {
    const size = 4 * 1024 * 1024;
    const sized = (bytes: number): string => {
      const frame = '{"correlation_id":"c-1","modified_args":{"a":""}}';
      return frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`);
    };
    const taken = await odd(sized(size));
    expect((await taken.api.pre(ID, call())).arguments?.source.length).toBeGreaterThan(size - 100);
    const over = await odd(sized(size + 1));
    const failure = await over.api.pre(ID, call()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'invalid' });
    expect(String(failure)).toContain('answered with more than 4 MiB');
    expect(await kindOf(over.api.post(ID, result()))).toBe('invalid');
  });

  it('of a call that failed is of no interest', async () => {
    const { api } = await odd('"whatever"');
    expect(await api.post(ID, result({ result: undefined }))).toBeUndefined();
  });
});

describe('wrong shapes are invalid', () => {
  const pre = [
    'null',
    '[]',
    '"allow"',
    '{}',
    '{"correlation_id":null}',
    '{"correlation_id":7}',
    '{"correlation_id":""}',
    String.raw`{"correlation_id":"a\u0000b"}`,
    `{"correlation_id":"${'c'.repeat(257)}"}`,
    '{"correlation_id":"c","modified_args":"{}"}',
    '{"correlation_id":"c","modified_args":[]}',
    '{"correlation_id":"c","modified_args":0}',
    '{"correlation_id":"c","modified_args":false}',
    '{"correlation_id":"c","modified_args":{"a":1,"a":2}}',
    '{"correlation_id":"c","quick_tool_result":"done"}',
    '{"correlation_id":"c","quick_tool_result":[]}',
    '{"correlation_id":"c","correlation_id":"d"}',
  ];
  it.each(pre)('pre: %s', async (text) => {
    const { api, heard } = await odd(text);
    expect(await kindOf(api.pre(ID, call()))).toBe('invalid');
    expect(heard).toEqual(['invalid']);
  });

  it.each(['null', '{}', '{"tools":[]}', '[1]', '[[]]', '[null]', '"[]"', '[{"name":"a","name":"b"}]'])(
    'post of a list: %s',
    async (text) => {
      const { api } = await odd(text);
      expect(await kindOf(api.post(ID, result({ request: LIST })))).toBe('invalid');
    },
  );

  it.each([
    'null',
    '[]',
    '{"modified_output":"text"}',
    '{"modified_output":[]}',
    '{"modified_output":{}}',
    '{"modified_output":{"content":"text"}}',
    '{"modified_output":{"content":{}}}',
    '{"modified_output":{"structuredContent":[]}}',
    '{"modified_output":{"content":[],"structuredContent":1}}',
  ])('post of a call: %s', async (text) => {
    const { api } = await odd(text);
    expect(await kindOf(api.post(ID, result()))).toBe('invalid');
  });

  it.each<[string, (api: OpenTenantApi) => Promise<unknown>, unknown]>([
    ['an alias', (api) => api.resolve('x'), {}],
    ['an alias that is no id', (api) => api.resolve('x'), { server_id: '../x' }],
    ['a connector', (api) => api.connector(ID), { id: ID }],
    ['another connector', (api) => api.connector(ID), connector({ id: ID.replace('1b', '2b') })],
    ['a transport', (api) => api.connector(ID), connector({ transport_type: 'websocket' })],
    ['a version', (api) => api.connector(ID), connector({ version: '7' })],
    ['arguments', (api) => api.connector(ID), connector({ transport_config: { args: 'x' } })],
    ['a person', (api) => api.me(), []],
    ['servers', (api) => api.servers(), { data: [{ id: 'x' }], count: 1 }],
    ['accounts', (api) => api.accounts(), { data: {} }],
    ['approvals', (api) => api.approvals(), { data: [{ id: 'a' }] }],
  ])('%s', async (_what, ask, value) => {
    const { api } = await odd(value);
    expect(await kindOf(ask(api))).toBe('invalid');
  });
});

function connector(over: object = {}): object {
  return {
    id: ID,
    name: 'Files',
    url: 'npx',
    transport_type: 'stdio',
    transport_config: null,
    version: 7,
    sync_required: false,
    ...over,
  };
}

describe('small answers', () => {
  it('an alias may be answered with id, and fields that nobody knows are left alone', async () => {
    expect(await (await odd({ id: ID, server_id: null, x: 1 })).api.resolve('x')).toBe(ID);
    const { api } = await odd(connector({ deployment_mode: null, brand_new: {} }));
    expect(await api.connector(ID)).toMatchObject({ id: ID, version: 7 });
  });

  it('lists are read page by page, and end', async () => {
    const rows = (from: number, many: number): object[] =>
      Array.from({ length: many }, (_, at) => ({ id: `a${from + at}`, server_id: 's' }));
    const paged = await oddServer((response, came) => {
      const skip = Number(new URL(came.path, 'http://x').searchParams.get('skip'));
      says({ data: rows(skip, Math.min(100, 250 - skip)), count: 250 })(response, came);
    });
    const all = await aBench(paged.origin, KEY).api.accounts();
    expect(all.map(({ id }) => id)).toEqual(rows(0, 250).map((_, at) => `a${at}`));
    expect(paged.came).toHaveLength(3);
    const endless = await oddServer(says({ data: rows(0, 100) }));
    expect(await aBench(endless.origin, KEY).api.accounts()).toHaveLength(5000);
    expect(endless.came).toHaveLength(50);
    expect(await (await odd(rows(0, 2))).api.accounts()).toHaveLength(2);
  });

  it('a route that is not supported has nothing; of what must be there it is a failure', async () => {
    const { api } = await odd({ detail: 'Not Found' }, 404);
    expect(await api.accounts()).toEqual([]);
    expect(await api.approvals()).toEqual([]);
    expect(await api.auditLogs({ limit: 5 })).toEqual([]);
    expect(await kindOf(api.servers())).toBe('gone');
    expect(await kindOf(api.me())).toBe('gone');
    expect(await kindOf(api.pre(ID, call()))).toBe('gone');
  });

  it.each([200, 202, 204, 401, 404, 422, 500, 302])(
    'a hook event has arrived when it was answered with %i',
    async (status) => {
      const server = await oddServer((response) => void response.writeHead(status).end());
      const { api } = aBench(server.origin, KEY);
      await api.hookEvent({ client: 'cursor', event_name: 'x', payload: { a: 1 } });
      expect(server.came.map(({ body }) => body)).toEqual(['{"client":"cursor","event_name":"x","payload":{"a":1}}']);
    },
  );

  it('and has not when nobody answers', async () => {
    const server = await oddServer((response) => void response.socket?.destroy());
    const { api } = aBench(server.origin, KEY);
    expect(await kindOf(api.hookEvent({ client: 'cursor', event_name: 'x', payload: {} }))).toBe('unreachable');
  });
});

describe('a question that was given up', () => {
  it('says nothing about the tenant', async () => {
    const server = await oddServer(() => undefined);
    const { api, heard } = aBench(server.origin, KEY);
    const stop = new AbortController();
    const work = kindOf(api.pre(ID, call(), stop.signal));
    await server.arrival();
    stop.abort();
    expect(await work).toBe('unreachable');
    expect(heard).toEqual([]);
  });
});

describe('without a key', () => {
  it.each([
    [() => Promise.reject(new CompanionError('E_KEYCHAIN_LOCKED', 'Locked.', 'Unlock it.')), 'E_KEYCHAIN_LOCKED'],
    [() => Promise.reject(new Error('rl_secret_in_a_message')), 'E_TENANT_KEY'],
    [() => Promise.resolve('sk_of_somebody_else'), 'E_TENANT_KEY'],
  ])('nothing is asked', async (key, code) => {
    const server = await oddServer(says({ id: 'u' }));
    const { api } = aBench(server.origin, key);
    const failure = await api.me().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TenantError);
    expect(failure).toMatchObject({ code, kind: 'unauthorized' });
    expect(String(failure)).not.toMatch(/rl_secret|sk_of/);
    expect(server.came).toEqual([]);
  });
});

async function aTenant(): Promise<RunningTenant> {
  const tenant = await startTenant();
  closing(() => tenant.stop());
  return tenant;
}

describe('with the reference tenant', () => {
  it('everything is asked and answered', async () => {
    const tenant = await aTenant();
    const { id } = tenant.admin.addConnector({ name: 'Echo', url: 'echo-server', alias: 'echo', sync_required: true });
    const { api, heard } = aBench(tenant.url, tenant.admin.createUserKey());
    expect(await api.resolve('echo')).toBe(id);
    const found = await api.connector(id);
    expect(found).toMatchObject({ id, name: 'Echo', url: 'echo-server', transport_type: 'stdio', sync_required: true });
    await api.capabilities(id, found.version, {
      tools: [{ name: 'echo' }],
      resources: [],
      prompts: [],
      syncedAt: '2026-11-21T08:00:00.000Z',
    });
    expect(
      await kindOf(
        api.capabilities(id, found.version + 1, {
          tools: [],
          resources: [],
          prompts: [],
          syncedAt: '2026-11-21T08:00:00.000Z',
        }),
      ),
    ).toBe('conflict');
    const { correlation } = await api.pre(id, call('{"message":"hi"}'));
    expect(await api.post(id, result({ correlation, result: Buffer.from('{"content":[]}') }))).toBeUndefined();
    const listed = await api.pre(id, LIST);
    const list = await api.post(id, {
      request: LIST,
      correlation: listed.correlation,
      result: Buffer.from('{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}'),
      error: undefined,
    });
    expect(list?.value).toMatchObject([{ name: 'echo' }]);
    expect((await api.me()).email).toContain('@');
    expect((await api.servers()).map((server) => server.id)).toEqual([id]);
    expect(await api.accounts()).toEqual([]);
    expect(await api.approvals()).toEqual([]);
    expect((await api.auditLogs({ limit: 10 })).length).toBeGreaterThan(0);
    expect(heard.filter((kind) => kind !== 'ok')).toEqual(['conflict']);
  });

  it('rules come back as they are', async () => {
    const tenant = await aTenant();
    const { id } = tenant.admin.addConnector({ name: 'Echo', url: 'echo-server' });
    const { api } = aBench(tenant.url, tenant.admin.createUserKey());
    tenant.admin.setPolicy({ connector: id, tool: 'add*', rule: { kind: 'deny', reason: 'Not on Saturdays' } });
    const failure = await api.pre(id, call()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'refused', status: 403 });
    expect(failure instanceof TenantError ? failure.detail : '').toContain('Not on Saturdays');
  });

  it('a key that ends in the middle is unauthorized from then on, and works no wonders', async () => {
    const tenant = await aTenant();
    const key = tenant.admin.createUserKey();
    const { api, heard } = aBench(tenant.url, key);
    await api.me();
    tenant.admin.expireKey(key);
    expect(await kindOf(api.me())).toBe('unauthorized');
    expect(heard).toEqual(['ok', 'unauthorized']);
  });

  it.each([
    ['cut', { kind: 'cut' }, 'unreachable'],
    ['garbage', { kind: 'garbage' }, 'invalid'],
    ['a web page', { kind: 'html' }, 'invalid'],
    ['50 MB', { kind: 'huge', megabytes: 50 }, 'invalid'],
    ['a redirect', { kind: 'redirect', to: 'https://evil.example/' }, 'invalid'],
    ['503', { kind: 'status', status: 503 }, 'failed'],
  ] as const)('%s', async (_what, fault, kind) => {
    const tenant = await aTenant();
    const { id } = tenant.admin.addConnector({ name: 'Echo', url: 'echo-server' });
    const { api } = aBench(tenant.url, tenant.admin.createUserKey());
    tenant.faults.add('POST /api/v1/local/*/pre', fault);
    expect(await kindOf(api.pre(id, call()))).toBe(kind);
  });
});
