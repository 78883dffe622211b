/** A program of somebody's makes configs and tokens with the built client, and MCP clients use them at the one address. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BoundToken } from '../../main/hub-client/types.ts';
import { root } from './build-once.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';

describeJourney('the hub client', () => {
  let home: CompanionHome;

  /** Runs `body` in a Node of its own that ends by itself; gives what it assigns to `result`. */
  const program = async <T>(body: string): Promise<T> => {
    const script = `
      import { mcpConfig } from 'runlayer-companion/hub';
      let result;
      try { ${body} } catch ({ code, message, next }) { result = { code, message, next }; }
      process.stdout.write(JSON.stringify(result ?? null));
    `;
    const child = home.spawn(node, ['--input-type=module', '--eval', script], { cwd: root });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin.end();
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`the program ended with ${code ?? 'a signal'}: ${out}${err}`);
    home.look();
    return JSON.parse(out) as T;
  };

  const connect = async ({ url, token }: Pick<BoundToken, 'url' | 'token'>): Promise<Client> => {
    const client = new Client({ name: 'hub-journey', version: '1' });
    const headers = { authorization: `Bearer ${token}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    return client;
  };
  const toolsOf = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name);
  const status = async ({ url, token }: Pick<BoundToken, 'url' | 'token'>): Promise<number> => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    await answer.body?.cancel();
    return answer.status;
  };

  beforeAll(async () => {
    home = await openHome();
  });
  afterAll(async () => {
    await home?.close();
  });

  it('starts a companion where none runs, and ends while that one goes on', async () => {
    expect(await program('result = await mcpConfig.list();')).toEqual([]);
    expect((await home.json<{ companion: { running: boolean } }>(['status'])).companion.running).toBe(true);
  });

  it('makes a config, binds it, and a client sees what the globs allow, at once when they change', async () => {
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
    const bound = await program<BoundToken>(`
      await mcpConfig.create({ name: 'tools-some', connector: 'tools', allowedTools: ['echo', 'tools.write_*'] });
      result = await mcpConfig.fromId('tools-some').bind({ client: 'journey' }, { yes: true });
    `);
    expect(bound).toMatchObject({ binding: { variable: 'RL_TOKEN_TOOLS_SOME', problem: '' } });
    expect(bound.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const client = await connect(bound);
    expect((await toolsOf(client)).sort()).toEqual(['echo', 'write_note']);
    expect(await client.callTool({ name: 'echo', arguments: { text: 'hello' } })).toMatchObject({
      content: [{ text: 'hello' }],
    });
    await expect(client.callTool({ name: 'environment', arguments: {} })).rejects.toThrow('Unknown tool: environment');
    await program(`await mcpConfig.fromId('tools-some').update({ allowedTools: ['echo'] });`);
    await expect(client.callTool({ name: 'write_note', arguments: {} })).rejects.toThrow('Unknown tool: write_note');
    expect(await toolsOf(client)).toEqual(['echo']);
    await client.close();
    expect(home.filesHolding(bound.token)).toEqual([]);
  });

  it('gives what weakens only with a yes, and the error says so', async () => {
    expect(await program(`await mcpConfig.fromId('tools-some').update({ allowedTools: ['*'] });`)).toMatchObject({
      code: 'E_CONFIRMATION',
      next: expect.stringContaining('-y') as string,
    });
    expect(await program(`result = (await mcpConfig.fromId('tools-some').get()).allowedTools;`)).toEqual(['echo']);
    expect(await program(`await mcpConfig.fromId('tools-some').delete();`)).toMatchObject({
      code: 'E_HUB_CONFIG_IN_USE',
    });
  });

  it('rotates and revokes: a token of before opens nothing', async () => {
    const first = await program<BoundToken>(`result = await mcpConfig.fromId('tools-some').bind({}, { yes: true });`);
    expect(await status(first)).not.toBe(401);
    const second = await program<BoundToken>(`result = await mcpConfig.rotate('${first.binding.id}', { yes: true });`);
    expect(second.url).toBe(first.url);
    expect([await status(first), await status(second)].map((code) => code === 401)).toEqual([true, false]);
    await program(`await mcpConfig.revoke('${first.binding.id}');`);
    expect(await status(second)).toBe(401);
    const changes = home
      .records()
      .flatMap((record) =>
        record.kind === 'event' && record.event === 'hub_token_changed' && record.detail['binding'] === first.binding.id
          ? [record.detail['change']]
          : [],
      );
    expect(changes).toEqual(['bound', 'rotated', 'revoked']);
    for (const { token } of [first, second]) expect(home.filesHolding(token)).toEqual([]);
  });

  it('a shell takes the address and new tokens from "hub env --rotate"', async () => {
    const script = `eval "$(${root}/out/bin/runlayer hub env --rotate -y)"; printf '%s %s' "$RL_MCP_URL" "$RL_TOKEN_TOOLS_SOME"`;
    const child = home.spawn('/bin/sh', ['-c', script]);
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stdin.end();
    await once(child, 'close');
    const [url = '', token = ''] = out.split(' ');
    expect(token).toMatch(/^rlh_[A-Za-z0-9_-]{43}$/);
    const client = await connect({ url, token });
    expect(await toolsOf(client)).toEqual(['echo']);
    await client.close();
  });
});
