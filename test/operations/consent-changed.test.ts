import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretVault } from '../../main/secrets/vault.ts';
import type { OperationInput } from '../../preload/contract/index.ts';
import { clientBench } from './client-bench.ts';
import { CLI, connectorBench, memoryVault } from './fakes.ts';

const CHANGED = { code: 'E_CONSENT_CHANGED' };

let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'rl-consent-'));
  await writeFile(join(bin, 'server'), '#!/bin/sh\n');
  await chmod(join(bin, 'server'), 0o755);
});
afterEach(() => rm(bin, { recursive: true, force: true }));

const input: OperationInput<'connectors.preview'> = {
  name: 'files',
  definition: { command: 'server', args: [], env: {}, secrets: { T: 'keychain:t' } },
  default: 'read-only',
  replace: false,
};

describe('a yes to a connector', () => {
  it.each<[string, (vault: SecretVault) => unknown]>([
    ['a value was typed for a secret', (vault) => vault.set('t', 'chosen', 'interface')],
    ['a secret that was missing is there', (vault) => vault.set('t', 'chosen')],
    ['everybody may replace the program', () => chmod(join(bin, 'server'), 0o777)],
  ])('is refused where %s since it was shown', async (_title, change) => {
    const vault = memoryVault();
    const bench = connectorBench(bin, { vault });
    const look = async () => (await bench.handlers['connectors.preview'](input, CLI)).hash;
    const save = async (consentHash: string) => bench.handlers['connectors.save']({ ...input, consentHash }, CLI);
    const before = await look();
    await change(vault);
    await expect(save(before)).rejects.toMatchObject(CHANGED);
    expect([bench.settings.writes, bench.consents]).toEqual([[], []]);
    // The same hash, and it was looked at again.
    const again = await look();
    expect(again).toBe(before);
    await expect(save(again)).resolves.toMatchObject({ name: 'files' });
  });

  it('is refused where a value is typed while the program is looked for', async () => {
    const vault = memoryVault();
    let meanwhile = (): unknown => undefined;
    const login = {
      get: async () => {
        await meanwhile();
        return { env: { PATH: bin } };
      },
    };
    const bench = connectorBench(bin, { vault, login });
    const { hash } = await bench.handlers['connectors.preview'](input, CLI);
    meanwhile = () => vault.set('t', 'chosen', 'interface');
    const saved = Promise.resolve(bench.handlers['connectors.save']({ ...input, consentHash: hash }, CLI));
    await expect(saved).rejects.toMatchObject(CHANGED);
    expect(bench.settings.writes).toEqual([]);
  });

  it('is refused where nobody looked, though what would run is known', async () => {
    const [one, other] = [connectorBench(bin), connectorBench(bin)];
    const { hash } = await other.handlers['connectors.preview'](input, CLI);
    const saved = Promise.resolve(one.handlers['connectors.save']({ ...input, consentHash: hash }, CLI));
    await expect(saved).rejects.toMatchObject(CHANGED);
    expect(one.settings.writes).toEqual([]);
  });
});

it('a yes to a server of a client is refused where everybody may replace its program since it was shown', async () => {
  const bench = await clientBench();
  await bench.machine.put('cursor', JSON.stringify({ mcpServers: { github: { command: 'github-server' } } }));
  const server = { client: 'cursor', entry: 'github', name: 'github', default: 'ask', moveSecrets: [] } as const;
  const look = async () => {
    const { consent } = await bench.handlers['clients.bringInPreview']({ ...server, moveSecrets: [] }, CLI);
    return consent.hash;
  };
  const bringIn = async (consentHash: string) =>
    bench.handlers['clients.bringIn']({ ...server, moveSecrets: [], consentHash }, CLI);
  const before = await look();
  await chmod(bench.program, 0o777);
  await expect(bringIn(before)).rejects.toMatchObject(CHANGED);
  expect(bench.recorded).toEqual([]);
  await expect(bringIn(await look())).resolves.toMatchObject({ connector: { name: 'github' } });
});
