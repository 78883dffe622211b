/** The SDK's own example servers, reached through `runlayer run` by a client that speaks only stdio. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeJourney, node, openHome, type CompanionHome } from './companion-home.ts';
import { RawClient, type Message } from './raw-client.ts';

const examples = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/sdk/server/index.js')),
  '../examples/server',
);
const anywhere = fileURLToPath(new URL('../fixtures/listen-anywhere.mjs', import.meta.url));

let home: CompanionHome;
const servers: ChildProcessWithoutNullStreams[] = [];

async function start(example: string): Promise<number> {
  const server = home.spawn(node, ['--import', anywhere, join(examples, `${example}.js`)]);
  servers.push(server);
  server.stderr.resume();
  let text = '';
  return new Promise((resolve) => {
    server.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const port = /listens on (\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

interface Example {
  readonly name: string;
  readonly path?: string;
  readonly transport?: 'sse';
  readonly tools: readonly string[];
  readonly call?: { readonly name: string; readonly args: object; readonly text: string; readonly notes?: RegExp };
}

const EXAMPLES: readonly Example[] = [
  {
    name: 'simpleStreamableHttp',
    tools: ['greet', 'multi-greet', 'list-files', 'delay'],
    call: { name: 'multi-greet', args: { name: 'Ada' }, text: 'Good morning, Ada!', notes: /Starting multi-greet/ },
  },
  {
    name: 'jsonResponseStreamableHttp',
    tools: ['greet', 'multi-greet'],
    call: { name: 'greet', args: { name: 'Ada' }, text: 'Hello, Ada!' },
  },
  { name: 'simpleStatelessStreamableHttp', tools: ['start-notification-stream'] },
  // Drops the stream of the call in the middle: the answer comes by resuming it.
  {
    name: 'ssePollingExample',
    tools: ['long-task'],
    call: { name: 'long-task', args: {}, text: 'Long task completed successfully!', notes: /100% - Complete/ },
  },
  { name: 'simpleSseServer', transport: 'sse', tools: ['start-notification-stream'] },
  { name: 'sseAndStreamableHttpCompatibleServer', tools: ['start-notification-stream'] },
  {
    name: 'sseAndStreamableHttpCompatibleServer',
    path: '/sse',
    transport: 'sse',
    tools: ['start-notification-stream'],
    call: {
      name: 'start-notification-stream',
      args: { interval: 10, count: 2 },
      text: 'Started sending periodic notifications every 10ms',
      notes: /Periodic notification #2/,
    },
  },
];

describeJourney("the SDK's example servers", () => {
  beforeAll(async () => {
    home = await openHome();
  });
  afterAll(async () => {
    for (const server of servers) server.kill('SIGKILL');
    await home.close();
  });

  EXAMPLES.forEach(({ name, path = '/mcp', transport, tools, call }, at) => {
    it(`${name} at ${path}`, async () => {
      const url = `http://127.0.0.1:${await start(name)}${path}`;
      const kind = transport === undefined ? [] : ['--transport', transport];
      await home.must(['connectors', 'add', `example-${at}`, '--url', url, ...kind, '--default', 'allow', '-y']);
      const client = new RawClient(home.start(['run', `example-${at}`]));
      await client.initialize();
      const listed: Message = await client.request('list', 'tools/list');
      expect(listed.result?.tools?.map((tool) => tool.name)).toEqual(expect.arrayContaining([...tools]));
      if (call !== undefined) {
        const { result } = await client.call('call', call.name, call.args);
        expect(result?.content?.[0]?.text).toContain(call.text);
        const { notes } = call;
        if (notes !== undefined)
          await client.until('the notification', () => client.lines.find((line) => notes.test(line.toString())));
      }
      client.process.stdin.end();
      expect(await client.exited).toBe(0);
    });
  });
});
