import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpWire, type WireOrder, type WireReply } from '../../../main/transport/http-upstream/http-wire.ts';
import { Bell, Stage, Timers } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

async function listen(server: Server & { closeAllConnections(): void }, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  stage.add(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
}

function wire(url: string, now = (): number => 0): { readonly wire: HttpWire; readonly timers: Timers } {
  const timers = new Timers(new Bell());
  const made = new HttpWire(new URL(url), timers.schedule, now);
  stage.add(async () => made.close());
  return { wire: made, timers };
}

const ORDER: WireOrder = {
  method: 'GET',
  headers: ['Host', 'x'],
  body: undefined,
  headersMs: 1000,
  repeatable: true,
  flushed: () => {},
};

function said(reply: WireReply): string | number {
  if (reply.kind === 'response') return reply.response.statusCode ?? 0;
  return reply.kind === 'failed' ? reply.reason : reply.kind;
}

const ok: RequestListener = (_, response) => response.writeHead(200).end();

test('a connection that nobody uses is let go of before its server would close it', async () => {
  const server = createServer(ok);
  server.keepAliveTimeout = 60_000;
  const ended = Promise.withResolvers<number>();
  server.on('connection', (socket) => {
    const began = performance.now();
    socket.once('close', () => ended.resolve(performance.now() - began));
  });
  const port = await listen(server, '127.0.0.1');
  const reply = await wire(`http://127.0.0.1:${port}/`).wire.send(ORDER).reply;
  if (reply.kind === 'response') reply.response.resume();
  expect(said(reply)).toBe(200);
  // Neither at once, which would be no connection that is kept, nor when the server would.
  const heldMs = await ended.promise;
  expect(heldMs).toBeGreaterThan(1000);
  expect(heldMs).toBeLessThan(50_000);
});

describe('a connection whose answer was read late', () => {
  /** Each connection that was made, and the answers that wait, by path. */
  async function holding(headers: Readonly<Record<string, string>> = {}) {
    const made = new Set<Socket>();
    const asked = new Map<string, () => void>();
    const paths: string[] = [];
    const bell = new Bell();
    const server = createServer((request, response) => {
      made.add(request.socket);
      paths.push(request.url ?? '');
      asked.set(request.url ?? '', () => response.writeHead(200, headers).end());
      bell.ring();
    });
    server.keepAliveTimeout = 60_000;
    const port = await listen(server, '127.0.0.1');
    let now = 0;
    const { wire: client } = wire(`http://127.0.0.1:${port}/`, () => now);
    const order: WireOrder = { ...ORDER, method: 'POST', repeatable: false };
    return {
      connections: () => made.size,
      paths,
      at: (ms: number): void => void (now = ms),
      /** Resolves once it has been asked; what it gives reads the answer to its end. */
      async ask(path: string) {
        const reply = client.send({ ...order, path }).reply;
        await bell.until(() => asked.has(path));
        return async (): Promise<string | number> => {
          asked.get(path)?.();
          const got = await reply;
          if (got.kind === 'response') {
            got.response.resume();
            await once(got.response, 'close');
          }
          return said(got);
        };
      },
    };
  }

  test('is used again as long as its last request is recent', async () => {
    const server = await holding();
    expect(await (await server.ask('/a'))()).toBe(200);
    server.at(1900);
    expect(await (await server.ask('/b'))()).toBe(200);
    server.at(3800);
    expect(await (await server.ask('/c'))()).toBe(200);
    expect(server.connections()).toBe(1);
  });

  test('is passed over where another one is still good, and the call is made once', async () => {
    const server = await holding();
    const old = await server.ask('/old');
    server.at(1500);
    const recent = await server.ask('/recent');
    expect(await recent()).toBe(200);
    expect(await old()).toBe(200);
    server.at(2100);
    expect(await (await server.ask('/c'))()).toBe(200);
    expect(server.connections()).toBe(2);
    expect(server.paths).toEqual(['/old', '/recent', '/c']);
  });

  // Its server has counted since it answered, and may say for how long it does.
  test.each([
    ['timeout=60', 1900, 1],
    ['timeout=60', 2100, 2],
    ['timeout=2', 900, 1],
    ['timeout=2', 1100, 2],
    ['timeout=1', 100, 2],
    ['max=100, timeout=2', 1100, 2],
    ['timeout=', 1900, 1],
    ['max=5', 1900, 1],
  ])('carries no further call once its time is over: %s, after %i ms', async (hint, ms, connections) => {
    const server = await holding({ connection: 'keep-alive', 'keep-alive': hint });
    const answered = await server.ask('/a');
    server.at(ms);
    expect(await answered()).toBe(200);
    expect(await (await server.ask('/b'))()).toBe(200);
    expect(server.connections()).toBe(connections);
  });
});

describe('localhost', () => {
  test.each(['127.0.0.1', '::1'])('finds a server at %s', async (host) => {
    const port = await listen(createServer(ok), host).catch(() => undefined);
    // A machine without IPv6 has nothing to find there.
    if (port === undefined) return;
    expect(said(await wire(`http://localhost:${port}/`).wire.send(ORDER).reply)).toBe(200);
  });
});

test('a connection that does not come about is given up on', async () => {
  const bell = new Bell();
  let connected = 0;
  // Takes the connection and never says a word of TLS.
  const server = createServer();
  server.on('connection', () => {
    connected++;
    bell.ring();
  });
  const port = await listen(server, '127.0.0.1');
  const { wire: made, timers } = wire(`https://127.0.0.1:${port}/`);
  const call = made.send(ORDER);
  await bell.until(() => connected === 1);
  timers.run(20_000);
  expect(said(await call.reply)).toContain('cannot be reached');
  expect(timers.pending).toEqual([]);
});

test('what is aborted ends at once, and closed means closed', async () => {
  const port = await listen(
    createServer(() => {}),
    '127.0.0.1',
  );
  const { wire: made, timers } = wire(`http://127.0.0.1:${port}/`);
  const one = made.send(ORDER);
  one.abort();
  expect(said(await one.reply)).toBe('aborted');
  const two = made.send(ORDER);
  made.close();
  expect(said(await two.reply)).toBe('aborted');
  expect(said(await made.send(ORDER).reply)).toBe('aborted');
  expect(timers.pending).toEqual([]);
});

describe('a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'http-wire-'));
  const made = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ].concat(['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]),
  );
  const pair =
    made.status === 0
      ? { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) }
      : undefined;
  rmSync(folder, { recursive: true });

  const noPair = pair === undefined ? ' [skipped: needs openssl]' : '';

  test.skipIf(pair === undefined)(
    `that nobody vouches for is refused, whatever the environment says${noPair}`,
    async () => {
      let asked = 0;
      const server = createSecureServer(pair ?? {}, (request, response) => {
        asked++;
        ok(request, response);
      });
      const port = await listen(server, '127.0.0.1');
      const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        const reply = await wire(`https://localhost:${port}/`).wire.send(ORDER).reply;
        expect(said(reply)).toBe(
          `the certificate of https://localhost:${port} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
        );
      } finally {
        if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
        else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
      }
      expect(asked).toBe(0);
    },
  );
});
