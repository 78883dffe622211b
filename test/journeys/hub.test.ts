/** The hub as a person and a client meet it: configs, bindings, tokens, one address. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { HubClient } from './hub-client.ts';

interface Bound {
  readonly binding: { readonly id: string; readonly variable: string };
  readonly url: string;
  readonly token: string;
}

let home: CompanionHome;
const clients: HubClient[] = [];
const client = ({ url, token }: Bound): HubClient => {
  const opened = new HubClient(url, token);
  clients.push(opened);
  return opened;
};
const names = async (hub: HubClient): Promise<string[]> =>
  ((await hub.modern('l', 'tools/list')).messages[0]?.result?.tools ?? []).map((tool) => tool.name);
const echo = (hub: HubClient, id: unknown, name = 'echo') =>
  hub.modern(id, 'tools/call', { name, arguments: { text: 'x' } });
const bind = (config: string, ...options: string[]): Promise<Bound> =>
  home.json(['hub', 'bind', config, '-y', ...options]);

describeJourney('the hub', () => {
  beforeAll(async () => {
    home = await openHome();
    await home.add('canary', [node, fixtureServer('canary.mjs')]);
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
  });
  afterAll(async () => {
    // The endpoint may be gone by then.
    await Promise.allSettled(clients.map((one) => one.close()));
    await home.close();
  });

  it('serves one config to a client in both eras, and hides what its globs do not name', async () => {
    await home.must([
      'hub',
      'config',
      'create',
      'canary-some',
      '--connector',
      'canary',
      '--allow-tool',
      'canary.ec*',
      '-y',
    ]);
    const bound = await bind('canary-some', '--client', 'claude_code');
    expect(bound.token).toMatch(/^rlh_[A-Za-z0-9_-]{43,}$/);
    expect(bound.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const modern = client(bound);
    expect(await names(modern)).toEqual(['echo']);
    expect((await echo(modern, 1)).messages[0]).toMatchObject({ id: 1, result: { content: [{ text: 'echo:x' }] } });
    expect((await echo(modern, 2, 'hidden')).messages[0]).toEqual({
      jsonrpc: '2.0',
      id: 2,
      error: { code: -32602, message: 'Unknown tool: hidden' },
    });
    expect((await echo(modern, 3, 'never')).messages[0]?.error).toEqual({
      code: -32602,
      message: 'Unknown tool: never',
    });

    const legacy = client(bound);
    await legacy.initialize();
    const list = await legacy.legacy({ id: 'a', method: 'tools/list' });
    expect(list.messages[0]?.result?.tools?.map((tool) => tool.name)).toEqual(['echo']);
    const call = await legacy.legacy({ id: 'b', method: 'tools/call', params: { name: 'hidden', arguments: {} } });
    expect(call.messages[0]?.error).toEqual({ code: -32602, message: 'Unknown tool: hidden' });
    const intent = home.records().find((record) => record.kind === 'intent');
    expect(intent).toMatchObject({ connector: 'canary', claimed: { client: 'claude_code' } });
  });

  it('a config that changes changes each of its bindings; in use it cannot be deleted', async () => {
    await home.must(['hub', 'config', 'create', 'tools-x', '--connector', 'tools', '--allow-tool', 'echo', '-y']);
    const [one, two] = [client(await bind('tools-x')), client(await bind('tools-x'))];
    expect(await names(one)).toEqual(['echo']);
    await home.must(['hub', 'config', 'update', 'tools-x', '--allow-tool', 'e*', '-y']);
    expect(await names(one)).toEqual(['echo', 'environment']);
    expect(await names(two)).toEqual(['echo', 'environment']);
    const refused = await home.runlayer(['hub', 'config', 'delete', 'tools-x']);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('runlayer hub revoke');
  });

  it('a rotated token ends the old one at once, a revoked one ends for good', async () => {
    const bound = await bind('tools-x');
    const old = client(bound);
    expect((await echo(old, 1)).status).toBe(200);
    const fresh = await home.json<Bound>(['hub', 'rotate', bound.binding.id, '-y']);
    const refused = await echo(old, 2);
    expect(refused.status).toBe(401);
    expect(refused.text).toContain('runlayer hub bind');
    const next = client(fresh);
    expect((await echo(next, 1)).status).toBe(200);
    await home.must(['hub', 'revoke', bound.binding.id]);
    expect((await echo(next, 2)).status).toBe(401);
  });

  it('a legacy session belongs to its token', async () => {
    const bound = await bind('tools-x');
    const mine = client(bound);
    const session = (await mine.initialize()).headers['mcp-session-id'];
    const other = client(await bind('tools-x'));
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const stolen = await other.send('POST', { 'mcp-session-id': String(session) }, body);
    expect(stolen.status).toBe(404);
  });

  it('each binding has its own secret, and a server of its own that holds it', async () => {
    await home.must(['secrets', 'vault', 'create'], { input: 'correct horse battery\n' });
    // Else the guard would take the secrets out of what the server says of them.
    for (const category of ['live_secret', 'secret'])
      await home.must(['guard', 'set', category, 'off', '--connector', 'tools', '-y']);
    const values = { ada: 'ada-4f1c9b7e2d6a', bob: 'bob-93be07c15fd8' };
    for (const [name, value] of Object.entries(values))
      await home.must(['secrets', 'set', name], { input: `${value}\n` });
    const seen = await Promise.all(
      Object.keys(values).map(async (name) => {
        const hub = client(await bind('tools-x', '--secret', `TOKEN=keychain:${name}`));
        const reply = await hub.modern(1, 'tools/call', { name: 'environment', arguments: {} });
        return JSON.parse(reply.messages[0]?.result?.content?.[0]?.text ?? '{}') as {
          env: Record<string, string>;
          pid: number;
        };
      }),
    );
    expect(seen.map(({ env }) => env['TOKEN'])).toEqual(Object.values(values));
    expect(seen[0]?.pid).not.toBe(seen[1]?.pid);
    expect(home.filesHolding(values.ada)).toEqual([]);
  });

  it('one token for all connectors: names with their connector, rules and audit of each', async () => {
    await home.must(['policy', 'deny', 'tools', 'write_*']);
    const bound = await home.json<Bound>(['hub', 'bind', '--all', '-y']);
    const all = client(bound);
    const listed = await names(all);
    expect(listed).toEqual(expect.arrayContaining(['canary__echo', 'canary__hidden', 'tools__echo']));
    expect(listed).not.toContain('tools__write_note');
    expect((await echo(all, 1, 'canary__echo')).messages[0]).toMatchObject({
      id: 1,
      result: { content: [{ text: 'echo:x' }] },
    });
    const legacy = client(bound);
    await legacy.initialize();
    const called = await legacy.legacy({
      id: 'a',
      method: 'tools/call',
      params: { name: 'tools__echo', arguments: { text: 'y' } },
    });
    expect(called.messages[0]).toMatchObject({ id: 'a', result: { content: [{ text: 'y' }] } });
    const denied = await legacy.legacy({
      id: 'b',
      method: 'tools/call',
      params: { name: 'tools__write_note', arguments: {} },
    });
    expect(denied.messages[0]?.error).toEqual({ code: -32602, message: 'Unknown tool: tools__write_note' });
    expect(home.records().some((record) => record.kind === 'intent' && record.connector === 'tools')).toBe(true);
  });

  it('keeps no token anywhere, and prints for a shell', async () => {
    const bound = await bind('tools-x');
    await echo(client(bound), 1);
    expect(home.filesHolding(bound.token)).toEqual([]);
    const env = await home.must(['hub', 'env']);
    expect(env).toContain(`export RL_MCP_URL=${bound.url};`);
    expect(env).toContain(bound.binding.variable);
    expect(env).not.toContain('rlh_');
    const shell = home.spawn('sh', ['-euc', 'eval "$ENV_TEXT"; printf %s "$RL_MCP_URL"'], { env: { ENV_TEXT: env } });
    const [printed] = (await once(shell.stdout, 'data')) as [Buffer];
    expect(printed.toString()).toBe(bound.url);
    const snippet = await home.must(['hub', 'snippet', bound.binding.id, '--client', 'claude_code']);
    expect(snippet).toContain('claude mcp add --transport http');
    expect(snippet).toContain(bound.binding.variable);
  });

  it('keeps its port and its tokens over a restart, and takes no other port where it is taken', async () => {
    const bound = await bind('tools-x');
    await home.must(['stop']);
    await home.must(['connectors', 'list']);
    expect((await echo(client(bound), 1)).status).toBe(200);
    await home.must(['stop']);
    const squatter = createServer().listen(Number(new URL(bound.url).port), '127.0.0.1');
    await once(squatter, 'listening');
    const status = await home.json<{ state: string; url: string; problem: string }>(['hub', 'status']);
    squatter.close();
    expect(status).toMatchObject({ state: 'failed', url: bound.url });
    expect(status.problem).not.toBe('');
  });
});
