import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { testServer } from '../../main/connectors/test-server.ts';
import { compilePolicy } from '../../main/policy/decide.ts';
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
      const { id, method } = JSON.parse(line);
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
});
