import { OPEN_GATES } from '../fixtures/open-gates.ts';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  CompanionError,
  type Connector,
  type DefaultMode,
  type HubBinding,
  type HubConfig,
  type HubListener,
  type HubSettings,
  type NewAuditRecord,
} from '../../preload/contract/index.ts';
import { httpHash } from '../../main/connectors/definition-hash.ts';
import type { PrepareDependencies } from '../../main/connectors/prepare-server.ts';
import { ConnectorRuntimes } from '../../main/connectors/runtimes.ts';
import { endpointDefinition } from '../../main/hub/binding-secrets.ts';
import { createHubHost, type HubHost, type HubParts } from '../../main/hub/hub-host.ts';
import { createToken, hashToken } from '../../main/hub/tokens.ts';
import { compilePolicy } from '../../main/policy/decide.ts';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { EMPTY_HUB } from '../../main/settings/schema.ts';
import type { ServedSession } from '../../main/transport/downstream.ts';
import type { GovernedSession } from '../../main/transport/governed-session.ts';
import type { ListenAt } from '../../main/transport/http-endpoint/listeners.ts';
import { aConnector, memorySettings, NOW, type MemorySettings } from '../operations/fakes.ts';
import { codeOf } from '../secrets/fakes.ts';
import { FakeMessagePeer, FakeUpstream, parsed } from '../transport/fake-upstream.ts';
import { aBinding, aConfig, aListener } from './samples.ts';

const CHOSEN_PORT = 41_234;
const TOKEN = createToken((bytes) => Buffer.alloc(bytes, 1));
const ADDRESS = 'https://mcp.example.com/mcp';
const github = aConnector('github', {
  definition: endpointDefinition(ADDRESS),
  default: 'allow',
  consent: { hash: httpHash(endpointDefinition(ADDRESS)), at: NOW.toISOString() },
});
const bound = (id: string, over: Partial<HubBinding> = {}): HubBinding =>
  aBinding(id, { tokenHash: hashToken(TOKEN), ...over });

interface Bench {
  readonly hub: HubHost;
  readonly settings: MemorySettings;
  /** What the endpoint was told: `listen …`, `closed …`, `drop …`, `close`. */
  readonly told: string[];
  /** Who can reach an address. */
  reach: 'machine' | 'network' | 'missing';
  /** Nothing can be written. */
  full: boolean;
  readonly endpoint: Parameters<HubParts['createEndpoint']>[0];
  /** What the next attempts to listen at a place end with; `undefined` is a success. */
  readonly refusals: Map<string, (Error | undefined)[]>;
  readonly upstreams: FakeUpstream<FakeMessagePeer>[];
  readonly requests: { readonly name: string; readonly headers: Readonly<Record<string, string>> }[];
  /** Runs while a server is prepared. */
  whilePreparing: () => void;
  readonly released: () => number;
  readonly began: GovernedSession[];
  readonly records: NewAuditRecord[];
  readonly warnings: string[];
  readonly aggregates: Parameters<HubParts['openAggregate']>[0][];
  readonly runtimes: ConnectorRuntimes;
  readonly changes: () => number;
  readonly open: (id?: string) => Promise<ServedSession>;
  readonly client: FakeMessagePeer;
}

const opened: GovernedSession[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((session) => session.stop()));
});

const placeOf = (at: ListenAt): string => (at.kind === 'socket' ? at.path : `${at.kind} ${at.port}`);

function bench(
  hub: Partial<HubSettings> = {},
  refusals = new Map<string, (Error | undefined)[]>(),
  listenWarning = '',
): Bench {
  const memory = memorySettings({ connectors: [github], hub: { ...EMPTY_HUB, ...hub } });
  const settings: MemorySettings = {
    ...memory,
    update: (...write) => {
      if (bench.full) throw new Error('ENOSPC');
      const next = memory.update(...write);
      for (const listener of watching) listener();
      return next;
    },
  };
  const watching = new Set<() => void>();
  const told: string[] = [];
  const upstreams: FakeUpstream<FakeMessagePeer>[] = [];
  const requests: { name: string; headers: Readonly<Record<string, string>> }[] = [];
  const began: GovernedSession[] = [];
  const records: NewAuditRecord[] = [];
  const warnings: string[] = [];
  const aggregates: Bench['aggregates'] = [];
  const runtimes = new ConnectorRuntimes(() => 0);
  const client = new FakeMessagePeer();
  let released = 0;
  let changes = 0;
  let ids = 0;
  let serving: Bench['endpoint'] | undefined;
  const notUsed = (): never => {
    throw new Error('a part that this test does not give');
  };
  const prepare: PrepareDependencies = {
    pending: () => undefined,
    find: (name) => settings.read().connectors.find((connector) => connector.name === name),
    runtimes,
    vault: { resolve: notUsed },
    live: new LiveSecrets(),
    login: { get: () => Promise.resolve({ env: {} }) },
    policyOf: (connector) => compilePolicy({ connector, default: 'allow', rules: settings.read().rules }),
    spawn: notUsed,
    track: { started: notUsed, ended: notUsed },
    identitySeen: () => Promise.resolve(),
    openHttp: async (name, definition) => {
      requests.push({ name, headers: { ...definition.headers, ...definition.secrets } });
      await turn();
      bench.whilePreparing();
      const upstream = new FakeUpstream(new FakeMessagePeer());
      upstreams.push(upstream);
      return { open: upstream.open, release: () => void (released += 1) };
    },
  };
  const host = createHubHost({
    settings,
    prepare,
    session: {
      limits: DEFAULT_LIMITS,
      ...OPEN_GATES,
      record: (written) => void records.push(...written),
      shape: () => ({}),
      showArguments: (source) => source,
      redact: (text) => text,
      newId: () => `id-${++ids}`,
      parseLarge: undefined,
    },
    policyOfEndpoint: (config, mode: DefaultMode) =>
      compilePolicy({ connector: config, default: mode, rules: settings.read().rules }),
    createEndpoint: (given) => {
      serving = given;
      return {
        listen: (at) => {
          const place = placeOf(at);
          const refusal = refusals.get(place)?.shift();
          told.push(`listen ${place}`);
          if (refusal !== undefined) return Promise.reject(refusal);
          const port = at.kind === 'socket' ? undefined : at.port === 0 ? CHOSEN_PORT : at.port;
          const warns = listenWarning === '' ? {} : { warning: listenWarning };
          return Promise.resolve({ port, ...warns, close: async () => void told.push(`closed ${place}`) });
        },
        drop: (id) => void told.push(`drop ${id}`),
        sessions: (id) => (id === 'b00000001' ? 2 : 0),
        lastUsed: (id) => (id === 'b00000001' ? NOW : undefined),
        close: async () => void told.push('close'),
      };
    },
    onSettingsChanged: (listener) => {
      watching.add(listener);
      return () => watching.delete(listener);
    },
    openAggregate: (options) => {
      aggregates.push(options);
      const done = Promise.resolve();
      return {
        id: 'all',
        messageFromClient: notUsed,
        clientDrained: notUsed,
        clientGone: () => undefined,
        openCalls: 0,
        awaitsInput: false,
        done,
      };
    },
    began: (session) => {
      began.push(session);
      opened.push(session);
    },
    changed: () => void (changes += 1),
    onDemand: true,
    reach: () => bench.reach,
    warn: (text) => void warnings.push(text),
  });
  const endpoint: Bench['endpoint'] = {
    authenticate: (token) => serving?.authenticate(token),
    origins: () => serving?.origins() ?? [],
    open: (principal, served) => (serving === undefined ? notUsed() : serving.open(principal, served)),
  };
  const bench: Bench = {
    hub: host,
    settings,
    told,
    full: false,
    reach: 'machine',
    endpoint,
    refusals,
    upstreams,
    requests,
    whilePreparing: () => undefined,
    released: () => released,
    began,
    records,
    warnings,
    aggregates,
    runtimes,
    changes: () => changes,
    client,
    open: (id = 'b00000001') =>
      endpoint.open({ id, client: 'cursor' }, { peer: client, claimed: () => ({ client: 'cursor' }) }),
  };
  return bench;
}

/** One binding of one config of the connector `github`. */
const one = (config: Partial<HubConfig> = {}, binding: Partial<HubBinding> = {}): Bench =>
  bench({ configs: [aConfig('github-readonly', config)], bindings: [bound('b00000001', binding)] });

function change(b: Bench, how: (hub: HubSettings) => HubSettings): void {
  b.settings.update('a change', 'a test', (now) => ({ ...now, hub: how(now.hub) }));
}

const list = { id: 'l', method: 'tools/list' };
/** Names of the tools that the client is shown of these. */
function shown(
  b: Bench,
  session: ServedSession,
  upstream: FakeUpstream<FakeMessagePeer>,
  ...names: string[]
): string[] {
  b.client.take();
  session.messageFromClient(...parsed('client', list));
  upstream.sends({ id: 'l', result: { tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })) } });
  const answer = b.client.take()[0]?.message as { result?: { tools: { name: string }[] } } | undefined;
  return answer?.result?.tools.map(({ name }) => name) ?? ['no answer'];
}
const taken = (): CompanionError => new CompanionError('E_PORT_TAKEN', 'It is taken.', 'Stop the program that has it.');

const STOLEN = 'Its tokens may have been seen: rotate them with "runlayer hub env --rotate".';

describe('who a token stands for', () => {
  it('is its binding, known by the hash that is in the settings now', () => {
    const b = one({}, { client: 'cursor' });
    expect(b.endpoint.authenticate(TOKEN)).toEqual({ id: 'b00000001', client: 'cursor' });
    expect(b.endpoint.authenticate(hashToken(TOKEN))).toBeUndefined();
    expect(b.endpoint.authenticate(createToken((bytes) => Buffer.alloc(bytes, 2)))).toBeUndefined();
    expect(b.endpoint.authenticate('')).toBeUndefined();
    change(b, (hub) => ({ ...hub, bindings: [] }));
    expect(b.endpoint.authenticate(TOKEN)).toBeUndefined();
  });
});

describe('what a token opens', () => {
  it("is its config's connector, with the binding's secrets, a name in the record, and only the tools of its globs", async () => {
    const b = one(
      { allowedTools: ['get_*'] },
      { secrets: { 'X-Key': 'keychain:mine' }, consentHash: httpHash(endpointDefinition(ADDRESS)) },
    );
    const session = await b.open();
    expect(b.requests).toEqual([{ name: 'github', headers: { 'X-Key': 'keychain:mine' } }]);
    expect(b.began.map(({ id, connector }) => `${id} ${connector}`)).toEqual([`${session.id} github`]);
    expect(b.records[0]).toMatchObject({
      event: 'session_started',
      connector: 'github',
      claimed: { client: 'cursor' },
      detail: { binding: 'b00000001' },
    });
    const [upstream] = b.upstreams;
    if (upstream === undefined) throw new Error('nothing was opened');
    expect(shown(b, session, upstream, 'get_me', 'delete_me')).toEqual(['get_me']);
    session.messageFromClient(...parsed('client', { id: 1, method: 'ping' }));
    expect(session.openCalls).toBe(1);
    session.clientGone();
    await session.done;
    expect([upstream.stops, b.released()]).toEqual([[300], 1]);
  });

  it('follows what becomes of its config: at once where it is changed, nothing where it is gone', async () => {
    const b = one({ allowedTools: ['get_*'] });
    const session = await b.open();
    const [upstream] = b.upstreams;
    if (upstream === undefined) throw new Error('nothing was opened');
    change(b, (hub) => ({ ...hub, configs: [aConfig('github-readonly', { allowedTools: ['delete_*'] })] }));
    expect(shown(b, session, upstream, 'get_me', 'delete_me')).toEqual(['delete_me']);
    change(b, (hub) => ({ ...hub, configs: [] }));
    expect(b.began).toHaveLength(1);
    session.messageFromClient(...parsed('client', { id: 2, method: 'tools/call', params: { name: 'delete_me' } }));
    expect(b.client.take()[0]?.message).toMatchObject({ id: 2, error: { message: 'Unknown tool: delete_me' } });
    await expect(b.open()).rejects.toMatchObject({
      code: 'E_HUB_CONFIG_UNKNOWN',
      next: expect.stringContaining('runlayer hub binds') as string,
    });
  });

  it('is an address that a config names, with the default that the config has now', async () => {
    const target = { endpoint: 'https://other.example/mcp', default: 'allow' } as const;
    const b = one(
      { target },
      {
        secrets: { Authorization: 'Bearer keychain:mine' },
        consentHash: httpHash(endpointDefinition(target.endpoint)),
      },
    );
    const session = await b.open();
    expect(b.requests).toEqual([{ name: 'github-readonly', headers: { Authorization: 'Bearer keychain:mine' } }]);
    const [upstream] = b.upstreams;
    if (upstream === undefined) throw new Error('nothing was opened');
    expect(shown(b, session, upstream, 'anything')).toEqual(['anything']);
    // Made stricter by somebody else: what runs is stricter too.
    change(b, (hub) => ({
      ...hub,
      configs: [aConfig('github-readonly', { target: { ...target, default: 'deny' } })],
    }));
    session.messageFromClient(...parsed('client', { id: 2, method: 'tools/call', params: { name: 'anything' } }));
    expect(b.client.take()[0]?.message).toMatchObject({ id: 2, error: { message: 'Unknown tool: anything' } });
  });

  it('with --all is every connector, each opened by its name and narrowed by nothing', async () => {
    const b = bench({ bindings: [bound('b00000001', { config: null })] });
    expect((await b.open()).id).toBe('all');
    const [options] = b.aggregates;
    if (options === undefined) throw new Error('nothing was opened');
    const { client, openMember } = options;
    expect(client.peer).toBe(b.client);
    expect(b.requests).toEqual([]);
    const member = await openMember('github', client);
    expect(b.requests).toEqual([{ name: 'github', headers: {} }]);
    expect(b.records[0]).toMatchObject({ connector: 'github', detail: { binding: 'b00000001' } });
    const [upstream] = b.upstreams;
    if (upstream === undefined) throw new Error('nothing was opened');
    expect(shown(b, member, upstream, 'a', 'b')).toEqual(['a', 'b']);
    expect(await codeOf(openMember('nobody', client))).toBe('E_CONNECTOR_UNKNOWN');
    change(b, (hub) => ({ ...hub, bindings: [] }));
    expect(await codeOf(openMember('github', client))).toBe('E_HUB_TOKEN');
  });

  it('with --all is told which connectors can be used, and when that changes', async () => {
    const b = bench({ bindings: [bound('b00000001', { config: null })] });
    await b.open();
    const [options] = b.aggregates;
    if (options === undefined) throw new Error('nothing was opened');
    let told = 0;
    const forget = options.changed(() => (told += 1));
    const connectors = (...now: Connector[]): void =>
      void b.settings.update('x', 'y', (all) => ({ ...all, connectors: now }));
    expect(options.connectors()).toEqual(['github']);
    const unseen = aConnector('unseen', { definition: endpointDefinition(ADDRESS) });
    connectors(github, unseen);
    expect([options.connectors(), told]).toEqual([['github'], 0]);
    connectors(github, { ...github, name: 'other' });
    expect([options.connectors(), told]).toEqual([['github', 'other'], 1]);
    connectors({ ...github, enabled: false }, { ...github, name: 'other' });
    expect([options.connectors(), told]).toEqual([['other'], 2]);
    change(b, (hub) => hub);
    expect(told).toBe(2);
    forget();
    connectors(github);
    expect(told).toBe(2);
  });

  it('a connector that is off or was changed opens nothing', async () => {
    const b = one();
    b.settings.update('x', 'y', (now) => ({ ...now, connectors: [{ ...github, enabled: false }] }));
    expect(await codeOf(b.open())).toBe('E_CONNECTOR_DISABLED');
    const moved = { ...github, definition: endpointDefinition('https://evil.example/mcp') };
    b.settings.update('x', 'y', (now) => ({ ...now, connectors: [moved] }));
    expect(await codeOf(b.open())).toBe('E_CONSENT_CHANGED');
    expect([b.requests, b.began, b.records]).toEqual([[], [], []]);
  });

  it.each<[string, Partial<HubConfig>]>([
    ['a connector', {}],
    ['an address', { target: { endpoint: ADDRESS, default: 'allow' } }],
  ])('never hands the secrets for %s to what took its place', async (_title, config) => {
    const consentHash = httpHash(endpointDefinition(ADDRESS));
    const b = one(config, { secrets: { 'X-Key': 'keychain:mine' }, consentHash });
    const other = 'https://evil.example/mcp';
    const evil = {
      ...github,
      definition: endpointDefinition(other),
      consent: { hash: httpHash(endpointDefinition(other)), at: NOW.toISOString() },
    };
    // Agreed to, with no word about the token of before.
    b.settings.update('x', 'y', (now) => ({
      ...now,
      connectors: [evil],
      hub:
        'target' in config
          ? { ...now.hub, configs: [aConfig('github-readonly', { target: { endpoint: other, default: 'allow' } })] }
          : now.hub,
    }));
    await expect(b.open()).rejects.toMatchObject({
      code: 'E_HUB_TARGET_CHANGED',
      next: expect.stringContaining('bind again with "runlayer hub bind github-readonly"') as string,
    });
    expect([b.requests, b.began, b.records]).toEqual([[], [], []]);
    change(b, (hub) => ({ ...hub, bindings: [bound('b00000001')] }));
    await b.open();
    expect(b.requests).toEqual([{ name: 'target' in config ? 'github-readonly' : 'github', headers: {} }]);
  });

  it('is nothing once it was revoked', async () => {
    const b = one();
    change(b, (hub) => ({ ...hub, bindings: [] }));
    await expect(b.open()).rejects.toMatchObject({
      code: 'E_HUB_TOKEN',
      next: expect.stringContaining('runlayer hub bind') as string,
    });
  });
});

describe('what changes while a server is prepared', () => {
  const elsewhere = { endpoint: 'https://elsewhere.example/mcp', default: 'allow' } as const;
  it.each<[string, (hub: HubSettings) => HubSettings]>([
    ['the token was revoked', (hub) => ({ ...hub, bindings: [] })],
    ['it was given a new token', (hub) => ({ ...hub, bindings: [aBinding('b00000001')] })],
    ['the config was deleted', (hub) => ({ ...hub, configs: [] })],
    [
      'the config reaches something else',
      (hub) => ({ ...hub, configs: [aConfig('github-readonly', { target: elsewhere })] }),
    ],
  ])('is not opened when %s; nothing is held', async (_what, how) => {
    const b = one();
    b.whilePreparing = () => change(b, how);
    expect(await codeOf(b.open())).toBe('E_HUB_TOKEN');
    expect(b.released()).toBe(1);
    expect(b.runtimes.of('github').sessions).toBe(0);
    expect(b.upstreams[0]?.opened).toBe(0);
    expect([b.began, b.records]).toEqual([[], []]);
  });

  it('is opened when only something else changed', async () => {
    const b = one();
    b.whilePreparing = () =>
      change(b, (hub) => ({ ...hub, bindings: [...hub.bindings, aBinding('b00000002')], configs: [...hub.configs] }));
    await b.open();
    expect(b.began).toHaveLength(1);
  });
});

describe('the address', () => {
  it('is chosen once, kept in the settings, and the same from then on', async () => {
    const b = bench();
    expect(b.hub.state()).toEqual({ url: null, state: 'off', problem: '', onDemand: true, origins: [], listeners: [] });
    expect(b.told).toEqual([]);
    const [url, again] = await Promise.all([b.hub.endpointUrl(), b.hub.endpointUrl()]);
    expect([url, again]).toEqual([`http://127.0.0.1:${CHOSEN_PORT}/mcp`, url]);
    expect(await b.hub.endpointUrl()).toBe(url);
    expect(b.told).toEqual(['listen loopback 0']);
    expect(b.settings.read().hub.port).toBe(CHOSEN_PORT);
    expect(b.settings.writes).toEqual(['hub.port by companion']);
    expect(b.hub.state()).toEqual({ url, state: 'listening', problem: '', onDemand: true, origins: [], listeners: [] });
    expect(b.changes()).toBe(1);
  });

  it('that was kept is listened on at once where a token is out there, and not written again', async () => {
    const b = bench({ port: 40_000, bindings: [bound('b00000001')] });
    expect(await b.hub.endpointUrl()).toBe('http://127.0.0.1:40000/mcp');
    expect(b.told).toEqual(['listen loopback 40000']);
    expect(b.settings.writes).toEqual([]);
  });

  it('that is taken fails loudly, is never another one, and is tried again when somebody asks', async () => {
    const refusals = new Map([['loopback 40000', [taken(), taken(), undefined]]]);
    const b = bench({ port: 40_000, bindings: [bound('b00000001')] }, refusals);
    await turn();
    const told = 'It is taken. Stop the program that has it.';
    expect(b.hub.state()).toEqual({
      url: 'http://127.0.0.1:40000/mcp',
      state: 'failed',
      problem: `${told} ${STOLEN}`,
      onDemand: true,
      origins: [],
      listeners: [],
    });
    expect(b.warnings).toEqual([`${told} ${STOLEN}`]);
    expect(b.changes()).toBe(1);
    expect(await codeOf(b.hub.endpointUrl())).toBe('E_PORT_TAKEN');
    expect(b.changes()).toBe(1);
    expect(await b.hub.endpointUrl()).toBe('http://127.0.0.1:40000/mcp');
    expect(b.hub.state()).toMatchObject({ state: 'listening', problem: '' });
    expect(b.told).toEqual(Array.from({ length: 3 }, () => 'listen loopback 40000'));
    expect(b.settings.read().hub.port).toBe(40_000);
  });

  it('with another program on its IPv6 side is told, while it listens', async () => {
    const problem = 'Another program listens on [::1]:40000.';
    const b = bench({ port: 40_000 }, undefined, problem);
    await b.hub.endpointUrl();
    expect(b.hub.state()).toMatchObject({ state: 'listening', problem });
  });

  it('that is taken while no token is out there says nothing of tokens', async () => {
    const b = bench({ port: 40_000 }, new Map([['loopback 40000', [taken()]]]));
    await expect(b.hub.endpointUrl()).rejects.toMatchObject({ next: 'Stop the program that has it.' });
  });

  it('that cannot be written down is not used', async () => {
    const b = bench();
    b.full = true;
    await expect(b.hub.endpointUrl()).rejects.toThrow('ENOSPC');
    expect(b.told).toEqual(['listen loopback 0', 'closed loopback 0']);
    expect(b.hub.state()).toMatchObject({ url: null, state: 'failed' });
    b.full = false;
    expect(await b.hub.endpointUrl()).toBe(`http://127.0.0.1:${CHOSEN_PORT}/mcp`);
  });
});

describe('more listeners', () => {
  const socket = aListener('l00000001');
  const bridge: HubListener = {
    id: 'l00000002',
    kind: 'address',
    address: '172.17.0.1',
    port: 4000,
    hosts: ['host.docker.internal'],
  };
  const listeners =
    (...now: readonly HubListener[]) =>
    (hub: HubSettings): HubSettings => ({ ...hub, listeners: [...now] });

  it('are those of the settings: opened at the start, added, closed, and kept where nothing changed', async () => {
    const b = bench({ listeners: [socket] });
    await b.hub.listenersChanged();
    expect(b.told).toEqual(['listen /run/l00000001.sock']);
    change(b, listeners(socket, bridge));
    await b.hub.listenersChanged();
    expect(b.told.slice(1)).toEqual(['listen address 4000']);
    expect(b.hub.state().listeners).toEqual([
      { listener: socket, state: 'listening', problem: '' },
      { listener: bridge, state: 'listening', problem: '' },
    ]);
    change(b, listeners(bridge));
    await b.hub.listenersChanged();
    expect(b.told.slice(2)).toEqual(['closed /run/l00000001.sock']);
    change(b, listeners());
    await b.hub.listenersChanged();
    expect(b.hub.state().listeners).toEqual([]);
    expect(b.told.slice(3)).toEqual(['closed address 4000']);
  });

  it('one that cannot be opened says why, leaves the others, and is tried again with the next change', async () => {
    const b = bench({}, new Map([['address 4000', [taken()]]]));
    change(b, listeners(socket, bridge));
    await b.hub.listenersChanged();
    const told = 'It is taken. Stop the program that has it.';
    expect(b.hub.state().listeners).toEqual([
      { listener: socket, state: 'listening', problem: '' },
      { listener: bridge, state: 'failed', problem: told },
    ]);
    expect(b.warnings).toEqual([told]);
    await b.hub.listenersChanged();
    expect(b.hub.state().listeners.map(({ state }) => state)).toEqual(['listening', 'listening']);
    expect(b.told).toEqual(['listen /run/l00000001.sock', 'listen address 4000', 'listen address 4000']);
  });

  it('one that other machines reach by now is not opened, unless somebody agreed to that', async () => {
    const b = bench();
    b.reach = 'network';
    change(b, listeners(bridge));
    await b.hub.listenersChanged();
    expect(b.told).toEqual([]);
    expect(b.hub.state().listeners[0]).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('--lan') as string,
    });
    change(b, listeners({ ...bridge, id: 'l00000003', lan: true }));
    await b.hub.listenersChanged();
    expect(b.told).toEqual(['listen address 4000']);
  });

  it('changes that come together open and close each once', async () => {
    const b = bench();
    change(b, listeners(socket));
    const first = b.hub.listenersChanged();
    change(b, listeners());
    await Promise.all([first, b.hub.listenersChanged()]);
    expect(b.hub.state().listeners).toEqual([]);
    expect(b.told.filter((word) => word.startsWith('listen')).length).toBe(
      b.told.filter((word) => word.startsWith('closed')).length,
    );
  });
});

describe('the rest', () => {
  it('is told to the endpoint, and asked of it', async () => {
    const b = one();
    b.hub.dropBinding('b00000001');
    await turn();
    expect([b.hub.sessions('b00000001'), b.hub.lastUsedAt('b00000001')]).toEqual([2, NOW]);
    expect([b.hub.sessions('b00000009'), b.hub.lastUsedAt('b00000009')]).toEqual([0, undefined]);
    await b.hub.close();
    expect(b.told).toEqual(['listen loopback 0', 'drop b00000001', 'close']);
  });
});
