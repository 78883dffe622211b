import { connect, type Socket } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { markRefused, type HttpLimits, type RequestHandler } from '../../main/loopback/http-server.ts';
import { listenOnLoopback, loopbackHosts, type LoopbackListener } from '../../main/loopback/listen-on-loopback.ts';
import { sendRaw, statusOf } from '../control/http-harness.ts';

const limits: HttpLimits = {
  headersTimeoutMs: 300,
  requestTimeoutMs: 600,
  keepAliveMs: 5000,
  maxConnections: 2,
  maxHeaderBytes: 1024,
};

let listener: LoopbackListener;
let handled: string[] = [];
const start = async (handler: RequestHandler): Promise<void> => {
  handled = [];
  listener = await listenOnLoopback(
    {
      handler: (request, response) => {
        handled.push(request.url ?? '');
        handler(request, response);
      },
      limits,
      refusalOf: (problem) => ({ status: 400, headers: { 'x-problem': problem }, body: problem }),
    },
    0,
    () => new Error('taken'),
  );
};
afterEach(() => listener.close());

const ok = (_request: IncomingMessage, response: ServerResponse): void => {
  response.end('ok');
};
const request = (target: string, rest = ''): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n${rest}\r\n`;
const answers = (text: string): number => text.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0;

describe('a local HTTP server', () => {
  it.each([
    ['malformed', 'x\r\n\r\n'],
    ['malformed', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'],
    ['malformed', request('/', 'Connection: Upgrade\r\nUpgrade: x\r\n')],
    ['expectation', request('/', 'Expect: 100-continue\r\n')],
    ['expectation', request('/', 'Expect: x\r\n')],
    ['too_many_headers', request('/', `X: ${'x'.repeat(2000)}\r\n`)],
    ['timeout', 'GET / HTTP/1.1\r\n'],
  ])('names what is wrong before there is a request: %s', async (problem, bytes) => {
    await start(ok);
    const answer = await sendRaw(listener.port, bytes);
    expect(statusOf(answer)).toBe(400);
    expect(answer).toContain(`x-problem: ${problem}`);
    expect(answer).toContain('connection: close');
    expect(handled).toEqual([]);
  });

  it('serves one request after the other on a connection', async () => {
    await start(ok);
    const socket = connect({ host: '127.0.0.1', port: listener.port });
    for (const target of ['/1', '/2']) {
      socket.write(request(target));
      await new Promise((resolve) => socket.once('data', resolve));
    }
    socket.destroy();
    expect(handled).toEqual(['/1', '/2']);
  });

  it('cuts off who does not wait for the answer to the request before', async () => {
    await start(() => {});
    expect(await sendRaw(listener.port, request('/1') + request('/2'))).toBe('');
    expect(handled).toEqual(['/1']);
  });

  it('looks at nothing behind a refused request, and answers it once', async () => {
    await start((request, response) => {
      markRefused(request.socket);
      response.writeHead(403, { connection: 'close' });
      response.end('no');
    });
    for (const behind of [request('/2'), 'x\r\n\r\n']) {
      const answer = await sendRaw(listener.port, request('/1') + behind);
      expect(statusOf(answer)).toBe(403);
      expect(answers(answer)).toBe(1);
    }
    expect(handled).toEqual(['/1', '/1']);
  });

  it('does not write a refusal into an answer that is being given', async () => {
    await start((_request, response) => {
      response.write('begun');
    });
    const answer = await sendRaw(listener.port, `${request('/1')}x\r\n\r\n`);
    expect(answers(answer)).toBe(1);
    expect(answer).not.toContain('malformed');
  });

  it('has so many connections and no more', async () => {
    await start(ok);
    const open = async (): Promise<Socket> => {
      const socket = connect({ host: '127.0.0.1', port: listener.port });
      await new Promise((resolve) => socket.once('connect', resolve));
      return socket;
    };
    const held = [await open(), await open()];
    expect(await sendRaw(listener.port, request('/'))).toBe('');
    for (const socket of held) socket.destroy();
    expect(handled).toEqual([]);
  });

  it('says whether somebody else has its port on ::1', async ({ skip }) => {
    const { createServer } = await import('node:net');
    await start(ok);
    expect(listener.isIpv6Taken).toBe(false);
    const { port } = listener;
    await listener.close();
    const other = createServer();
    const held = await new Promise<boolean>((resolve) => {
      other.once('error', () => resolve(false));
      other.listen({ host: '::1', port }, () => resolve(true));
    });
    const parts = { handler: ok, limits, refusalOf: () => ({ status: 400, headers: {}, body: '' }) };
    listener = await listenOnLoopback(parts, port, () => new Error('taken'));
    const { isIpv6Taken } = listener;
    await new Promise((resolve) => (held ? other.close(resolve) : resolve(undefined)));
    if (!held) skip('this machine has no ::1');
    expect(isIpv6Taken).toBe(true);
  });

  it('has exactly three names', async () => {
    await start(ok);
    expect([...loopbackHosts(80)]).toEqual(['127.0.0.1:80', 'localhost:80', '[::1]:80']);
  });

  it('has the port that was asked for, or none', async () => {
    await start(ok);
    const parts = { handler: ok, limits, refusalOf: () => ({ status: 400, headers: {}, body: '' }) };
    await expect(listenOnLoopback(parts, listener.port, () => new Error('taken'))).rejects.toThrow('taken');
  });
});
