import { describe, expect, it } from 'vitest';
import type { FoundServer } from '../../preload/contract/index.ts';
import { FoundServer as Shape } from '../../preload/contract/index.ts';
import { clientBench } from './client-bench.ts';
import { aConnector, CLI, memorySettings } from './fakes.ts';

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';

async function found(servers: Record<string, unknown>, settings = memorySettings()): Promise<FoundServer[]> {
  const bench = await clientBench({ settings });
  await bench.machine.put('cursor', JSON.stringify({ mcpServers: servers }));
  const list = await bench.handlers['clients.found']({}, CLI);
  for (const server of list) expect(Shape.parse(server)).toEqual(server);
  return list;
}

describe('clients.found', () => {
  it('shows what is run, with names of values and never one of them', async () => {
    const list = await found({
      'GitHub Server': {
        command: 'npx',
        args: ['-y', '@modelcontextprotocol/server-github', `--token=${TOKEN}`],
        env: { GITHUB_TOKEN: TOKEN, LOG_LEVEL: 'debug', EMPTY_SECRET: '', PIN: 4711 },
        cwd: '/srv',
      },
      remote: {
        url: `https://mcp.example.com/v1/${TOKEN}?key=abc`,
        headers: { Authorization: 'Bearer short-one', Team: 'blue' },
      },
    });
    expect(list).toEqual([
      {
        client: 'cursor',
        entry: 'GitHub Server',
        target: {
          kind: 'program',
          argv: ['npx', '-y', '@modelcontextprotocol/server-github', "'--token=…'"],
          env: [
            { name: 'GITHUB_TOKEN', looksSecret: true },
            { name: 'LOG_LEVEL', looksSecret: false },
            { name: 'EMPTY_SECRET', looksSecret: false },
            { name: 'PIN', looksSecret: false },
          ],
          cwd: '/srv',
        },
        risks: expect.any(Array) as unknown,
        suggestedName: 'github-server',
      },
      {
        client: 'cursor',
        entry: 'remote',
        target: {
          kind: 'http',
          url: 'https://mcp.example.com/v1/…?key=…',
          headers: [
            { name: 'Authorization', looksSecret: true },
            { name: 'Team', looksSecret: false },
          ],
        },
        risks: expect.any(Array) as unknown,
        suggestedName: 'remote',
      },
    ]);
    const text = JSON.stringify(list);
    for (const value of [TOKEN, 'short-one', 'debug', '4711', 'blue', 'key=abc']) expect(text).not.toContain(value);
    expect(list[0]?.risks.map(({ code }) => code).sort()).toEqual([
      'secret_literal',
      'secret_literal',
      'unpinned_package',
    ]);
  });

  it('hides values in the evidence of risks', async () => {
    const [server] = await found({
      s: { command: 'sh', args: ['-c', `export API_TOKEN=${TOKEN}; run`], env: { LD_PRELOAD: '/home/ada/private.so' } },
    });
    const text = JSON.stringify(server);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain('private.so');
    expect(server?.risks.map(({ evidence }) => evidence)).toContain('LD_PRELOAD=…');
  });

  it('suggests names that are free and fit', async () => {
    const list = await found(
      {
        'Files!': { command: 'a' },
        files: { command: 'b' },
        日本: { command: 'c' },
        '-_x_-': { command: 'd' },
        ['l'.repeat(99)]: { command: 'e' },
      },
      memorySettings({ connectors: [aConnector('files-2')] }),
    );
    expect(list.map(({ suggestedName }) => suggestedName)).toEqual(['files', 'files-3', 'server', 'x', 'l'.repeat(20)]);
  });

  it('knows a connector that runs the same already', async () => {
    const connectors = [
      aConnector('files', { definition: { command: 'fs', args: ['/srv'], env: {}, secrets: { T: 'keychain:t' } } }),
      aConnector('web', {
        definition: { url: 'https://a.example/', transport: 'sse', headers: {}, secrets: {}, oauth: true },
      }),
    ];
    const list = await found(
      {
        a: { command: 'fs', args: ['/srv'], env: { T: 'x' } },
        b: { command: 'fs', args: ['/'], env: { T: 'x' } },
        c: { url: 'https://a.example' },
        d: { command: 'fs', args: ['/srv'] },
      },
      memorySettings({ connectors }),
    );
    expect(list.map(({ sameAs }) => sameAs)).toEqual(['files', undefined, 'web', undefined]);
  });

  it('leaves out what goes through Runlayer', async () => {
    const list = await found({
      ours: { command: '/home/ada/.runlayer/bin/runlayer', args: ['run', 'x'] },
      tenant: { command: 'uvx', args: ['runlayer', 'run', 'abc', '--host', 'https://t.example'] },
    });
    expect(list).toEqual([]);
  });
});
