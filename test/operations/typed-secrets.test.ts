import { expect, it } from 'vitest';
import type { ConnectorView } from '../../preload/contract/index.ts';
import { viewForPage } from '../../main/operations/connector-view.ts';
import { secretHandlers } from '../../main/operations/secret-handlers.ts';
import { typedSecretRisks } from '../../main/operations/typed-secrets.ts';
import { CLI, memorySettings, memoryVault, NOW, PAGE } from './fakes.ts';

it('a value that came through the interface is said to, where somebody agrees to who gets it', async () => {
  const vault = memoryVault();
  const handlers = secretHandlers({
    settings: memorySettings(),
    vault,
    attempts: { take: (task) => task() },
    unlocked: () => {},
    recordSecret: () => {},
  });
  await handlers['secrets.set']({ name: 'planted', value: 'v'.repeat(20) }, PAGE);
  await handlers['secrets.set']({ name: 'mine', value: 'w'.repeat(20) }, CLI);
  expect(await handlers['secrets.list']({}, PAGE)).toMatchObject([{ name: 'planted', typedIn: 'interface' }, {}]);
  const secrets = { A: 'keychain:planted', B: 'keychain:planted', C: 'keychain:mine' };
  expect(typedSecretRisks({ secrets }, vault.list())).toEqual([
    {
      code: 'typed_secret',
      evidence: 'planted',
      text: `The value of this secret was set in the interface at ${NOW.toISOString()}. Agree only if you typed it there yourself.`,
    },
  ]);
});

it('a page is not shown what looks like a secret in a command line or an address', () => {
  const rest: Omit<ConnectorView, 'target'> = {
    name: 'x',
    default: 'ask',
    enabled: true,
    state: 'ready',
    sessions: 0,
    createdAt: NOW.toISOString(),
  };
  const key = `ghp_${'a1B2'.repeat(9)}`;
  const argv = ['server', '--api-key', 'hunter2', `--header=Authorization: Bearer ${key}`, '/srv/data'];
  const program = viewForPage({ ...rest, target: { kind: 'program', argv, envNames: [], secrets: {} } });
  expect(JSON.stringify(program)).not.toMatch(/hunter2|ghp_a/);
  expect(JSON.stringify(program)).toContain('/srv/data');
  const http = viewForPage({
    ...rest,
    target: {
      kind: 'http',
      url: `https://u:hunter2@mcp.example/mcp?token=${key}`,
      transport: 'streamable-http',
      headerNames: [],
      secrets: {},
      oauth: false,
    },
  });
  expect(JSON.stringify(http)).not.toMatch(/hunter2|ghp_a/);
  expect(JSON.stringify(http)).toContain('mcp.example');
});
