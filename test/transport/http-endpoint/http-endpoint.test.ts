import { request, type IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import { chmod, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import { parseMessage } from '../../../main/relay/parse-message.ts';
import { DEFAULT_ENDPOINT_LIMITS } from '../../../main/transport/http-endpoint/endpoint-options.ts';
import { createHttpEndpoint } from '../../../main/transport/http-endpoint/http-endpoint.ts';
import { Principals } from '../../../main/transport/http-endpoint/principals.ts';
import { endedRefusal } from '../../../main/transport/http-endpoint/refusals.ts';
import { sendRaw, statusOf } from '../../control/http-harness.ts';
import { resetConnections } from '../../loopback/resets.ts';
import { bases, build, replaced } from './raw-request.ts';
import { watchResponses } from './responses.ts';
import { OTHER_TOKEN, startRig, TOKEN, until, type Rig } from './rig.ts';
import { legacyClient, modern, send, sendAndLeave } from './streams.ts';

let rig: Rig;
let folder: string;
beforeEach(async () => {
  rig = await startRig();
  folder = await mkdtemp(join(tmpdir(), 'rl-endpoint-'));
});
afterEach(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

const place = (port: number) => ({ port, token: TOKEN, sessionId: '', sseId: '' });

/** A request over a Unix socket. */
function overSocket(path: string, host: string, token = TOKEN): Promise<number> {
  const { message, headers } = modern(1, 'ping');
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return new Promise((resolve, reject) => {
    const sent = request({
      socketPath: path,
      agent: false,
      method: 'POST',
      path: '/mcp',
      headers: {
        ...headers,
        host,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    sent.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

describe('loopback', () => {
  it('is reached by each of its names', async () => {
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      const parts = bases.initialize(place(rig.port));
      replaced('host', `Host: ${name}:${rig.port}`)(parts);
      expect(statusOf(await sendRaw(rig.port, build(parts)))).toBe(200);
    }
  });

  it('has exactly the port that was asked for, or none', async () => {
    const other = await startRig();
    await expect(other.endpoint.listen({ kind: 'loopback', port: rig.port })).rejects.toMatchObject({
      code: 'E_PORT_TAKEN',
    });
    await other.close();
    const again = await startRig();
    const { port } = rig;
    await rig.close();
    expect((await again.endpoint.listen({ kind: 'loopback', port })).port).toBe(port);
    await again.close();
    rig = await startRig();
  });
});

describe('one address', () => {
  it('is opened with hosts of its own', async () => {
    const free = createServer().listen(0, '127.0.0.2');
    await new Promise((resolve) => free.once('listening', resolve));
    const address = free.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => free.close(resolve));
    const listener = await rig.endpoint.listen({ kind: 'address', address: '127.0.0.2', port, hosts: ['bridge'] });
    const status = async (host: string): Promise<number | undefined> => {
      const parts = bases.initialize(place(port));
      replaced('host', `Host: ${host}`)(parts);
      return statusOf(await sendRaw(port, build(parts), '127.0.0.2'));
    };
    expect(await status(`bridge:${port}`)).toBe(200);
    expect(await status('bridge')).toBe(200);
    for (const host of [`127.0.0.2:${port}`, `localhost:${port}`, 'Bridge', `bridge:${port + 1}`])
      expect(await status(host)).toBe(403);
    await expect(
      rig.endpoint.listen({ kind: 'address', address: '127.0.0.2', port, hosts: ['bridge'] }),
    ).rejects.toMatchObject({ code: 'E_PORT_TAKEN' });
    await listener.close();
    expect(await status('bridge')).toBeUndefined();
  });

  it.each(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::0', '::ffff:0.0.0.0', '::ffff:127.0.0.1', 'localhost', ''])(
    'is not %j',
    async (address) => {
      await expect(rig.endpoint.listen({ kind: 'address', address, port: 40_000, hosts: ['x'] })).rejects.toMatchObject(
        { code: 'E_ADDRESS_UNSAFE' },
      );
    },
  );

  it('has to be there', async () => {
    await expect(
      rig.endpoint.listen({ kind: 'address', address: '192.0.2.1', port: 40_000, hosts: ['x'] }),
    ).rejects.toMatchObject({ code: 'E_ADDRESS_MISSING' });
  });
});

const noSockets = process.platform === 'win32' ? ' [skipped: Windows has no sockets at paths]' : '';
describe.skipIf(noSockets !== '')(`a Unix socket${noSockets}`, () => {
  const listen = (path: string, hosts = ['sandbox']): ReturnType<Rig['endpoint']['listen']> =>
    rig.endpoint.listen({ kind: 'socket', path, hosts });

  it('is open to its owner alone, with hosts and tokens of its own', async () => {
    const path = join(folder, 'mcp.sock');
    const listener = await listen(path);
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    expect(await overSocket(path, 'sandbox')).toBe(200);
    expect(await overSocket(path, 'sandbox', 'x')).toBe(401);
    expect(await overSocket(path, 'localhost')).toBe(403);
    await listener.close();
    await expect(lstat(path)).rejects.toThrow('ENOENT');
  });

  it('takes the place of one that nobody listens on', async () => {
    const path = join(folder, 'mcp.sock');
    const stale = createServer().listen(path);
    await new Promise((resolve) => stale.once('listening', resolve));
    const moved = join(folder, 'moved.sock');
    // A socket whose owner died: its file stays.
    const { rename } = await import('node:fs/promises');
    await rename(path, moved);
    await new Promise((resolve) => stale.close(resolve));
    await rename(moved, path);
    await listen(path);
    expect(await overSocket(path, 'sandbox')).toBe(200);
  });

  it('does not take the place of anything else', async () => {
    const taken = join(folder, 'taken.sock');
    const other = createServer((socket) => socket.destroy()).listen(taken);
    await new Promise((resolve) => other.once('listening', resolve));
    await expect(listen(taken)).rejects.toMatchObject({ code: 'E_SOCKET_UNSAFE' });
    await new Promise((resolve) => other.close(resolve));
    const file = join(folder, 'file');
    await writeFile(file, 'mine');
    await expect(listen(file)).rejects.toMatchObject({ code: 'E_SOCKET_UNSAFE' });
    expect((await lstat(file)).size).toBe(4);
  });

  it('is opened only in a folder that is ours alone', async () => {
    const open = join(folder, 'open');
    await mkdir(open);
    await chmod(open, 0o755);
    await expect(listen(join(open, 's'))).rejects.toMatchObject({ code: 'E_SOCKET_UNSAFE' });
    await symlink(folder, join(folder, 'link'));
    await expect(listen(join(folder, 'link', 's'))).rejects.toMatchObject({ code: 'E_SOCKET_UNSAFE' });
    await expect(listen(join(folder, 'missing', 's'))).rejects.toMatchObject({ code: 'E_SOCKET_UNSAFE' });
  });
});

describe('tokens', () => {
  it('that fail are told to wait after many, good ones never', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { failedPerMinute: 3 } });
    const bad = async (): Promise<number> => (await send(rig, { id: 1, method: 'ping' }, { token: 'bad' })).status;
    expect([await bad(), await bad(), await bad(), await bad(), await bad()]).toEqual([401, 401, 401, 429, 429]);
    const answer = await send(rig, { id: 1, method: 'ping' }, { token: 'bad' });
    expect(answer.headers['retry-after']).toBe('60');
    expect(answer.json.error?.message).toContain('runlayer hub bind');
    await legacyClient(rig);
    expect(rig.logs).toHaveLength(1);
    rig.pass(61_000);
    expect(await bad()).toBe(401);
  });

  it('are remembered by when they were used', async () => {
    expect(rig.endpoint.lastUsed('b1')).toBeUndefined();
    await legacyClient(rig);
    const used = new Date(rig.now);
    rig.pass(60_000);
    await send(rig, { id: 1, method: 'ping' }, { token: 'bad' });
    expect(rig.endpoint.lastUsed('b1')).toEqual(used);
    expect(rig.endpoint.lastUsed('b2')).toBeUndefined();
    rig.endpoint.drop('b1');
    expect(rig.endpoint.lastUsed('b1')).toEqual(used);
  });

  it('that end while a body comes in open nothing', async () => {
    const parts = bases.initialize(place(rig.port));
    const text = build(parts);
    const socket = connect({ host: '127.0.0.1', port: rig.port });
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(text.slice(0, -10));
    await until(() => rig.endpoint.lastUsed('b1') !== undefined);
    rig.tokens.delete(TOKEN);
    rig.endpoint.drop('b1');
    socket.write(text.slice(-10));
    await closed;
    expect(statusOf(answer)).toBe(401);
    expect(rig.served).toHaveLength(0);
  });

  it('of a binding that is made for another client now begin anew', async () => {
    await legacyClient(rig);
    rig.tokens.set(TOKEN, { id: 'b1', client: 'zed' });
    await legacyClient(rig);
    expect(rig.served.map((served) => [served.gone, served.claimed().client])).toEqual([
      [1, 'legacy'],
      [0, 'zed'],
    ]);
  });
});

describe('connections', () => {
  it('that are reset while they are refused take nobody with them', async () => {
    await resetConnections(rig.port);
    const { message, headers } = modern(1, 'ping');
    expect((await send(rig, message, { headers })).status).toBe(200);
  });
});

describe('bodies', () => {
  it('of refused requests do not keep the refusal from arriving', async () => {
    const parts = bases.initialize({ ...place(rig.port), token: 'bad' });
    const text = build(parts);
    const socket = connect({ host: '127.0.0.1', port: rig.port });
    let answer = '';
    let ended = false;
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('end', () => (ended = true));
    const closed = new Promise((resolve, reject) => socket.once('close', resolve).once('error', reject));
    socket.write(text.slice(0, -10));
    await until(() => answer.endsWith('}'));
    expect(statusOf(answer)).toBe(401);
    // Still open: an end now would take the answer from a client that is still sending.
    await send(rig, undefined, { path: '/health' });
    expect(ended).toBe(false);
    socket.write(text.slice(-10));
    await closed;
  });

  const KIB = 1024;

  it('may only be so much at once', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxBodyBytesInAll: 1000 } });
    const text = (length: number): object => ({ ...modern(1, 'ping', { text: 'x'.repeat(length) }).message });
    const { headers } = modern(1, 'ping');
    expect((await send(rig, text(66 * KIB), { headers })).status).toBe(503);
    // What was held is free again.
    for (let i = 0; i < 10; i++) expect((await send(rig, text(65_000), { headers })).status).toBe(200);
  });

  it('of one binding leave room for those of others, and for small ones', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxBodyBytesPerPrincipal: 100 * KIB, maxBodyBytesInAll: 400 * KIB } });
    const { headers } = modern(1, 'ping');
    const ask = async (token: string, bytes: number): Promise<number> =>
      (await send(rig, modern(1, 'ping', { text: 'x'.repeat(bytes) }).message, { headers, token })).status;
    // Five that are never complete, of which one alone has room.
    const held = Array.from({ length: 5 }, () => {
      const socket = connect({ host: '127.0.0.1', port: rig.port });
      socket.on('error', () => {});
      const parts = bases.initialize(place(rig.port));
      replaced('content-length', `Content-Length: ${200 * KIB}`)(parts);
      socket.write(build({ ...parts, body: ' '.repeat(160 * KIB) }));
      return socket;
    });
    let status = 200;
    await until(() => held.every(({ bytesWritten }) => bytesWritten > 160 * KIB));
    // Until they have arrived; each one that is refused makes room for the next.
    while (status === 200) status = await ask(TOKEN, 80 * KIB);
    expect(status).toBe(503);
    expect(await ask(OTHER_TOKEN, 80 * KIB)).toBe(200);
    expect(await ask(TOKEN, 60 * KIB)).toBe(200);
    for (const socket of held) socket.destroy();
  });

  it('and answers share a connection', async () => {
    const { headers } = modern(1, 'ping');
    const { message } = modern(1, 'ping');
    const { Agent } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let i = 0; i < 5; i++) {
      await new Promise<void>((resolve, reject) => {
        const sent = request({
          agent,
          host: '127.0.0.1',
          port: rig.port,
          method: 'POST',
          path: '/mcp',
          headers: { ...headers, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        });
        sent.once('response', (response) => {
          ports.add(response.socket.localPort);
          response.resume();
          response.once('end', resolve);
        });
        sent.once('error', reject);
        sent.end(JSON.stringify({ jsonrpc: '2.0', ...message }));
      });
    }
    agent.destroy();
    expect(ports.size).toBe(1);
  });
});

describe('a client that leaves while its message is parsed', () => {
  it('opens nothing and holds nothing', async () => {
    await rig.close();
    const parsing: (() => void)[] = [];
    const responses = watchResponses();
    rig = await startRig({
      endpointLimits: { maxStreamsPerPrincipal: 2 },
      parseLarge: (line, sender) =>
        new Promise((resolve) => parsing.push(() => resolve(parseMessage(line, sender, DEFAULT_LIMITS)))),
    });
    const text = 'x'.repeat(DEFAULT_LIMITS.inlineParseBytes);
    const listen = modern(1, 'subscriptions/listen', { notifications: {}, text });
    const begin = { id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', text } };
    for (const { message, headers } of [listen, listen, listen, { message: begin, headers: {} }]) {
      const before = parsing.length;
      const { leave } = sendAndLeave(rig, message, { headers });
      await until(() => parsing.length > before);
      leave();
    }
    await responses.over();
    for (const parsed of parsing) parsed();
    const { message, headers } = modern(1, 'ping');
    expect((await send(rig, message, { headers })).status).toBe(200);
    expect(rig.served).toHaveLength(1);
    expect(rig.served[0]?.methods).toEqual(['ping']);
    expect(rig.endpoint.sessions('b1')).toBe(1);
    // All streams are free, and nothing keeps the session for ever.
    const streams = [1, 2].map((id) => {
      const { message: asked, headers: heads } = modern(id, 'subscriptions/listen', { notifications: {} });
      return sendAndLeave(rig, asked, { headers: heads });
    });
    await until(() => rig.served[0]?.methods.length === 3);
    for (const { leave } of streams) leave();
    await responses.over();
    responses.stop();
    rig.pass(24 * 60 * 60_000);
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });
});

describe('answers', () => {
  it('that nobody takes end their connection', async () => {
    const text = 'x'.repeat(8 * 1024 * 1024);
    const { message, headers } = modern(1, 'tools/call', { name: 'echo', arguments: { text } });
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const sent = request({
      host: '127.0.0.1',
      port: rig.port,
      agent: false,
      method: 'POST',
      path: '/mcp',
      headers: { ...headers, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    });
    const closed = new Promise((resolve) => sent.once('close', resolve));
    let response: IncomingMessage | undefined;
    sent.once('response', (begun) => {
      response = begun;
      begun.on('error', () => {});
      begun.pause();
    });
    sent.on('error', () => {});
    sent.end(body);
    await until(() => response !== undefined);
    // Seen as unread, then as unread for too long.
    rig.pass(4000);
    rig.pass(62_000);
    response?.resume();
    await closed;
    expect(response?.complete).toBe(false);
    expect((await send(rig, modern(1, 'ping').message, { headers: modern(1, 'ping').headers })).status).toBe(200);
  });
});

describe('close', () => {
  it('ends every session and every listener, and what is under way', async () => {
    rig.script = () => {};
    const { message, headers } = modern(1, 'a/b');
    sendAndLeave(rig, message, { headers });
    await until(() => rig.served[0]?.lines.length === 1);
    await rig.endpoint.close();
    expect(rig.served[0]?.gone).toBe(1);
    expect(await sendRaw(rig.port, 'GET / HTTP/1.1\r\n\r\n')).toBe('');
    // Twice is no harm.
    await rig.endpoint.close();
  });

  it('tells who waits that the companion stopped, and not that a token is bad', async () => {
    rig.script = (message, server) => {
      if (message.method === 'initialize') server.answer(message.id, { protocolVersion: '2025-11-25' });
    };
    const { message, headers } = modern('m', 'a/b');
    const legacy = await legacyClient(rig);
    const asked = [send(rig, message, { headers }), legacy.post({ id: 'l', method: 'a/b' })];
    await until(() => rig.served.flatMap(({ methods }) => methods).filter((method) => method === 'a/b').length === 2);
    await rig.endpoint.close();
    const answers = await Promise.all(asked);
    expect(answers.map(({ status, json }) => [status, json.id, json.error?.code])).toEqual([
      [200, 'm', -31_002],
      [200, 'l', -31_002],
    ]);
    for (const { json } of answers)
      expect(json.error?.message).toMatch(/^The companion stopped before the answer came/);
  });

  it('refuses for a while what comes while it closes', async () => {
    const principals = new Principals(DEFAULT_ENDPOINT_LIMITS);
    const state = principals.seen({ id: 'b1', client: undefined }, 0);
    principals.stop();
    expect([principals.isStopped, state.ended]).toEqual([true, 'stopped']);
    expect(endedRefusal('stopped')).toMatchObject({ status: 503, headers: ['retry-after', '5'] });
    expect(endedRefusal('revoked').status).toBe(401);
  });

  it('closes a listener that comes too late', async () => {
    const endpoint = createHttpEndpoint({
      authenticate: () => undefined,
      origins: () => [],
      open: () => Promise.reject(new Error('never')),
      limits: (await import('../../../main/relay/limits.ts')).DEFAULT_LIMITS,
      now: () => 0,
      schedule: () => () => {},
      randomToken: () => 'x',
      log: () => {},
    });
    const opening = endpoint.listen({ kind: 'loopback', port: 0 });
    await endpoint.close();
    const { port } = await opening;
    expect(await sendRaw(port ?? 0, 'GET / HTTP/1.1\r\n\r\n')).toBe('');
  });
});
