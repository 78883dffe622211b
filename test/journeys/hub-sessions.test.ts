import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { HubClient, type Reply } from './hub-client.ts';

const CALLS = 50;
const AT_ONCE = 5;

interface Bound {
  readonly url: string;
  readonly token: string;
}

let home: CompanionHome;

async function bind(config: string, connector: string, ...options: string[]): Promise<Bound> {
  await home.must(['hub', 'config', 'create', config, '--connector', connector, ...options, '-y']);
  return home.json<Bound>(['hub', 'bind', config, '-y']);
}

/** One client's calls, some at once, each with a text of its own; all clients use the same ids. */
async function canaries(name: string, call: (id: number, text: string) => Promise<Reply>): Promise<string[]> {
  const wrong: string[] = [];
  const next = Array.from({ length: CALLS }, (_, at) => at + 1).values();
  const worker = async (): Promise<void> => {
    for (const id of next) {
      const text = `${name}-${id}`;
      const reply = await call(id, text);
      const [message] = reply.messages;
      if (message?.id !== id || message.result?.content?.[0]?.text !== `echo:${text}`)
        wrong.push(`${text} got ${reply.status} ${reply.text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return wrong;
}

describeJourney('many sessions over the hub', () => {
  beforeAll(async () => {
    home = await openHome();
    await home.add('canary', [node, fixtureServer('canary.mjs')]);
    const server = home.spawn(node, [fixtureServer('canary.mjs'), 'http']);
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${port.toString().trim()}/mcp`;
    await home.must(['connectors', 'add', 'canary-http', '--url', url, '--default', 'allow', '-y']);
  });
  afterAll(() => home.close());

  it('gives no answer to another of two hundred sessions', { timeout: 300_000 }, async () => {
    const program = await bind('program', 'canary');
    const http = await bind('http', 'canary-http');
    const clients: HubClient[] = [];
    const open = ({ url, token }: Bound): HubClient => {
      const client = new HubClient(url, token);
      clients.push(client);
      return client;
    };
    const modern = async (bound: Bound, name: string): Promise<string[]> => {
      const client = open(bound);
      return canaries(name, (id, text) => client.modern(id, 'tools/call', { name: 'echo', arguments: { text } }));
    };
    const legacy = async (bound: Bound, name: string): Promise<string[]> => {
      const client = open(bound);
      await client.initialize();
      return canaries(name, (id, text) =>
        client.legacy({ id, method: 'tools/call', params: { name: 'echo', arguments: { text } } }),
      );
    };
    const wrong = await Promise.all([
      ...Array.from({ length: 60 }, (_, at) => modern(program, `modern-program-${at}`)),
      ...Array.from({ length: 60 }, (_, at) => modern(http, `modern-http-${at}`)),
      ...Array.from({ length: 70 }, (_, at) => legacy(http, `legacy-http-${at}`)),
      ...Array.from({ length: 10 }, (_, at) => legacy(program, `legacy-program-${at}`)),
    ]);
    await Promise.all(clients.map((client) => client.close()));
    expect(wrong.flat()).toEqual([]);
    expect(wrong).toHaveLength(200);
    expect(home.openIntents()).toEqual([]);
  });
});
