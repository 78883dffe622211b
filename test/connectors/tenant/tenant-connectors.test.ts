import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../preload/contract/index.ts';
import type { TenantConnector } from '../../../main/backend/wire.ts';
import { prepareServer, type PrepareRequest } from '../../../main/connectors/prepare-server.ts';
import { prepareRun, type RunTarget } from '../../../main/connectors/tenant/prepare-run.ts';
import type { PreparedServer } from '../../../main/transport/governed-session.ts';
import { aConnector } from '../../operations/fakes.ts';
import { codeOf } from '../../secrets/fakes.ts';
import { tenantBench, type TenantBench } from './bench.ts';
import { failure, HOST, ID, settle, source, wire } from './fakes.ts';

const SESSION = { env: { PATH: '/client/bin', TERM: 'dumb' }, cwd: '/' };
const HTTP = { transport_type: 'streaming-http', url: 'https://mcp.example/mcp', transport_config: null } as const;
const GONE = { crashed: false, answered: true };
const EVENTS = {
  bytes: () => {},
  message: () => {},
  failed: () => {},
  drained: () => {},
  stderr: () => {},
  log: () => {},
};

const run = (b: TenantBench, target: RunTarget): Promise<PreparedServer> =>
  prepareRun(target, SESSION, { prepare: b.prepare, tenants: b.connectors, defaultHost: () => HOST });
const prepare = (b: TenantBench, over: Partial<PrepareRequest> = {}): Promise<PreparedServer> =>
  prepareServer({ name: 'files', ...SESSION, ...over }, b.prepare);

/** A run waits for a person. */
async function waiting(b: TenantBench): Promise<void> {
  while (b.connectors.waitingConsents().length === 0) await settle();
}

/** Somebody agrees to what the tenant says now, under the name `files`. */
async function accept(b: TenantBench): Promise<Connector> {
  const subject = await b.connectors.agreement.subject(b.api, ID, 'fresh');
  const found = await b.connectors.agreement.find(subject);
  return b.connectors.agreement.give(subject, found, {
    name: 'files',
    default: 'ask',
    operation: 'tenant.accept',
    by: 'person',
    caller: 'a test',
  });
}

async function accepted(now: Partial<TenantConnector> = {}, over: Parameters<typeof tenantBench>[0] = {}) {
  const b = tenantBench(over);
  b.says(wire(now));
  await accept(b);
  b.told.length = 0;
  b.api.asked.length = 0;
  return b;
}

async function launchOf(b: TenantBench, prepared: PreparedServer) {
  expect(() => prepared.open(EVENTS)).toThrow('nothing starts here');
  prepared.release(GONE);
  await settle();
  return b.spawned.at(-1);
}

describe('a program of a tenant', () => {
  it('runs as it was agreed to, with a gate, as the client would run it', async () => {
    const b = await accepted();
    const prepared = await prepare(b);
    expect(prepared.tenant).toMatchObject({ host: HOST, server: ID });
    expect(await launchOf(b, prepared)).toMatchObject({
      path: process.execPath,
      args: ['server.js'],
      cwd: '/',
      env: { PATH: '/client/bin' },
    });
  });

  it('with variables of the tenant takes nothing from the client that aims, and has them live', async () => {
    const env = { API_TOKEN: 'q7XbD2mZr9Kt4VwL', REGION: 'eu' };
    const b = await accepted({ transport_config: { args: [], env } });
    const prepared = await prepare(b);
    expect(b.live.redact('q7XbD2mZr9Kt4VwL eu')).toBe('[redacted] eu');
    expect(await launchOf(b, prepared)).toMatchObject({ cwd: homedir(), env: { ...env, PATH: '/login/bin' } });
    expect(b.live.size).toBe(0);
  });

  it('is stored nowhere but as a hash', async () => {
    const b = await accepted({
      transport_config: { args: ['--deep-argument'], env: { API_TOKEN: 'q7XbD2mZr9Kt4VwL' } },
    });
    const stored = JSON.stringify(b.settings.read());
    for (const word of ['deep-argument', 'q7XbD2mZr9Kt4VwL', 'API_TOKEN']) expect(stored).not.toContain(word);
  });

  it('is given no secret by a binding', async () => {
    const b = await accepted();
    expect(await codeOf(prepare(b, { secrets: { X: 'keychain:x' } }))).toBe('E_BINDING_SECRETS');
    expect(b.api.asked).toEqual([]);
  });

  it('was gone at the tenant', async () => {
    const b = await accepted();
    await b.time.pass(60_000);
    b.says(failure('gone'));
    await expect(prepare(b)).rejects.toMatchObject({
      code: 'E_CONNECTOR_GONE',
      message: expect.stringContaining(`"files" is not there any more at ${HOST}`) as string,
    });
    expect(b.runtimes.of('files').sessions).toBe(0);
  });

  it('is not started without its tenant', async () => {
    const b = await accepted();
    await b.time.pass(60_000);
    b.says(failure('unreachable'));
    expect(await codeOf(prepare(b))).toBe('E_TENANT');
  });

  it('is asked about again only after a minute', async () => {
    const b = await accepted();
    for (let start = 0; start < 3; start += 1) (await prepare(b)).release(GONE);
    expect(b.api.asked).toEqual([]);
    await b.time.pass(60_000);
    for (let start = 0; start < 3; start += 1) (await prepare(b)).release(GONE);
    expect(b.api.asked).toEqual(['connector']);
    b.connectors.forget(HOST);
    (await prepare(b)).release(GONE);
    expect(b.api.asked).toEqual(['connector', 'connector']);
  });
});

describe('a server of a tenant over HTTP', () => {
  it('is told who calls, renewed until the session is over, and sent no key', async () => {
    const identity = (n: number) => ({
      headers: { 'X-Runlayer-Subject-Type': `user ${n}`, 'X-Evil': 'x' },
      expires_at: (b.time.now + 300_000) / 1000,
      applied: true,
    });
    const b: TenantBench = await accepted(HTTP);
    b.says(wire({ ...HTTP, identity_forward: identity(1) }));
    const prepared = await prepare(b);
    const extras = b.opened[0]?.extras;
    expect(extras?.credentials).toBeUndefined();
    expect(await extras?.identity?.headers()).toEqual({ 'X-Runlayer-Subject-Type': 'user 1' });
    b.says(wire({ ...HTTP, identity_forward: identity(2) }));
    await b.time.pass(240_000);
    expect(await extras?.identity?.headers()).toEqual({ 'X-Runlayer-Subject-Type': 'user 2' });
    prepared.release(GONE);
    await expect(extras?.identity?.headers()).rejects.toMatchObject({ code: 'E_IDENTITY_STALE' });
    expect(b.time.waiting).toBe(0);
  });

  it('is denied everything new once the renewal shows that it is another', async () => {
    const b = await accepted(HTTP);
    b.says(wire({ ...HTTP, identity_forward: { headers: {}, expires_at: b.time.now / 1000 + 300, applied: true } }));
    const prepared = await prepare(b);
    await settle();
    const ask = () => prepared.tenant?.pre({ method: 'tools/list', params: undefined }, new AbortController().signal);
    expect(await ask()).toMatchObject({ kind: 'allow' });
    b.says(wire({ ...HTTP, url: 'https://evil.example/mcp' }));
    await b.time.pass(240_000);
    expect(await ask()).toMatchObject({ kind: 'deny', code: 'tenant_invalid' });
    prepared.release(GONE);
  });

  it('is denied everything new once anybody here was told that it is another', async () => {
    const b = await accepted(HTTP);
    const prepared = await prepare(b);
    const ask = () => prepared.tenant?.pre({ method: 'tools/list', params: undefined }, new AbortController().signal);
    b.says(wire({ ...HTTP, version: 4 }));
    await accept(b);
    expect(await ask()).toMatchObject({ kind: 'allow' });
    b.says(wire({ ...HTTP, url: 'https://other.example/mcp' }));
    await accept(b);
    expect(await ask()).toMatchObject({ kind: 'deny', code: 'tenant_invalid' });
    prepared.release(GONE);
  });

  it('at the address of the tenant itself is sent its key, asked for each time', async () => {
    const b = await accepted({ ...HTTP, url: `${HOST}/api/v1/proxy/x/mcp` });
    (await prepare(b)).release(GONE);
    expect(await b.opened[0]?.extras.credentials?.()).toEqual({ 'x-key': `${HOST} stored` });
    (await prepare(b, { tenantKey: 'rl_session' })).release(GONE);
    expect(await b.opened[1]?.extras.credentials?.()).toEqual({ 'x-key': `${HOST} rl_session` });
  });

  it('that is a known application of this machine is watched', async () => {
    const b = await accepted({
      ...HTTP,
      url: 'http://127.0.0.1:3845/mcp',
      catalog_entry_name: 'com.figma/desktop-mcp',
    });
    const prepared = await prepare(b);
    expect(b.opened[0]?.extras.application?.url).toBe('http://127.0.0.1:3845/mcp');
    prepared.release(GONE);
    expect(b.told).toContain('Figma is watched no more');
  });

  it('ends where the tenant says that what runs is not what it means', async () => {
    const b = await accepted({ ...HTTP, sync_required: true });
    const prepared = await prepare(b);
    const { ended } = prepared.open(EVENTS);
    b.says(wire({ ...HTTP, version: 4, url: 'https://other.example/mcp' }));
    Object.assign(b.api.answers, { capabilities: () => Promise.reject(failure('conflict')) });
    prepared.tenant?.inventory({ tools: [], resources: [], prompts: [] });
    await settle();
    expect(b.stopped).toEqual([2000]);
    // The client is told why, and what was heard holds at once for the next start.
    expect((await ended).failure).toMatchObject({ code: 'E_CONNECTOR_CHANGED' });
    prepared.release(GONE);
    const next = prepare(b).catch((error: unknown) => error);
    await waiting(b);
    await b.time.pass(20_000);
    expect(await next).toMatchObject({ code: 'E_CONSENT_CHANGED' });
  });

  it('leaves nothing behind where it cannot be opened', async () => {
    const b = await accepted(HTTP);
    const failing = { ...b.prepare, openHttp: () => Promise.reject(new Error('no')) };
    await expect(prepareServer({ name: 'files', ...SESSION, tenantKey: 'rl_4f1c9b7e2d6a51' }, failing)).rejects.toThrow(
      'no',
    );
    await settle();
    expect([b.time.waiting, b.live.size, b.runtimes.of('files').sessions]).toEqual([0, 0, 0]);
  });
});

describe('a connector that nobody agreed to', () => {
  it('waits for a person, who sees it, and then starts', async () => {
    const b = tenantBench();
    const running = run(b, { target: ID, host: HOST });
    await waiting(b);
    expect(b.connectors.waitingConsents()).toEqual([{ host: HOST, server: ID, title: 'Acme Files' }]);
    await accept(b);
    expect((await running).connector).toBe('files');
    expect(b.connectors.waitingConsents()).toEqual([]);
  });

  it('is refused after 20 s, with what to do', async () => {
    const b = tenantBench();
    const running = run(b, { target: ID.toUpperCase(), host: `${HOST}/` }).catch((error: unknown) => error);
    await waiting(b);
    await b.time.pass(20_000);
    expect(await running).toMatchObject({
      code: 'E_CONSENT_MISSING',
      next: `Look at it and agree with "runlayer connectors accept ${ID} --host ${HOST}".`,
      exitCode: 2,
    });
    expect(b.connectors.waitingConsents()).toHaveLength(1);
    expect(b.settings.writes).toEqual([]);
  });

  it('any more, as it was changed, waits and is refused in the same way', async () => {
    const b = await accepted();
    b.says(wire({ transport_config: { args: ['evil.js'], env: {} } }));
    await b.time.pass(60_000);
    const running = prepare(b).catch((error: unknown) => error);
    await waiting(b);
    await b.time.pass(20_000);
    expect(await running).toMatchObject({ code: 'E_CONSENT_CHANGED' });
    expect(b.spawned).toEqual([]);
  });

  it('is agreed to by the word of an administrator who vouches for exactly that tenant', async () => {
    const b = tenantBench({ vouched: [HOST] });
    expect((await run(b, { target: ID, host: HOST })).connector).toBe('acme-files');
    expect(b.settings.read().connectors).toMatchObject([
      { name: 'acme-files', default: 'allow', enabled: true, consent: { by: 'managed' } },
    ]);
    expect(b.told).toEqual([expect.stringMatching(/^consent acme-files .* by managed settings$/)]);
    // A change too; what the person set stays.
    b.says(wire({ transport_config: { args: ['newer.js'], env: {} } }));
    await b.time.pass(60_000);
    (await run(b, { target: ID })).release(GONE);
    expect(b.settings.writes).toHaveLength(2);
    const other = tenantBench({ vouched: ['https://other.example'] });
    const running = run(other, { target: ID }).catch((error: unknown) => error);
    await waiting(other);
    await other.time.pass(20_000);
    expect(await running).toMatchObject({ code: 'E_CONSENT_MISSING' });
  });

  it('is not agreed to by an administrator where its program was replaced on this machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rl-tenant-'));
    try {
      const url = join(folder, 'server');
      await writeFile(url, '#!/bin/sh\n', { mode: 0o700 });
      const b = await accepted({ url }, { vouched: [HOST] });
      (await prepare(b)).release(GONE);
      await writeFile(url, '#!/bin/sh\nevil\n');
      expect(await codeOf(prepare(b))).toBe('E_COMMAND_CHANGED');
      await rm(url);
      expect(await codeOf(prepare(b))).toBe('E_COMMAND_MISSING');
      expect(b.settings.read().connectors[0]?.consent).toMatchObject({ by: 'person' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('what "run" means', () => {
  it('is a connector of this machine by its name, before anything is asked', async () => {
    const b = tenantBench({ connectors: [aConnector('local')] });
    expect(await codeOf(run(b, { target: 'local' }))).toBe('E_CONSENT_MISSING');
    expect(await codeOf(run(b, { target: 'local', key: 'rl_x' }))).toBe('E_USAGE');
    expect(b.api.asked).toEqual([]);
  });

  it('is an accepted one by its id, whatever its name here', async () => {
    const b = await accepted();
    for (const target of [{ target: ID }, { target: ID, host: HOST }, { target: 'files' }]) {
      const prepared = await run(b, target);
      expect(prepared.connector).toBe('files');
      prepared.release(GONE);
    }
    expect(b.api.asked).toEqual([]);
  });

  it('is an alias that the tenant knows', async () => {
    const b = await accepted();
    Object.assign(b.api.answers, {
      resolve: (alias: string) => (alias === 'acme' ? Promise.resolve(ID) : Promise.reject(failure('gone'))),
    });
    expect((await run(b, { target: 'acme', host: HOST })).connector).toBe('files');
    expect((await run(b, { target: 'acme' })).connector).toBe('files');
    expect(await codeOf(run(b, { target: 'nobody' }))).toBe('E_CONNECTOR_UNKNOWN');
    Object.assign(b.api.answers, { resolve: () => Promise.resolve('../../x') });
    expect(await codeOf(run(b, { target: 'acme', host: HOST }))).toBe('E_TENANT_INVALID');
    expect(await codeOf(run(b, { target: 'a/b', host: HOST }))).toBe('E_CONNECTOR_UNKNOWN');
  });

  it.each(['https://other.example', 'http://acme.example', `${HOST}:8443`, `${HOST}.evil.example`])(
    'asks nothing of %s, where nobody signed in',
    async (host) => {
      const b = await accepted();
      expect(['E_TENANT_UNKNOWN', 'E_TENANT_HOST']).toContain(await codeOf(run(b, { target: ID, host })));
      expect(['E_TENANT_UNKNOWN', 'E_TENANT_HOST']).toContain(await codeOf(run(b, { target: ID, host, key: 'rl_x' })));
      expect(b.api.asked).toEqual([]);
    },
  );

  it('is nothing of a tenant that somebody signed out of', async () => {
    const b = await accepted();
    const out = tenantBench({ connectors: b.settings.read().connectors, signedIn: false });
    expect(await codeOf(prepareServer({ name: 'files', ...SESSION }, out.prepare))).toBe('E_TENANT_UNKNOWN');
    expect(
      await codeOf(
        prepareRun({ target: 'nobody' }, SESSION, {
          prepare: out.prepare,
          tenants: out.connectors,
          defaultHost: () => undefined,
        }),
      ),
    ).toBe('E_CONNECTOR_UNKNOWN');
    expect(out.api.asked).toEqual([]);
  });

  it('with a key of its own asks with it, has it live, and takes nothing that another key was told', async () => {
    const b = await accepted();
    const prepared = await run(b, { target: ID, host: HOST, key: 'rl_4f1c9b7e2d6a51' });
    expect(b.told).toContain('with rl_4f1c9b7e2d6a51');
    expect(b.api.asked).toEqual(['connector']);
    expect(b.live.redact('rl_4f1c9b7e2d6a51')).toBe('[redacted]');
    prepared.release(GONE);
    expect(b.live.size).toBe(0);
    expect(JSON.stringify(b.settings.read())).not.toContain('rl_4f1');
  });
});

it('lists that were approved for one key are shown to no other', async () => {
  const b = await accepted();
  const { signal } = new AbortController();
  const list = { method: 'tools/list', params: undefined } as const;
  const first = await prepare(b);
  Object.assign(b.api.answers, { post: () => Promise.resolve(source([{ name: 'a' }])) });
  const result = Buffer.from('{"tools":[{"name":"a"}]}');
  await first.tenant?.post({ request: list, correlation: 'c1', result, error: undefined }, signal);
  Object.assign(b.api.answers, { pre: () => Promise.reject(failure('unreachable')) });
  const second = await prepare(b);
  const other = await prepare(b, { tenantKey: 'rl_other' });
  expect(await second.tenant?.pre(list, signal)).toMatchObject({ kind: 'allow' });
  expect(await other.tenant?.pre(list, signal)).toMatchObject({ kind: 'deny', code: 'tenant_unavailable' });
  b.connectors.forget(HOST);
  expect(await second.tenant?.pre(list, signal)).toMatchObject({ kind: 'deny' });
  for (const session of [first, second, other]) session.release(GONE);
});

it('calls that pass unasked are told once for a host, and end with the last session', async () => {
  const b = await accepted({}, { open: true });
  Object.assign(b.api.answers, { pre: () => Promise.reject(failure('failed')) });
  const sessions = [await prepare(b), await prepare(b)];
  for (const session of sessions)
    await session.tenant?.pre({ method: 'tools/list', params: undefined }, new AbortController().signal);
  expect(b.connectors.openHosts()).toEqual([HOST]);
  for (const session of sessions) session.release(GONE);
  expect(b.told).toEqual([`enforcement_opened {"host":"${HOST}"}`, `enforcement_closed {"host":"${HOST}"}`]);
  expect(b.connectors.openHosts()).toEqual([]);
});

describe('what one key was told', () => {
  const env = (secret: string): TenantConnector =>
    wire({ transport_config: { args: ['server.js'], env: { API_TOKEN: secret } } });

  it('is nothing that another one starts with', async () => {
    const b = await accepted(env('of-the-person'));
    b.says(env('of-another'));
    (await run(b, { target: ID, host: HOST, key: 'rl_another' })).release(GONE);
    const { spawned } = b;
    b.says(env('of-the-person'));
    await launchOf(b, await prepare(b));
    expect(spawned.at(-1)?.env).toMatchObject({ API_TOKEN: 'of-the-person' });
  });

  it('counts for nobody else while it waits for a person either', async () => {
    const b = tenantBench();
    b.says(env('of-another'));
    const other = run(b, { target: ID, host: HOST, key: 'rl_another' });
    await waiting(b);
    b.says(env('of-the-person'));
    await accept(b);
    (await other).release(GONE);
    await launchOf(b, await prepare(b));
    expect(b.spawned.at(-1)?.env).toMatchObject({ API_TOKEN: 'of-the-person' });
  });

  it('is not kept where somebody signed in anew while it was asked for', async () => {
    const b = await accepted();
    b.connectors.forget(HOST);
    const asked = b.connectors.agreement.subject(b.api, ID, 'recent');
    b.connectors.forget(HOST);
    await asked;
    await b.connectors.agreement.subject(b.api, ID, 'recent');
    expect(b.api.asked).toEqual(['connector', 'connector']);
  });
});

describe('a session when somebody signs in', () => {
  const signedIn = (b: TenantBench, account: string | undefined): void => {
    const tenants = account === undefined ? [] : [{ host: HOST, signedInAt: '2026-11-21T08:00:00.000Z', account }];
    b.settings.update('tenant.signIn', 'test', (now) => ({ ...now, tenants }));
    b.settingsChanged();
  };
  const call = { method: 'tools/call', params: { name: 'x', arguments: Buffer.from('{}'), meta: undefined } } as const;
  const { signal } = new AbortController();

  it('as the same account goes on, also after a sign-out', async () => {
    const b = await accepted(HTTP);
    signedIn(b, 'ada@acme.example');
    const prepared = await prepare(b);
    prepared.open(EVENTS);
    signedIn(b, undefined);
    signedIn(b, 'ada@acme.example');
    expect(b.stopped).toEqual([]);
    expect(await prepared.tenant?.pre(call, signal)).toMatchObject({ kind: 'allow' });
    prepared.release(GONE);
  });

  it('as another is over, and asks nothing until it is', async () => {
    const b = await accepted(HTTP);
    signedIn(b, 'ada@acme.example');
    const prepared = await prepare(b);
    const withKey = await prepare(b, { tenantKey: 'rl_session' });
    prepared.open(EVENTS);
    b.api.asked.length = 0;
    signedIn(b, undefined);
    signedIn(b, 'eve@acme.example');
    expect(b.stopped).toEqual([2000]);
    expect(await prepared.tenant?.pre(call, signal)).toMatchObject({ kind: 'deny', code: 'tenant_unauthorized' });
    expect(b.api.asked).toEqual([]);
    // It never asked with the stored one.
    expect(await withKey.tenant?.pre(call, signal)).toMatchObject({ kind: 'allow' });
    expect((await (await prepare(b)).tenant?.pre(call, signal))?.kind).toBe('allow');
    prepared.release(GONE);
    signedIn(b, 'ada@acme.example');
    expect(b.stopped).toEqual([2000]);
  });

  it('as another while it starts does not begin', async () => {
    const b = await accepted();
    signedIn(b, 'ada@acme.example');
    b.connectors.forget(HOST);
    Object.assign(b.api.answers, {
      connector: () => {
        signedIn(b, 'eve@acme.example');
        return Promise.resolve(wire());
      },
    });
    // Whose a key is cannot always be told.
    await expect(prepare(b)).rejects.toMatchObject({
      code: 'E_TENANT_SIGNED_IN_ANEW',
      message: expect.stringContaining('it is not known to be the same account') as string,
    });
  });
});
