import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { DEFAULT_HTTP_LIMITS } from '../../main/control/http-listener.ts';
import { bindServer, closeServer, createHttpServer } from '../../main/loopback/http-server.ts';

const UPGRADE = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** Requests for which Node takes its own listeners off the connection, or answers before there is a request. */
const leaving = [
  ['an upgrade', UPGRADE],
  ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'],
  ['an expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n'],
  ['an upgrade behind a request', `GET / HTTP/1.1\r\nHost: x\r\n\r\n${UPGRADE}`],
] as const;

// An error of a connection that nobody listens to would end the process, and so fails the whole run.
describe('a connection that is reset', () => {
  it.each(leaving)('when it asked for %s takes nobody with it', async (_title, bytes) => {
    const server = createHttpServer({
      handler: (_request, response) => response.end('ok'),
      limits: DEFAULT_HTTP_LIMITS,
      refusalOf: () => ({ status: 400, headers: {}, body: 'no' }),
    });
    const ends: Promise<unknown>[] = [];
    let later = (): void => {};
    server.on('connection', (socket) => {
      ends.push(new Promise((resolve) => socket.once('close', resolve)));
      // As the system reports it: at any time from the request on.
      later = () => socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    });
    for (const event of ['upgrade', 'connect', 'checkContinue']) server.prependListener(event, () => later());
    const port = await bindServer(server, { host: '127.0.0.1', port: 0 });
    const client = connect({ host: '127.0.0.1', port });
    client.on('error', () => {});
    client.resume();
    client.write(bytes);
    await new Promise((resolve) => client.once('close', resolve));
    await Promise.all(ends);
    expect(ends).toHaveLength(1);
    await closeServer(server);
  });
});
