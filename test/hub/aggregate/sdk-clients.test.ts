/** The aggregate behind the real endpoint, with the SDKs' own clients in front of it. */
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAggregate } from '../../../main/hub/aggregate/aggregate.ts';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import type { ServedSession } from '../../../main/transport/downstream.ts';
import { createHttpEndpoint, type HttpEndpoint } from '../../../main/transport/http-endpoint/http-endpoint.ts';
import { type FakeSession, RealMember, type Script } from './fake-sessions.ts';
import type { Said } from './messages.ts';
import { server, tool } from './scripted-server.ts';

const TOKEN = 'a'.repeat(43);
const requestInit = { headers: { Authorization: `Bearer ${TOKEN}` } };
const info = { name: 'sdk', version: '1' };

/** Tells of progress where it is asked to, then answers with what was asked. */
const echo = (message: Said, session: FakeSession): void => {
  const { id, params } = message;
  const meta = params?.['_meta'] as { readonly progressToken?: unknown } | undefined;
  const text = JSON.stringify(params?.['arguments']);
  if (meta?.progressToken !== undefined)
    session.say({
      method: 'notifications/progress',
      params: { progressToken: meta.progressToken, progress: 1, message: text },
    });
  session.answer(id, { resultType: 'complete', content: [{ type: 'text', text }] });
};

const members: Readonly<Record<string, Script>> = {
  old: server({ tools: [tool('echo'), tool('odd name')], era: 'legacy', on: { 'tools/call': echo } }),
  new: server({ tools: [tool('echo')], era: 'modern', on: { 'tools/call': echo } }),
};

let endpoint: HttpEndpoint;
let url: URL;
let opened: Map<string, RealMember[]>;
let aggregates: ServedSession[];

beforeEach(async () => {
  opened = new Map();
  aggregates = [];
  let minted = 0;
  endpoint = createHttpEndpoint({
    origins: () => [],
    authenticate: (bearer) => (bearer === TOKEN ? { id: 'b1', client: undefined } : undefined),
    open: (_principal, client) => {
      const aggregate = openAggregate({
        id: `a-${aggregates.length + 1}`,
        client,
        connectors: () => Object.keys(members),
        openMember: (connector, served) => {
          const script = members[connector];
          if (script === undefined) return Promise.reject(new Error('unknown'));
          const member = new RealMember(connector, served, script, undefined);
          opened.set(connector, [...(opened.get(connector) ?? []), member]);
          return Promise.resolve(member);
        },
        limits: DEFAULT_LIMITS,
        // No time passes here.
        schedule: () => () => {},
        version: '1.2.3',
        changed: () => () => {},
        log: () => {},
      });
      aggregates.push(aggregate);
      return Promise.resolve(aggregate);
    },
    limits: DEFAULT_LIMITS,
    now: () => 0,
    schedule: () => () => {},
    randomToken: () => `${'S'.repeat(40)}${String(++minted).padStart(3, '0')}`,
    log: () => {},
  });
  const { port } = await endpoint.listen({ kind: 'loopback', port: 0 });
  url = new URL(`http://127.0.0.1:${port ?? 0}/mcp`);
});

afterEach(async () => {
  await endpoint.close();
  await Promise.all(aggregates.map(({ done }) => done));
  for (const sessions of opened.values()) for (const { gone } of sessions) expect(gone).toBeGreaterThan(0);
});

const NAMES = ['old__echo', 'new__echo'];

function textIn(result: unknown): unknown {
  return (result as { readonly content: readonly { readonly text?: string }[] }).content[0]?.text;
}

describe('clients of the SDKs', () => {
  it('version 1 over Streamable HTTP: lists, calls, progress, changes', async () => {
    const client = new Client(info);
    const changes = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
    });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    expect(client.getServerVersion()).toEqual({ name: 'runlayer-companion', version: '1.2.3' });
    expect(client.getInstructions()).toContain('<connector>__<tool>');
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(NAMES);
    for (const name of NAMES) {
      const told: (string | undefined)[] = [];
      const onprogress = ({ message }: { readonly message?: string | undefined }): void => void told.push(message);
      const result = await client.callTool({ name, arguments: { text: name } }, undefined, { onprogress });
      expect(textIn(result)).toBe(`{"text":"${name}"}`);
      expect(told).toEqual([`{"text":"${name}"}`]);
    }
    await expect(client.callTool({ name: 'old__none' })).rejects.toThrow('Unknown tool: old__none');
    opened.get('old')?.[0]?.say({ method: 'notifications/tools/list_changed' });
    await changes;
    await client.ping();
    await client.close();
  });

  it('version 1 over the transport of 2024', async () => {
    const client = new Client(info);
    await client.connect(new SSEClientTransport(new URL('/sse', url), { requestInit }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(NAMES);
    expect(textIn(await client.callTool({ name: 'new__echo', arguments: { a: 1 } }))).toBe('{"a":1}');
    await client.close();
  });

  it.each(['legacy', 'auto', 'pinned'] as const)('version 2, %s', async (mode) => {
    const client = new ModernClient(info, {
      versionNegotiation: { mode: mode === 'pinned' ? { pin: '2026-07-28' } : mode },
    });
    await client.connect(new ModernTransport(url, { requestInit }));
    expect(client.getServerVersion()).toMatchObject({ name: 'runlayer-companion', version: '1.2.3' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(NAMES);
    for (const name of NAMES) {
      const told: (string | undefined)[] = [];
      const onprogress = ({ message }: { readonly message?: string | undefined }): void => void told.push(message);
      const result = await client.callTool({ name, arguments: { text: name } }, { onprogress });
      expect(textIn(result)).toBe(`{"text":"${name}"}`);
      expect(told).toEqual([`{"text":"${name}"}`]);
    }
    await expect(client.callTool({ name: 'old__none' })).rejects.toThrow('Unknown tool: old__none');
    await client.close();
  });

  it('version 2 is told of changes where it listens', async () => {
    let tell = (): void => {};
    const changes = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const client = new ModernClient(info, {
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => tell() } },
    });
    await client.connect(new ModernTransport(url, { requestInit }));
    await client.listTools();
    opened.get('new')?.[0]?.say({ method: 'notifications/tools/list_changed' });
    await changes;
    await client.close();
  });

  it('two in one shared session at once: each gets its own answers and progress', async () => {
    const clients = await Promise.all(
      ['x', 'y'].map(async (name) => {
        const client = new ModernClient(
          { name, version: '1' },
          { versionNegotiation: { mode: { pin: '2026-07-28' } } },
        );
        await client.connect(new ModernTransport(url, { requestInit }));
        return { client, name };
      }),
    );
    await Promise.all(
      clients.flatMap(({ client, name }) =>
        Array.from({ length: 40 }, async (_, index) => {
          const text = `${name}-${index}`;
          const told: (string | undefined)[] = [];
          const onprogress = ({ message }: { readonly message?: string | undefined }): void => void told.push(message);
          const called = { name: NAMES[index % 2] ?? '', arguments: { text } };
          expect(textIn(await client.callTool(called, { onprogress }))).toBe(`{"text":"${text}"}`);
          expect(told).toEqual([`{"text":"${text}"}`]);
        }),
      ),
    );
    expect(aggregates).toHaveLength(1);
    const claimed = opened.get('old')?.[0]?.h.records.map((record) => 'claimed' in record && record.claimed?.client);
    expect(new Set(claimed)).toEqual(new Set(['x', 'y']));
    await Promise.all(clients.map(({ client }) => client.close()));
  });
});
