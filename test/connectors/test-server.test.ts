import { tmpdir } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { testServer, type TestOptions } from '../../main/connectors/test-server.ts';
import { compilePolicy } from '../../main/policy/decide.ts';
import { DEFAULT_LIMITS, type WireLimits } from '../../main/relay/limits.ts';
import { ConnectorLog } from '../../main/transport/connector-log.ts';
import { spawnServer } from '../../main/process/spawn-server.ts';
import { openChild } from '../../main/transport/child-upstream.ts';
import type { PreparedServer } from '../../main/transport/governed-session.ts';

const untracked = { started: () => undefined, ended: () => undefined };

/** A server whose program is this text; `reply(id, result)` and `fail(id, message)` are at hand. */
function prepared(script: string, log = new ConnectorLog()): PreparedServer {
  const program = `
    const send = (m) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\\n');
    const reply = (id, result) => send({ id, result });
    const fail = (id, message) => send({ id, error: { code: -1, message } });
    const hello = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method, params } = JSON.parse(line);
      ${script}
    });`;
  return {
    connector: 'files',
    open: openChild({
      launch: { path: process.execPath, args: ['-e', program], env: { PATH: '/usr/bin:/bin' }, cwd: tmpdir() },
      spawn: spawnServer,
      track: untracked,
    }),
    policy: () => compilePolicy({ connector: 'files', default: 'ask', rules: [] }),
    log,
    redactor: { push: (text) => text, end: () => '' },
    redact: (text) => text.replaceAll('sesame', '[redacted]'),
    release: () => undefined,
  };
}

describe('testServer', () => {
  it('says what the server offers and what policy makes of it', async () => {
    const server = prepared(`
      if (method === 'initialize') reply(id, hello);
      if (method === 'tools/list') reply(id, { tools: [{ name: 'a', inputSchema: { type: 'object' } }] });`);
    expect(await testServer(server, '1')).toMatchObject({
      ok: true,
      server: 's 1',
      tools: [{ name: 'a', effect: 'ask', code: 'default_ask' }],
    });
  });

  it('outlives a line that is larger than any message may be', async () => {
    const log = new ConnectorLog();
    const server = prepared(
      `
      if (method === 'initialize') { process.stdout.write('x'.repeat(17 * 1024 * 1024) + '\\n'); reply(id, hello); }
      if (method === 'tools/list') reply(id, { tools: [] });`,
      log,
    );
    expect(await testServer(server, '1')).toMatchObject({ ok: true, tools: [] });
    expect(log.tail(1)[0]).toContain('a message of more than');
  });

  it('shows no live secret of the server, in an error or in what it printed', async () => {
    const log = new ConnectorLog();
    const server = prepared(`process.stdout.write('my token is sesame\\n'); fail(id, 'bad token sesame');`, log);
    const error = await testServer(server, '1').then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toContain('bad token [redacted]');
    expect(log.tail(10).join('\n')).toContain('my token is [redacted]');
  });

  describe('against a hostile list', () => {
    const listing = (tools: string, log?: ConnectorLog): PreparedServer =>
      prepared(
        `
        if (method === 'initialize') reply(id, hello);
        if (method === 'tools/list') { const page = Number(params.cursor ?? 0); reply(id, ${tools}); }`,
        log,
      );
    const limited = (limits: Partial<WireLimits>): TestOptions => ({ limits: { ...DEFAULT_LIMITS, ...limits } });
    const failure = (server: PreparedServer, options?: TestOptions): Promise<string> =>
      testServer(server, '1', options).then(
        () => 'no failure',
        (thrown: Error) => thrown.message,
      );

    it('compiles nothing of what the server defines', async () => {
      const compiled = vi.spyOn(AjvJsonSchemaValidator.prototype, 'getValidator');
      const properties = `Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => ['p' + i, { type: 'string' }]))`;
      const server = listing(`{ tools: [
        { name: 'a', inputSchema: { type: 'object' }, outputSchema: { type: 'object', pattern: '(a+)+$' } },
        { name: 'b', inputSchema: { type: 'object' }, outputSchema: { type: 'object', properties: ${properties} } },
      ] }`);
      expect((await testServer(server, '1')).tools).toEqual([
        { name: 'a', effect: 'ask', code: 'default_ask' },
        { name: 'b', effect: 'deny', code: 'oversized_tool' },
      ]);
      expect(compiled).not.toHaveBeenCalled();
      compiled.mockRestore();
    });

    it('fails at once where an answer breaks the limits of a message', async () => {
      const server = listing(`{ tools: Array.from({ length: 60 }, () => ({ name: 'a', x: [1, 2, 3] })) }`);
      expect(await failure(server, limited({ maxTokens: 100 }))).toContain('has more than 100 values');
      const large = listing(`{ tools: [{ name: 'a', description: 'x'.repeat(5000) }] }`);
      expect(await failure(large, limited({ maxMessageBytes: 4096 }))).toContain('a message of more than 4096 bytes');
    });

    const endless = `{ tools: [{ name: 't' + page, description: 'x'.repeat(100) }], nextCursor: String(page + 1) }`;

    it('ends with as many pages as a session takes', async () => {
      const { tools } = await testServer(listing(endless), '1');
      expect(tools).toHaveLength(DEFAULT_LIMITS.maxToolPages);
    });

    it('asks no cursor twice', async () => {
      const server = listing(`{ tools: [{ name: 't' + page }], nextCursor: String((page + 1) % 3) }`);
      expect((await testServer(server, '1')).tools.map(({ name }) => name)).toEqual(['t0', 't1', 't2']);
    });

    it('refuses a list that is too long or too large in all', async () => {
      expect(await failure(listing(endless), limited({ maxTools: 5 }))).toContain('it lists more than 5 tools');
      expect(await failure(listing(endless), limited({ maxToolListBytes: 1000 }))).toContain('is too large');
    });

    it('shows no name that no session would show, and says of others why they are refused', async () => {
      const log = new ConnectorLog();
      const server = listing(
        `{ tools: page === 0 ? [{ name: 'send' }, { name: '\\u202egnp' }, { name: 1 }] : [{ name: 'Send' }, { name: 'get' }],
           ...(page === 0 ? { nextCursor: '1' } : {}) }`,
        log,
      );
      expect((await testServer(server, '1')).tools).toEqual([
        { name: 'send', effect: 'deny', code: 'ambiguous_tool_name' },
        { name: 'Send', effect: 'deny', code: 'ambiguous_tool_name' },
        { name: 'get', effect: 'ask', code: 'default_ask' },
      ]);
      expect(log.tail(1)[0]).toContain('2 of its tools');
    });

    it.each<[string, string, string]>([
      ['no list', '{}', 'holds no list of tools'],
      ['what is no tool', '{ tools: [1] }', 'holds something that is no tool'],
    ])('refuses %s', async (_title, list, reason) => {
      expect(await failure(listing(list))).toContain(reason);
    });

    it('ends with its deadline, whatever the server still does, and lets it go', async () => {
      const deadline = new AbortController();
      let released = 0;
      const silent = prepared(`if (method === 'initialize') { reply(id, hello); process.stderr.write('ready'); }`);
      const server: PreparedServer = {
        ...silent,
        redactor: { push: (text) => (deadline.abort(), text), end: () => '' },
        release: () => void released++,
      };
      expect(await failure(server, { signal: deadline.signal })).toContain('it took too long');
      expect(released).toBe(1);
    });

    it('shows nothing that could move a cursor, and no more than a person reads', async () => {
      const server = prepared(`
        const info = { name: '\\u001b[2J' + 'n'.repeat(10_000), version: '1' };
        if (method === 'initialize') reply(id, { ...hello, capabilities: {}, serverInfo: info });`);
      const shown = (await testServer(server, '1')).server;
      expect(shown).toMatch(/^\\u\{1b\}\[2Jn+$/);
      expect(shown.length).toBeLessThan(600);
    });
  });
});
