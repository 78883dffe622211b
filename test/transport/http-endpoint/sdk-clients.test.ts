import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { echoScript, legacyScript, startRig, TOKEN, until, type Rig, type Script } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

const requestInit = { headers: { Authorization: `Bearer ${TOKEN}` } };
const info = { name: 'sdk', version: '1' };
const text = (value: string) => ({ name: 'echo', arguments: { text: value } });

/** Asks its client for its roots before it answers a call. */
const curious: Script = (message, server) => {
  if (message.method === 'tools/call') server.say({ id: `roots of ${String(message.id)}`, method: 'roots/list' });
  else if (typeof message.id === 'string' && message.id.startsWith('roots of ')) {
    const { roots } = message.result as { roots: readonly { readonly uri: string }[] };
    const id = Number(message.id.slice('roots of '.length));
    server.answer(id, { content: [{ type: 'text', text: roots[0]?.uri ?? '' }] });
  } else echoScript(message, server);
};

/** Reports progress before it answers a call. */
const busy: Script = (message, server) => {
  const meta = message.params?.['_meta'] as { readonly progressToken?: unknown } | undefined;
  if (message.method === 'tools/call' && meta?.progressToken !== undefined)
    server.say({ method: 'notifications/progress', params: { progressToken: meta.progressToken, progress: 1 } });
  echoScript(message, server);
};

describe('clients of the SDKs', () => {
  it('version 1 over Streamable HTTP', async () => {
    const client = new Client(info);
    const transport = new StreamableHTTPClientTransport(rig.url, { requestInit });
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo']);
    expect((await client.callTool(text('hi'))).content).toEqual([{ type: 'text', text: 'hi' }]);
    expect(transport.sessionId).toBeDefined();
    expect(rig.endpoint.sessions('b1')).toBe(1);
    await transport.terminateSession();
    expect(rig.endpoint.sessions('b1')).toBe(0);
    await client.close();
  });

  it('version 1 over the transport of 2024', async () => {
    const client = new Client(info);
    await client.connect(new SSEClientTransport(new URL('/sse', rig.url), { requestInit }));
    expect((await client.callTool(text('hi'))).content).toEqual([{ type: 'text', text: 'hi' }]);
    await client.close();
  });

  it.each(['legacy', 'auto', 'pinned'] as const)('version 2, %s', async (mode) => {
    const client = new ModernClient(info, {
      versionNegotiation: { mode: mode === 'pinned' ? { pin: '2026-07-28' } : mode },
    });
    await client.connect(new ModernTransport(rig.url, { requestInit }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo']);
    expect((await client.callTool(text('hi'))).content).toEqual([{ type: 'text', text: 'hi' }]);
    const methods = rig.served.flatMap((served) => served.methods);
    expect(methods.includes('initialize')).toBe(mode === 'legacy');
    await client.close();
  });

  it('version 2, auto, falls back where the server knows no modern era', async () => {
    rig.script = legacyScript;
    const client = new ModernClient(info, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(rig.url, { requestInit }));
    expect((await client.callTool(text('hi'))).content).toEqual([{ type: 'text', text: 'hi' }]);
    expect(rig.served.map(({ methods }) => methods[0])).toEqual(['server/discover', 'initialize']);
    await client.close();
  });

  it.each(['/mcp', '/sse'])('version 1 is asked by its server, at %s', async (path) => {
    rig.script = curious;
    const client = new Client(info, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home' }] }));
    const url = new URL(path, rig.url);
    await client.connect(
      path === '/sse'
        ? new SSEClientTransport(url, { requestInit })
        : new StreamableHTTPClientTransport(url, { requestInit }),
    );
    expect((await client.callTool(text('x'))).content).toEqual([{ type: 'text', text: 'file:///home' }]);
    await client.close();
  });

  it('version 1 gets progress, then its answer', async () => {
    rig.script = busy;
    const client = new Client(info);
    await client.connect(new StreamableHTTPClientTransport(rig.url, { requestInit }));
    const seen: number[] = [];
    const answer = await client.callTool(text('hi'), undefined, { onprogress: ({ progress }) => seen.push(progress) });
    expect([seen, answer.content]).toEqual([[1], [{ type: 'text', text: 'hi' }]]);
    await client.close();
  });

  it('version 1 resumes a stream that broke', async () => {
    let broken = 0;
    /** Breaks the stream of the first call behind its first event. */
    const fetchOnce: typeof fetch = async (url, init) => {
      const response = await fetch(url, init);
      const isCall = typeof init?.body === 'string' && init.body.includes('tools/call');
      if (!isCall || broken > 0 || response.body === null) return response;
      broken++;
      const reader = response.body.getReader();
      const { value } = await reader.read();
      await reader.cancel();
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(value);
          controller.close();
        },
      });
      return new Response(body, { status: response.status, headers: response.headers });
    };
    rig.script = (message, server) => {
      if (message.method !== 'tools/call') echoScript(message, server);
      else server.say({ method: 'notifications/message', params: { level: 'info', data: 'before' } });
    };
    const client = new Client(info);
    const reconnectionOptions = {
      initialReconnectionDelay: 1,
      maxReconnectionDelay: 1,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 3,
    };
    await client.connect(
      new StreamableHTTPClientTransport(rig.url, { requestInit, fetch: fetchOnce, reconnectionOptions }),
    );
    const answer = client.callTool(text('x'));
    await until(() => broken === 1);
    const asked = rig.served[0]?.messages().find(({ method }) => method === 'tools/call');
    rig.served[0]?.answer(asked?.id, { content: [{ type: 'text', text: 'after all' }] });
    expect((await answer).content).toEqual([{ type: 'text', text: 'after all' }]);
    await client.close();
  });

  it('version 2, modern, gets progress and cancels by leaving', async () => {
    rig.script = busy;
    const client = new ModernClient(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new ModernTransport(rig.url, { requestInit }));
    const seen: number[] = [];
    const answer = await client.callTool(text('hi'), { onprogress: ({ progress }) => seen.push(progress) });
    expect([seen, answer.content]).toEqual([[1], [{ type: 'text', text: 'hi' }]]);
    rig.script = () => {};
    const controller = new AbortController();
    const given = client.callTool(text('never'), { signal: controller.signal }).catch((error: unknown) => error);
    const calls = (): number => rig.served[0]?.methods.filter((method) => method === 'tools/call').length ?? 0;
    await until(() => calls() === 2);
    controller.abort();
    expect(await given).toBeInstanceOf(Error);
    await until(() => rig.served[0]?.methods.includes('notifications/cancelled') === true);
    await client.close();
  });
});
