import { describe, expect, it } from 'vitest';
import { findByToken } from '../../main/hub/tokens.ts';
import { operations, type Connector, type SecretEntry } from '../../preload/contract/index.ts';
import { aBinding, aConfig, AT } from '../hub/samples.ts';
import { aConnector, agreedConnector, CLI, memorySettings, NOW, secretBench, type MemorySettings } from './fakes.ts';
import { hubBench, URL_OF_HUB, type HubBench } from './hub-bench.ts';

const TOKEN_A = `rlh_${'A'.repeat(43)}`;
const TOKEN_B = `rlh_${'B'.repeat(43)}`;
const stored: SecretEntry[] = [{ name: 'github', backend: 'vault', redactable: true, updatedAt: AT }];
const secrets = { GITHUB_TOKEN: 'keychain:github' };
const bindInput = { config: 'github-readonly', secrets, client: 'claude_code' };

const withHub = (over: Partial<ReturnType<MemorySettings['read']>['hub']> = {}): MemorySettings =>
  memorySettings({
    connectors: [agreedConnector('github')],
    hub: { port: 41_234, configs: [aConfig('github-readonly')], bindings: [], listeners: [], origins: [], ...over },
  });

/** Everything of a bench that lasts. */
const remains = (bench: HubBench): string =>
  JSON.stringify([bench.settings.read(), bench.settings.writes, bench.recorded]);

describe('hub.bind', () => {
  it('gives a token once, and keeps its hash alone', async () => {
    const bench = hubBench({ settings: withHub(), stored });
    const bound = await bench.handlers['hub.bind'](bindInput, CLI);
    expect(bound).toEqual({
      token: TOKEN_A,
      url: URL_OF_HUB,
      binding: {
        id: 'b00000001',
        config: 'github-readonly',
        secrets,
        client: 'claude_code',
        variable: 'RL_TOKEN_GITHUB_READONLY',
        createdAt: NOW.toISOString(),
        sessions: 2,
        lastUsedAt: NOW.toISOString(),
        problem: '',
      },
    });
    expect(operations['hub.bind'].output.safeParse(bound).success).toBe(true);
    expect(findByToken(bench.settings.read().hub.bindings, TOKEN_A)?.id).toBe('b00000001');
    expect(bench.recorded).toEqual(['hub_token_changed {"binding":"b00000001","change":"bound","by":"a test"}']);
    expect(remains(bench)).not.toContain(TOKEN_A);
    const binds = await bench.handlers['hub.binds']({}, CLI);
    expect(binds).toEqual([bound.binding]);
    expect(JSON.stringify(binds)).not.toMatch(/rlh_|[0-9a-f]{64}/);
  });

  it('binds one config as often as it is asked to, each time with its own token and variable', async () => {
    const bench = hubBench({ settings: withHub(), stored });
    const all = await Promise.all([
      bench.handlers['hub.bind'](bindInput, CLI),
      bench.handlers['hub.bind'](bindInput, CLI),
      bench.handlers['hub.bind']({ config: null, secrets: {} }, CLI),
    ]);
    expect(new Set(all.map(({ token }) => token)).size).toBe(3);
    expect(all.map(({ binding }) => binding.variable)).toEqual([
      'RL_TOKEN_GITHUB_READONLY',
      'RL_TOKEN_GITHUB_READONLY_CLAUDE_CODE',
      'RL_TOKEN_ALL',
    ]);
    for (const { token, binding } of all)
      expect(findByToken(bench.settings.read().hub.bindings, token)?.id).toBe(binding.id);
  });

  it('takes no id that is taken', async () => {
    const bench = hubBench({
      settings: withHub({ bindings: [aBinding('b00000009')] }),
      stored,
      ids: ['00000009', '00000009', '0000000a'],
    });
    expect((await bench.handlers['hub.bind'](bindInput, CLI)).binding.id).toBe('b0000000a');
  });

  it.each<[string, object, string]>([
    ['a config that is not there', { config: 'nope', secrets: {} }, 'E_HUB_CONFIG_UNKNOWN'],
    ['a config whose connector is not there', { config: 'orphan', secrets: {} }, 'E_HUB_CONNECTOR_GONE'],
    ['a config whose connector is switched off', { config: 'off', secrets: {} }, 'E_CONNECTOR_DISABLED'],
    ['a header for a program', { config: 'github-readonly', secrets: { 'X-Key': 'keychain:github' } }, 'E_HUB_SECRETS'],
    [
      'a header of the transport, for an address',
      { config: 'web', secrets: { Host: 'keychain:github' } },
      'E_HUB_SECRETS',
    ],
    ['secrets for all connectors', { config: null, secrets }, 'E_HUB_SECRETS'],
    ['a secret itself', { config: 'github-readonly', secrets: { GITHUB_TOKEN: 'ghp_hunter2' } }, 'E_INPUT'],
    ['a label with spaces', { config: 'github-readonly', secrets: {}, client: 'my client' }, 'E_INPUT'],
  ])('refuses %s, and starts nothing for it', async (_title, input, code) => {
    const bench = hubBench({
      settings: memorySettings({
        connectors: [agreedConnector('github'), aConnector('sleeping', { enabled: false })],
        hub: {
          port: null,
          configs: [
            aConfig('github-readonly'),
            aConfig('orphan', { target: { connector: 'gone' } }),
            aConfig('off', { target: { connector: 'sleeping' } }),
            aConfig('web', { target: { endpoint: 'https://mcp.example.com/mcp', default: 'ask' } }),
          ],
          bindings: [],
          listeners: [],
          origins: [],
        },
      }),
    });
    const refused = bench.dispatch('hub.bind', input, { confirmed: true });
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') as string });
    expect([bench.told, bench.settings.writes, bench.recorded]).toEqual([[], [], []]);
  });

  it('looks again after the endpoint has started: what was there may be gone', async () => {
    const settings = withHub();
    const bench = hubBench({
      settings,
      stored,
      starting: () => {
        settings.update('a person', 'elsewhere', (now) => ({ ...now, hub: { ...now.hub, configs: [] } }));
      },
    });
    await expect(Promise.resolve(bench.handlers['hub.bind'](bindInput, CLI))).rejects.toMatchObject({
      code: 'E_HUB_CONFIG_UNKNOWN',
    });
    expect(bench.settings.read().hub.bindings).toEqual([]);
    expect(bench.recorded).toEqual([]);
  });

  it.each<[string, Parameters<typeof hubBench>[0]]>([
    ['the endpoint cannot listen', { starting: () => Promise.reject(new Error('taken')) }],
    [
      'nothing can be recorded',
      {
        record: () => {
          throw new Error('taken');
        },
      },
    ],
  ])('binds nothing where %s', async (_title, scene) => {
    const bench = hubBench({ settings: withHub(), stored, ...scene });
    await expect(Promise.resolve(bench.handlers['hub.bind'](bindInput, CLI))).rejects.toThrow('taken');
    expect(bench.settings.read().hub.bindings).toEqual([]);
  });

  it('needs a yes', async () => {
    const bench = hubBench({ settings: withHub(), stored });
    await expect(bench.dispatch('hub.bind', bindInput)).rejects.toMatchObject({ code: 'E_CONFIRMATION' });
    await expect(bench.dispatch('hub.bind', bindInput, { caller: 'ui', confirmed: true })).rejects.toMatchObject({
      code: 'E_NOT_ALLOWED',
    });
    expect(bench.settings.writes).toEqual([]);
  });

  it('stops at a thousand bindings', async () => {
    const bindings = Array.from({ length: 1024 }, (_none, at) => aBinding(`b${at.toString(16).padStart(8, '0')}`));
    const bench = hubBench({ settings: withHub({ bindings }), stored });
    await expect(Promise.resolve(bench.handlers['hub.bind'](bindInput, CLI))).rejects.toMatchObject({
      code: 'E_HUB_FULL',
    });
  });
});

describe('hub.binds says why a token is refused', () => {
  const problemOf = (settings: MemorySettings, entries = stored): string => {
    const [view] = hubBench({ settings, stored: entries }).handlers['hub.binds']({}, CLI) as { problem: string }[];
    return view?.problem ?? 'no binding';
  };
  const bindings = [aBinding('b00000001', { secrets, consentHash: 'a'.repeat(64) })];
  const hub = { port: 1, configs: [aConfig('github-readonly')], bindings, listeners: [], origins: [] };

  it.each<[string, MemorySettings, string]>([
    ['nothing', withHub({ bindings }), ''],
    ['its config is gone', withHub({ bindings, configs: [] }), 'There is no hub config named "github-readonly".'],
    ['its connector is gone', memorySettings({ hub }), 'for a connector "github", and there is none of that name'],
    [
      'its connector is switched off',
      memorySettings({ connectors: [aConnector('github', { enabled: false })], hub }),
      'is switched off. Switch it on with "runlayer connectors enable github".',
    ],
  ])('%s', (title, settings, expected) => {
    if (title === 'nothing') expect(problemOf(settings)).toBe(expected);
    else expect(problemOf(settings)).toContain(expected);
  });

  it('its secret is not stored', () => {
    expect(problemOf(withHub({ bindings }), [])).toBe(
      'The secret "github" is not stored. Store it with "runlayer secrets set github".',
    );
  });

  it('and secrets say which binding uses them', () => {
    const bench = secretBench({ settings: withHub({ bindings }) });
    return Promise.resolve(bench.handlers['secrets.set']({ name: 'github', value: 'hunter2-hunter2' }, CLI)).then(
      ({ usedBy }) => expect(usedBy).toEqual(['hub binding b00000001']),
    );
  });
});

describe('secrets of a binding', () => {
  const bound = async (input: object = bindInput): Promise<HubBench> => {
    const bench = hubBench({ settings: withHub(), stored });
    await bench.dispatch('hub.bind', input, { confirmed: true });
    return bench;
  };
  const problem = (bench: HubBench): string =>
    (bench.handlers['hub.binds']({}, CLI) as { problem: string }[])[0]?.problem ?? 'no binding';
  const connectors = (bench: HubBench, ...now: Connector[]): void =>
    void bench.settings.update('x', 'y', (all) => ({ ...all, connectors: now }));

  it('are for what was agreed to when it was made; no view of it says the hash', async () => {
    const bench = await bound();
    expect(bench.settings.read().hub.bindings[0]?.consentHash).toBe('a'.repeat(64));
    expect(problem(bench)).toBe('');
    connectors(bench);
    expect(problem(bench)).toContain('there is none of that name');
    connectors(bench, agreedConnector('github', 'e'));
    expect(problem(bench)).toBe(
      'The connector "github" changed since this token was bound, and its secrets were meant for what was there then. ' +
        'Look at it, bind again with "runlayer hub bind github-readonly", and end this one with "runlayer hub revoke b00000001".',
    );
    connectors(bench, agreedConnector('github'));
    expect(problem(bench)).toBe('');
    connectors(bench, aConnector('github'));
    expect(problem(bench)).toContain('Nobody has agreed to the connector "github"');
  });

  it('are not made fit again by a new token', async () => {
    const bench = await bound();
    connectors(bench, agreedConnector('github', 'e'));
    await bench.handlers['hub.rotate']({ bindings: ['b00000001'] }, CLI);
    expect(problem(bench)).toContain('changed since this token was bound');
  });

  it('that were bound by an older companion need a look, too', async () => {
    const bench = hubBench({ settings: withHub({ bindings: [aBinding('b00000001', { secrets })] }), stored });
    expect(problem(bench)).toContain('changed since this token was bound');
  });

  it('where there are none, follow the consent of the connector', async () => {
    const bench = await bound({ config: 'github-readonly', secrets: {} });
    expect(bench.settings.read().hub.bindings[0]).not.toHaveProperty('consentHash');
    connectors(bench, agreedConnector('github', 'e'));
    expect(problem(bench)).toBe('');
  });

  it('are given to nobody where nobody has agreed', async () => {
    const bench = hubBench({ settings: memorySettings({ ...withHub().read(), connectors: [aConnector('github')] }) });
    await expect(bench.dispatch('hub.bind', bindInput, { confirmed: true })).rejects.toMatchObject({
      code: 'E_CONSENT_MISSING',
    });
    expect(bench.settings.writes).toEqual([]);
  });

  it('go where a person aims the config, and back nowhere by themselves', async () => {
    const bench = await bound();
    connectors(bench, agreedConnector('github'), agreedConnector('gitlab', 'b'), aConnector('unseen'));
    const aim = (target: object): Promise<unknown> =>
      bench.dispatch('hub.configs.update', { name: 'github-readonly', target }, { confirmed: true });
    await aim({ connector: 'gitlab' });
    expect(bench.settings.read().hub.bindings[0]?.consentHash).toBe('b'.repeat(64));
    expect(problem(bench)).toBe('');
    await expect(aim({ connector: 'unseen' })).rejects.toMatchObject({ code: 'E_CONSENT_MISSING' });
    connectors(bench, agreedConnector('gitlab', 'c'));
    await bench.dispatch('hub.configs.update', { name: 'github-readonly', allowedTools: ['get_*'] });
    expect(problem(bench)).toContain('"gitlab" changed since this token was bound');
  });
});

describe('hub.rotate', () => {
  const two = (): HubBench =>
    hubBench({ settings: withHub({ bindings: [aBinding('b00000001', { secrets }), aBinding('b00000002')] }), stored });

  it('gives new tokens; the old ones are dead, their sessions end', async () => {
    const bench = two();
    const [before] = bench.settings.read().hub.bindings;
    const rotated = await bench.handlers['hub.rotate']({ bindings: ['b00000002', 'b00000001', 'b00000002'] }, CLI);
    expect(rotated.url).toBe(URL_OF_HUB);
    expect(rotated.tokens.map(({ token, binding }) => [binding.id, token])).toEqual([
      ['b00000002', TOKEN_A],
      ['b00000001', TOKEN_B],
    ]);
    const { bindings } = bench.settings.read().hub;
    expect(bindings.map(({ id }) => id)).toEqual(['b00000001', 'b00000002']);
    expect(bindings[0]).toEqual({ ...before, tokenHash: bindings[0]?.tokenHash, rotatedAt: NOW.toISOString() });
    expect(findByToken(bindings, TOKEN_B)?.id).toBe('b00000001');
    expect(bench.told).toEqual(['started', 'dropped b00000002', 'dropped b00000001']);
    expect(bench.settings.writes).toEqual(['hub.rotate by a test']);
    expect(bench.recorded).toHaveLength(2);
    expect(remains(bench)).not.toContain('rlh_');
    await bench.handlers['hub.rotate']({ bindings: ['b00000001'] }, CLI);
    expect(findByToken(bench.settings.read().hub.bindings, TOKEN_B)).toBeUndefined();
  });

  it('of some that are not all there changes none', async () => {
    const bench = two();
    const call = Promise.resolve(bench.handlers['hub.rotate']({ bindings: ['b00000001', 'b0000000f'] }, CLI));
    await expect(call).rejects.toMatchObject({ code: 'E_HUB_BINDING_UNKNOWN' });
    expect([bench.settings.writes, bench.told, bench.recorded]).toEqual([[], [], []]);
  });

  it('needs a yes, and at least one', async () => {
    await expect(two().dispatch('hub.rotate', { bindings: ['b00000001'] })).rejects.toMatchObject({
      code: 'E_CONFIRMATION',
    });
    await expect(two().dispatch('hub.rotate', { bindings: [] }, { confirmed: true })).rejects.toMatchObject({
      code: 'E_INPUT',
    });
  });
});

describe('hub.revoke', () => {
  it('ends a binding without a yes, also from a page, once', async () => {
    const settings = withHub({ bindings: [aBinding('b00000001'), aBinding('b00000002')] });
    const bench = hubBench({ settings });
    await bench.dispatch('hub.revoke', { binding: 'b00000001' }, { caller: 'ui', by: 'interface' });
    expect(settings.read().hub.bindings.map(({ id }) => id)).toEqual(['b00000002']);
    expect(bench.told).toEqual(['dropped b00000001']);
    expect(bench.recorded).toEqual(['hub_token_changed {"binding":"b00000001","change":"revoked","by":"interface"}']);
    await expect(bench.dispatch('hub.revoke', { binding: 'b00000001' })).rejects.toMatchObject({
      code: 'E_HUB_BINDING_UNKNOWN',
    });
    expect(bench.told).toHaveLength(1);
  });
});
