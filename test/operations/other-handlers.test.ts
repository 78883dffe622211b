import { describe, expect, it } from 'vitest';
import { aMachine } from '../clients/machine.ts';
import { aConnector, CLI, memorySettings, memoryVault, otherBench } from './fakes.ts';

describe('the companion\u2019s own secrets', () => {
  it.each([
    ['audit.head', 'audit verify'],
    ['audit.signing-key', 'audit verify'],
    ['Audit.Signing-Key', 'audit verify'],
    [`tenant.${'0a'.repeat(16)}`, 'runlayer logout'],
    ['oauth.files', 'connectors logout'],
  ])('%s is not removed by name, and has its user', async (name, next) => {
    const vault = memoryVault();
    await vault.set(name, 'value');
    const bench = otherBench({ vault });
    await expect(bench.handlers['secrets.remove']({ name }, CLI)).rejects.toMatchObject({
      code: 'E_SECRET_RESERVED',
      exitCode: 2,
      next: expect.stringContaining(next),
    });
    expect(vault.values.has(name)).toBe(true);
    expect(bench.handlers['secrets.list']({}, CLI)).toMatchObject([{ name, usedBy: ['the companion'] }]);
  });
});

describe('secrets', () => {
  it('are recorded by name, shown with their users, and never come out', async () => {
    const vault = memoryVault();
    const connector = aConnector('uses');
    const bench = otherBench({
      vault,
      settings: memorySettings({
        connectors: [
          { ...connector, definition: { ...connector.definition, secrets: { T: 'keychain:token' } } },
          { ...aConnector('near'), definition: { ...connector.definition, secrets: { T: 'keychain:token2' } } },
          {
            ...aConnector('sends'),
            definition: {
              url: 'https://mcp.example.com/',
              transport: 'sse',
              headers: {},
              secrets: { Authorization: 'Bearer keychain:token' },
              oauth: false,
            },
          },
        ],
      }),
    });
    const set = await bench.handlers['secrets.set']({ name: 'token', value: 'hunter2-hunter2' }, CLI);
    expect(set).toMatchObject({ name: 'token', usedBy: ['uses', 'sends'] });
    expect(vault.values.get('token')).toBe('hunter2-hunter2');
    expect(bench.recorded).toEqual(['secret token set by a test']);
    const list = await bench.handlers['secrets.list']({}, CLI);
    expect(JSON.stringify([set, list, bench.recorded])).not.toContain('hunter2');
    await bench.handlers['secrets.remove']({ name: 'token' }, CLI);
    expect(bench.recorded).toEqual(['secret token set by a test', 'secret token removed by a test']);
  });

  it.each(['oauth.demo', 'oauth.', 'OAuth.demo'])('are never set as the sign-in of a connector: %s', async (name) => {
    const vault = memoryVault();
    const bench = otherBench({ vault });
    await expect(bench.handlers['secrets.set']({ name, value: 'a-token-of-mine' }, CLI)).rejects.toMatchObject({
      code: 'E_SECRET_RESERVED',
    });
    expect([vault.values.size, bench.recorded]).toEqual([0, []]);
  });

  it('that cannot be stored or removed are not recorded as if they were', async () => {
    const vault = { ...memoryVault(), set: () => Promise.reject(new Error('locked')) };
    const bench = otherBench({ vault });
    await expect(Promise.resolve(bench.handlers['secrets.set']({ name: 'a', value: 'v' }, CLI))).rejects.toThrow(
      'locked',
    );
    await expect(Promise.resolve(bench.handlers['secrets.remove']({ name: 'a' }, CLI))).rejects.toMatchObject({
      code: 'E_SECRET_UNKNOWN',
    });
    expect(bench.recorded).toEqual([]);
  });
});

describe('clients.install', () => {
  const input = { client: 'cursor', connector: 'files', dryRun: false } as const;

  it('writes nothing, not even the launcher, for a connector that is not there', async () => {
    const bench = otherBench();
    await expect(Promise.resolve(bench.handlers['clients.install'](input, CLI))).rejects.toMatchObject({
      code: 'E_CONNECTOR_UNKNOWN',
    });
    expect(bench.recorded).toEqual([]);
  });

  it('puts the launcher in its place and records the change; a dry run does neither', async () => {
    const machine = await aMachine();
    const launchers: boolean[] = [];
    const bench = otherBench({
      settings: memorySettings({ connectors: [aConnector('files')] }),
      clientEnvironment: (installLauncher) => {
        launchers.push(installLauncher);
        return Promise.resolve(machine.environment);
      },
    });
    const dry = await bench.handlers['clients.install']({ ...input, dryRun: true }, CLI);
    expect(dry).toMatchObject({ action: 'created', dryRun: true });
    expect(await machine.text('cursor')).toBe('(no file)');
    expect(bench.recorded).toEqual([]);
    const done = await bench.handlers['clients.install'](input, CLI);
    expect(done.diff).toBe(dry.diff);
    expect(await machine.text('cursor')).toContain('"files"');
    expect(bench.recorded).toEqual(['client cursor created by a test']);
    expect(launchers).toEqual([false, true]);
  });
});
