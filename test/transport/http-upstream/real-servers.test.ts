/** The upstream against the servers that people run: both official SDKs, and the reference server as a program. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { localhostHostValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openLegacySse } from '../../../main/transport/http-upstream/legacy-sse.ts';
import { Bell, Stage, type Rig, type RigOptions } from './rig.ts';
import { SessionTransport } from './session-transport.ts';

const stage = new Stage();
afterEach(() => stage.close());

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  stage.add(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function upstream(url: string, options: Partial<RigOptions> = {}): Rig {
  return stage.rig({ url, bell: new Bell(), realTime: true, ...options });
}

async function connect(r: Rig, capabilities: object = {}): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  await client.connect(new SessionTransport(r) as unknown as Parameters<Client['connect']>[0]);
  stage.add(() => client.close());
  return client;
}

const textOf = (result: unknown): unknown => (result as { content?: { text?: string }[] }).content?.[0]?.text;

/** Says its arguments, reports progress, asks the person. */
function serverV1(): McpServerV1 {
  const server = new McpServerV1({ name: 'v1', version: '1' }, { capabilities: { logging: {} } });
  server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  server.registerTool('slow', {}, async (extra) => {
    const progressToken = extra._meta?.progressToken;
    for (const progress of [1, 2])
      if (progressToken !== undefined)
        await extra.sendNotification({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 2 },
        });
    return { content: [{ type: 'text', text: 'done' }] };
  });
  server.registerTool('ask', {}, async () => {
    const { action } = await server.server.elicitInput({
      message: 'Sure?',
      requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } } },
    });
    return { content: [{ type: 'text', text: action }] };
  });
  return server;
}

describe('SDK 1.x, Streamable HTTP', () => {
  async function start(json: boolean): Promise<{ url: string; sessions: Map<string, StreamableHTTPServerTransport> }> {
    const sessions = new Map<string, StreamableHTTPServerTransport>();
    const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const id = request.headers['mcp-session-id'];
      let transport = typeof id === 'string' ? sessions.get(id) : undefined;
      if (id !== undefined && transport === undefined) {
        response.writeHead(404).end();
        return;
      }
      if (transport === undefined) {
        const made = new StreamableHTTPServerTransport({
          sessionIdGenerator: () => randomUUID(),
          enableJsonResponse: json,
          onsessioninitialized: (session) => void sessions.set(session, made),
          onsessionclosed: (session) => void sessions.delete(session),
        });
        transport = made;
        await serverV1().connect(made);
      }
      await transport.handleRequest(request, response);
    };
    const url = await listen(createServer((request, response) => void handle(request, response)));
    return { url: `${url}/mcp`, sessions };
  }

  test.each([true, false])('calls, progress and the end of the session (answers as JSON: %s)', async (json) => {
    const { url, sessions } = await start(json);
    const r = upstream(url);
    const client = await connect(r);
    expect(client.getServerVersion()?.name).toBe('v1');
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo', 'slow', 'ask']);
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'é\n"' } }))).toBe('é\n"');
    const seen: number[] = [];
    const called = await client.callTool({ name: 'slow' }, undefined, {
      onprogress: ({ progress }) => seen.push(progress),
    });
    expect(textOf(called)).toBe('done');
    if (!json) expect(seen).toEqual([1, 2]);
    expect(sessions.size).toBe(1);
    await r.upstream.stop(2000);
    expect(sessions.size).toBe(0);
  });

  test('a question to the person in the middle of a call', async () => {
    const { url } = await start(false);
    const client = await connect(upstream(url), { elicitation: {} });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' as const }));
    expect(textOf(await client.callTool({ name: 'ask' }))).toBe('decline');
  });

  test('a restart of the server', async () => {
    const { url, sessions } = await start(false);
    const client = await connect(upstream(url));
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: '1' } }))).toBe('1');
    const [lost] = sessions.keys();
    sessions.clear();
    await expect(client.callTool({ name: 'echo', arguments: { text: '2' } })).rejects.toThrow('call again');
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: '2' } }))).toBe('2');
    expect(sessions.size).toBe(1);
    expect(sessions.has(lost ?? '')).toBe(false);
  });
});

test('SDK 1.x, HTTP+SSE', async () => {
  const sessions = new Map<string, SSEServerTransport>();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      await serverV1().connect(transport);
      return;
    }
    const id = new URL(request.url ?? '', 'http://x').searchParams.get('sessionId') ?? '';
    await sessions.get(id)?.handlePostMessage(request, response);
  };
  const url = await listen(createServer((request, response) => void handle(request, response)));
  const r = upstream(`${url}/sse`, { open: openLegacySse });
  const client = await connect(r, { elicitation: {} });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: { ok: true } }));
  expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'é' } }))).toBe('é');
  expect(textOf(await client.callTool({ name: 'ask' }))).toBe('accept');
  // Its connection is lost: what comes next finds a new one.
  const [first] = sessions.values();
  await first?.close();
  await r.bell.until(() => r.log.length === 1);
  await expect(client.callTool({ name: 'echo', arguments: { text: 'again' } })).rejects.toThrow('call again');
  expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'again' } }))).toBe('again');
  expect(sessions.size).toBe(2);
});

describe('SDK 2.x', () => {
  async function start(): Promise<{ url: string; headers: IncomingMessage['headers'][] }> {
    const headers: IncomingMessage['headers'][] = [];
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: 'v2', version: '1' }, { capabilities: { tools: { listChanged: true } } });
      server.registerTool(
        'mirror',
        { inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }), n: z.int() }) },
        ({ region, n }) => ({ content: [{ type: 'text', text: `${region} ${n}` }] }),
      );
      return server;
    });
    const node = toNodeHandler(handler);
    const check = localhostHostValidation();
    const url = await listen(
      createServer((request, response) => {
        headers.push(request.headers);
        if (check(request, response)) void node(request as Parameters<typeof node>[0], response);
      }),
    );
    return { url: `${url}/mcp`, headers };
  }

  test.each([
    ['auto', '2026-07-28'],
    ['legacy', '2025-11-25'],
    [{ pin: '2026-07-28' }, '2026-07-28'],
  ] as const)('a client of mode %j', async (mode, version) => {
    const { url, headers } = await start();
    const r = upstream(url);
    const client = new ClientV2({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new SessionTransport(r) as unknown as Parameters<ClientV2['connect']>[0]);
    stage.add(() => client.close());
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['mirror']);
    const called = await client.callTool({ name: 'mirror', arguments: { region: 'eu – west', n: 3 } });
    expect(textOf(called)).toBe('eu – west 3');
    expect(headers.at(-1)?.['mcp-protocol-version']).toBe(version);
    expect(headers.at(-1)?.['mcp-param-region']).toBe(
      version === '2026-07-28' ? `=?base64?${Buffer.from('eu – west').toString('base64')}?=` : undefined,
    );
  });

  test('a client of mode auto at a server of the legacy era', async () => {
    const sessions = new Map<string, StreamableHTTPServerTransport>();
    const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const id = request.headers['mcp-session-id'];
      let transport = typeof id === 'string' ? sessions.get(id) : undefined;
      if (transport === undefined) {
        const made = new StreamableHTTPServerTransport({
          sessionIdGenerator: () => randomUUID(),
          onsessioninitialized: (session) => void sessions.set(session, made),
        });
        transport = made;
        await serverV1().connect(made);
      }
      await transport.handleRequest(request, response);
    };
    const url = await listen(createServer((request, response) => void handle(request, response)));
    const r = upstream(`${url}/mcp`);
    const client = new ClientV2({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new SessionTransport(r) as unknown as Parameters<ClientV2['connect']>[0]);
    stage.add(() => client.close());
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'x' } }))).toBe('x');
  });
});

describe('the reference server as a program', () => {
  const program = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'));

  async function freePort(): Promise<number> {
    const server = createNetServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => {
      server.close(resolve);
    });
    return port;
  }

  async function start(transport: string, port: number): Promise<() => Promise<void>> {
    const child = spawn(process.execPath, [program, transport], {
      env: { PATH: process.env['PATH'], PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    const stop = async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    };
    stage.add(stop);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`it ended: ${said}`)));
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        if (/running on port|listening on port/i.test(said)) resolve();
      });
    });
    return stop;
  }

  test('streamableHttp, and a restart of it', async () => {
    const port = await freePort();
    const stop = await start('streamableHttp', port);
    const r = upstream(`http://127.0.0.1:${port}/mcp`);
    const client = await connect(r, { roots: {}, sampling: {}, elicitation: {} });
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
    expect(textOf(await client.callTool({ name: 'echo', arguments: { message: 'hi' } }))).toBe('Echo: hi');
    const seen: number[] = [];
    const long = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } };
    await client.callTool(long, undefined, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2]);
    await stop();
    await expect(client.callTool({ name: 'echo', arguments: { message: 'x' } })).rejects.toThrow(/nothing answers at/);
    await start('streamableHttp', port);
    await expect(client.callTool({ name: 'echo', arguments: { message: 'back' } })).rejects.toThrow('call again');
    expect(textOf(await client.callTool({ name: 'echo', arguments: { message: 'back' } }))).toBe('Echo: back');
  });

  test('sse', async () => {
    const port = await freePort();
    await start('sse', port);
    const client = await connect(upstream(`http://127.0.0.1:${port}/sse`, { open: openLegacySse }));
    expect(textOf(await client.callTool({ name: 'echo', arguments: { message: 'hi' } }))).toBe('Echo: hi');
  });
});
