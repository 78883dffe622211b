import { describe, expect, it } from 'vitest';
import { aMachine } from '../clients/machine.ts';
import { aConnector, CLI, memorySettings, otherBench } from './fakes.ts';

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
