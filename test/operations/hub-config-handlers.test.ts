import { describe, expect, it } from 'vitest';
import type { HubConfig, OperationInput } from '../../preload/contract/index.ts';
import { aBinding, aConfig } from '../hub/samples.ts';
import { aConnector, CLI, memorySettings, NOW, type MemorySettings, PAGE } from './fakes.ts';
import { hubWeakeningTests } from '../../main/operations/hub-handlers.ts';
import { hubBench } from './hub-bench.ts';

const URL = 'https://mcp.example.com/mcp';
const create: OperationInput<'hub.configs.create'> = {
  name: 'github-readonly',
  target: { connector: 'github' },
  allowedTools: ['get_*'],
  description: 'to look',
};
const withConfigs = (
  configs: HubConfig[],
  over: Partial<ReturnType<MemorySettings['read']>['hub']> = {},
): MemorySettings =>
  memorySettings({
    connectors: [aConnector('github'), aConnector('gitlab')],
    hub: { port: null, configs, bindings: [], listeners: [], origins: [], ...over },
  });

describe('a config', () => {
  it('is made, recorded, listed, and got', async () => {
    const bench = hubBench();
    const made = await bench.handlers['hub.configs.create'](create, CLI);
    expect(made).toEqual({ ...create, createdAt: NOW.toISOString(), updatedAt: NOW.toISOString() });
    expect(await bench.handlers['hub.configs.list']({}, CLI)).toEqual([made]);
    expect(await bench.handlers['hub.configs.get']({ name: create.name }, CLI)).toEqual(made);
    expect(bench.recorded).toEqual([
      'hub_config_changed {"config":"github-readonly","change":"created","by":"a test"}',
    ]);
    expect(bench.settings.writes).toEqual(['hub.configs.create by a test']);
  });

  it('is made once under a name', async () => {
    const bench = hubBench();
    await bench.handlers['hub.configs.create'](create, CLI);
    expect(() => bench.handlers['hub.configs.create']({ ...create, allowedTools: ['*'] }, CLI)).toThrow(
      expect.objectContaining({ code: 'E_HUB_CONFIG_EXISTS', exitCode: 2 }) as Error,
    );
    expect(bench.settings.read().hub.configs).toHaveLength(1);
    expect(bench.recorded).toHaveLength(1);
  });

  it('of two that are made at once, one is', async () => {
    const bench = hubBench();
    const both = await Promise.allSettled([
      bench.dispatch('hub.configs.create', create),
      bench.dispatch('hub.configs.create', create),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(bench.settings.read().hub.configs).toHaveLength(1);
  });

  it('is not made where nothing can be recorded', () => {
    const bench = hubBench({
      record: () => {
        throw new Error('ENOSPC');
      },
    });
    expect(() => bench.handlers['hub.configs.create'](create, CLI)).toThrow('ENOSPC');
    expect(bench.settings.read().hub.configs).toEqual([]);
  });

  it('changes in what is named, and keeps the rest', async () => {
    const before = aConfig('github-readonly', { allowedTools: ['get_*'], description: 'to look' });
    const bench = hubBench({ settings: withConfigs([before]) });
    const { name } = before;
    expect(await bench.handlers['hub.configs.update']({ name, description: '' }, CLI)).toEqual({
      ...before,
      description: '',
      updatedAt: NOW.toISOString(),
    });
    await bench.handlers['hub.configs.update']({ name, allowedTools: ['list_*'] }, CLI);
    expect(bench.settings.read().hub.configs).toEqual([
      { ...before, description: '', allowedTools: ['list_*'], updatedAt: NOW.toISOString() },
    ]);
    expect(bench.told).toEqual([]);
  });

  it('that leads elsewhere ends the sessions of its bindings, and of no others', async () => {
    const bench = hubBench({
      settings: withConfigs([aConfig('github-readonly'), aConfig('other')], {
        bindings: [aBinding('b00000001'), aBinding('b00000002', { config: 'other' }), aBinding('b00000003')],
      }),
    });
    await bench.handlers['hub.configs.update']({ name: 'github-readonly', target: { connector: 'gitlab' } }, CLI);
    expect(bench.told).toEqual(['dropped b00000001', 'dropped b00000003']);
  });

  it('does not lead where the secrets of a binding do not fit', () => {
    const bench = hubBench({
      settings: withConfigs([aConfig('github-readonly')], {
        bindings: [aBinding('b00000001', { secrets: { GITHUB_TOKEN: 'keychain:github' } })],
      }),
    });
    const to = (target: HubConfig['target']): unknown =>
      bench.handlers['hub.configs.update']({ name: 'github-readonly', target }, CLI);
    expect(() => to({ endpoint: 'http://mcp.example.com/mcp', default: 'ask' })).toThrow(
      expect.objectContaining({
        code: 'E_HUB_SECRETS',
        message: expect.stringContaining('Binding b00000001 does not fit there') as string,
        next: 'Revoke it first with "runlayer hub revoke b00000001".',
      }) as Error,
    );
    expect(() => to({ connector: 'gone' })).toThrow('there is none of that name');
    expect(bench.settings.writes).toEqual([]);
    expect(bench.told).toEqual([]);
  });

  it('is deleted where no binding uses it', async () => {
    const settings = withConfigs([aConfig('github-readonly')], { bindings: [aBinding('b00000001')] });
    const bench = hubBench({ settings });
    expect(() => bench.handlers['hub.configs.delete']({ name: 'github-readonly' }, CLI)).toThrow(
      expect.objectContaining({
        code: 'E_HUB_CONFIG_IN_USE',
        message: '"github-readonly" is in use by binding b00000001.',
      }) as Error,
    );
    await bench.handlers['hub.revoke']({ binding: 'b00000001' }, CLI);
    expect(bench.handlers['hub.configs.delete']({ name: 'github-readonly' }, CLI)).toEqual({});
    expect(bench.settings.read().hub.configs).toEqual([]);
    expect(bench.recorded.at(-1)).toBe(
      'hub_config_changed {"config":"github-readonly","change":"deleted","by":"a test"}',
    );
  });

  it.each(['get', 'update', 'delete'] as const)('that is not there is not there to %s', (what) => {
    expect(() => hubBench().handlers[`hub.configs.${what}`]({ name: 'nope' }, CLI)).toThrow(
      expect.objectContaining({ code: 'E_HUB_CONFIG_UNKNOWN', exitCode: 2 }) as Error,
    );
  });

  it('holds no secret in its address, and does not repeat one', () => {
    const bench = hubBench({ settings: withConfigs([aConfig('x')]) });
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const target = { endpoint: `${URL}?api_key=${secret}&v=1`, default: 'ask' } as const;
    for (const call of [
      () => bench.handlers['hub.configs.create']({ ...create, target }, CLI),
      () => bench.handlers['hub.configs.update']({ name: 'x', target }, CLI),
    ]) {
      expect(call).toThrow(
        expect.objectContaining({
          code: 'E_HUB_CONFIG_SECRET',
          message: expect.not.stringContaining('ghp_') as string,
        }) as Error,
      );
    }
    expect(bench.settings.writes).toEqual([]);
    const fine = { endpoint: `${URL}?team=blue`, default: 'ask' } as const;
    expect(bench.handlers['hub.configs.create']({ ...create, target: fine }, CLI)).toMatchObject({ target: fine });
  });
});

describe('a yes is needed', () => {
  const address = { endpoint: URL, default: 'ask' } as const;
  const settings = (): MemorySettings =>
    withConfigs([aConfig('github-readonly', { allowedTools: ['get_*'] }), aConfig('web', { target: address })]);

  it.each<[string, string, object, boolean]>([
    ['a config of a connector', 'create', { ...create, name: 'new' }, false],
    ['a config of an address', 'create', { ...create, name: 'new', target: address }, true],
    ['fewer tools', 'update', { name: 'github-readonly', allowedTools: ['get_issue'] }, false],
    ['more tools', 'update', { name: 'github-readonly', allowedTools: ['*'] }, true],
    ['another description', 'update', { name: 'github-readonly', description: 'x' }, false],
    ['another connector', 'update', { name: 'github-readonly', target: { connector: 'gitlab' } }, true],
    ['a milder default', 'update', { name: 'web', target: { ...address, default: 'allow' } }, true],
    ['a stricter default', 'update', { name: 'web', target: { ...address, default: 'deny' } }, false],
    ['the end of one', 'delete', { name: 'web' }, false],
  ])('for %s (%s): %j %s', async (_title, what, input, needed) => {
    const bench = hubBench({ settings: settings() });
    const call = bench.dispatch(`hub.configs.${what}`, input);
    if (needed) await expect(call).rejects.toMatchObject({ code: 'E_CONFIRMATION' });
    else await expect(call).resolves.toBeDefined();
    expect(bench.settings.writes).toHaveLength(needed ? 0 : 1);
    const agreed = hubBench({ settings: settings() });
    await agreed.dispatch(`hub.configs.${what}`, input, { confirmed: true });
    expect(agreed.settings.writes).toHaveLength(1);
  });

  it.each([
    ['create', { ...create, target: address }, 'E_HUB_CONFIG_EXISTS'],
    ['update', { name: 'nope', allowedTools: ['*'] }, 'E_HUB_CONFIG_UNKNOWN'],
  ])('but not for what cannot be done: %s', async (what, input, code) => {
    await expect(hubBench({ settings: settings() }).dispatch(`hub.configs.${what}`, input)).rejects.toMatchObject({
      code,
    });
  });

  it.each([
    ['no tools', { ...create, allowedTools: [] }],
    ['too many tools', { ...create, allowedTools: Array.from({ length: 257 }, () => '*') }],
    ['a name with a capital', { ...create, name: 'GitHub' }],
    ['a name that is an option', { ...create, name: '--all' }],
    ['both targets', { ...create, target: { connector: 'x', ...address } }],
    ['no target', { ...create, target: {} }],
    ['an address with a password', { ...create, target: { ...address, endpoint: 'https://a:b@example.com' } }],
    ['another scheme', { ...create, target: { ...address, endpoint: 'file:///etc/passwd' } }],
    ['a long description', { ...create, description: 'x'.repeat(1025) }],
  ])('and nothing helps %s', async (_title, input) => {
    const bench = hubBench();
    await expect(bench.dispatch('hub.configs.create', input, { confirmed: true })).rejects.toMatchObject({
      code: 'E_INPUT',
    });
    expect(bench.settings.writes).toEqual([]);
  });
});

describe('a config that a page wants', () => {
  const connector = { ...create, target: { connector: 'github' } };

  it('is agreed to whole, because a person would bind it by its name alone', async () => {
    const weakens = hubWeakeningTests(hubBench().settings)['hub.configs.create'];
    expect(weakens?.(connector, PAGE)).toBe(true);
    expect(weakens?.(connector, CLI)).toBe(false);
    expect(weakens?.(create, CLI)).toBe('endpoint' in create.target);
  });

  it('is not asked about where one of its name is there, which the handler says', async () => {
    const bench = hubBench();
    await bench.handlers['hub.configs.create'](create, CLI);
    expect(hubWeakeningTests(bench.settings)['hub.configs.create']?.(connector, PAGE)).toBe(false);
  });
});
