/** A client that speaks only stdio, and servers that are reached over HTTP. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeJourney,
  everythingServer,
  fixtureServer,
  node,
  openHome,
  type CompanionHome,
} from './companion-home.ts';
import { RawClient } from './raw-client.ts';

let home: CompanionHome;

/** Any port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const servers: ChildProcessWithoutNullStreams[] = [];
/** It stays when its stdin ends, so it is killed at the end. */
async function listening(server: ChildProcessWithoutNullStreams): Promise<void> {
  servers.push(server);
  let text = '';
  await new Promise<void>((resolve) => {
    server.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/(listening|running) on port/i.test(text)) resolve();
    });
  });
}

/** server-everything over HTTP; says so on stderr when it listens. */
async function everything(
  transport: 'streamableHttp' | 'sse',
): Promise<{ port: number; server: ChildProcessWithoutNullStreams }> {
  const port = await freePort();
  const server = home.spawn(node, [everythingServer, transport], { env: { PORT: String(port) } });
  await listening(server);
  return { port, server };
}

const addUrl = (name: string, url: string, ...options: string[]): Promise<string> =>
  home.must(['connectors', 'add', name, '--url', url, '--default', 'allow', '-y', ...options]);

describeJourney('servers over HTTP', () => {
  beforeAll(async () => {
    home = await openHome();
  });
  afterAll(async () => {
    for (const server of servers) server.kill('SIGKILL');
    await home.close();
  });

  for (const [transport, path] of [
    ['streamableHttp', '/mcp'],
    ['sse', '/sse'],
  ] as const) {
    it(`server-everything over ${transport}: tools, progress, hidden tools, test`, async () => {
      const { port } = await everything(transport);
      const name = transport.toLowerCase();
      await addUrl(name, `http://127.0.0.1:${port}${path}`, ...(transport === 'sse' ? ['--transport', 'sse'] : []));
      await home.must(['policy', 'deny', name, 'get-env']);
      const client = new RawClient(home.start(['run', name]));
      await client.initialize();
      const list = await client.request('list', 'tools/list');
      expect(list.error).toBeUndefined();
      const names = list.result?.tools?.map((tool) => tool.name) ?? [];
      expect(names).toContain('echo');
      expect(names).not.toContain('get-env');
      expect((await client.call(1, 'echo', { message: 'hi' })).result?.content?.[0]?.text).toBe('Echo: hi');
      expect((await client.call(2, 'get-env')).error).toEqual({ code: -32602, message: 'Unknown tool: get-env' });
      client.send({
        jsonrpc: '2.0',
        id: 3,
        method: 'tools/call',
        params: {
          name: 'trigger-long-running-operation',
          arguments: { duration: 0.2, steps: 2 },
          _meta: { progressToken: 'p' },
        },
      });
      const progress = await client.until('progress', () =>
        client.lines.find((line) => line.includes('notifications/progress')),
      );
      expect(JSON.parse(progress.toString())).toMatchObject({ params: { progressToken: 'p' } });
      await client.until('the answer', () => client.lines.find((line) => line.includes('"id":3')));
      client.process.stdin.end();
      expect(await client.exited).toBe(0);
      const tested = await home.json<{ ok: boolean }>(['connectors', 'test', name]);
      expect(tested.ok).toBe(true);
    });
  }

  it('says that nothing answers there, and reaches the server once it runs', async () => {
    const port = await freePort();
    await addUrl('late', `http://127.0.0.1:${port}/mcp`);
    const client = new RawClient(home.start(['run', 'late']));
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const refused = await client.request(1, 'initialize', params);
    expect(refused.error?.message).toContain(`127.0.0.1:${port}`);
    expect(refused.error?.message).toMatch(/start/i);
    const server = home.spawn(node, [everythingServer, 'streamableHttp'], { env: { PORT: String(port) } });
    await listening(server);
    const reached = await client.request(2, 'initialize', params);
    expect(reached.result?.['serverInfo']).toBeDefined();
    client.process.stdin.end();
    await client.exited;
  });

  it('sends a secret header and shows it nowhere', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers['x-key'] as string | undefined);
      response.writeHead(500).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await home.must(['secrets', 'vault', 'create'], { input: 'correct horse battery\n' });
    await home.must(['secrets', 'set', 'key'], { input: 'k-7d3f90ab12ce\n' });
    await addUrl('keyed', `http://127.0.0.1:${port}/mcp`, '--secret', 'X-Key=keychain:key');
    const client = new RawClient(home.start(['run', 'keyed']));
    const refused = await client.request(1, 'ping');
    server.close();
    server.closeAllConnections();
    expect(seen).toContain('k-7d3f90ab12ce');
    expect(refused.error?.message).toContain('500');
    client.process.stdin.end();
    await client.exited;
    expect(home.filesHolding('k-7d3f90ab12ce')).toEqual([]);
  });

  it('a program of the other kind reaches it too: the canary server speaks both', async () => {
    const server = home.spawn(node, [fixtureServer('canary.mjs'), 'http']);
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    await addUrl('canary', `http://127.0.0.1:${port.toString().trim()}/mcp`);
    const client = new RawClient(home.start(['run', 'canary']));
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const discovered = await client.request('d', 'server/discover', { _meta });
    expect(discovered.result?.['supportedVersions']).toEqual(['2026-07-28']);
    const called = await client.request('c', 'tools/call', { name: 'echo', arguments: { text: 'x' }, _meta });
    expect(called.result?.content?.[0]?.text).toBe('echo:x');
    client.process.stdin.end();
    await client.exited;
  });
});
