import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probeHost } from '../../../../main/cli/local/doctor/probe-host.ts';
import { CERTIFICATE, KEY } from '../../../identity/loopback-certificate.ts';

const open: Server[] = [];
afterEach(async () => {
  await Promise.all(
    open.splice(0).map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
          if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
            server.closeAllConnections();
        }),
    ),
  );
});

async function listen(server: Server, scheme: 'http' | 'https', name = '127.0.0.1'): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return `${scheme}://${name}:${port}`;
}

const secure = (handler: RequestListener): Server => createHttps({ key: KEY, cert: CERTIFICATE }, handler);

describe('probeHost', () => {
  it('says how long the certificate is good and what the clock says, and sends no key', async () => {
    const heard: unknown[] = [];
    const now = Date.parse('2026-11-21T08:00:00Z');
    const host = await listen(
      secure((request, response) => {
        heard.push([request.method, request.url, Object.keys(request.headers).toSorted()]);
        response.setHeader('Date', new Date(now + 120_000).toUTCString());
        response.end();
      }),
      'https',
      'localhost',
    );
    const probe = await probeHost(host, { ca: CERTIFICATE, now: () => now });
    expect(probe).toEqual({ kind: 'reached', certificateEnds: expect.any(Number), clockSkewMs: 120_000 });
    expect(heard).toEqual([['HEAD', '/', ['accept', 'connection', 'host']]]);
  });

  it('does not trust a certificate that nobody vouches for, whatever the environment says', async () => {
    const heard: string[] = [];
    const host = await listen(
      secure((request, response) => {
        heard.push(request.url ?? '');
        response.end();
      }),
      'https',
      'localhost',
    );
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await probeHost(host)).toMatchObject({ kind: 'failed', at: 'tls' });
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
    expect(heard).toEqual([]);
  });

  it('follows no redirect: the host was reached, and nobody else is asked', async () => {
    let asked = 0;
    const other = await listen(
      createHttp((_request, response) => {
        asked += 1;
        response.end();
      }),
      'http',
    );
    const host = await listen(
      createHttp((_request, response) => response.writeHead(302, { Location: other }).end()),
      'http',
    );
    expect(await probeHost(host)).toMatchObject({ kind: 'reached', certificateEnds: undefined });
    expect(asked).toBe(0);
  });

  it.each([
    ['a clock that says nothing', undefined],
    ['a clock that says nonsense', 'yesterday'],
  ])('%s', async (_title, date) => {
    const host = await listen(
      createHttp((_request, response) => {
        response.sendDate = false;
        if (date !== undefined) response.setHeader('Date', date);
        response.end();
      }),
      'http',
    );
    expect(await probeHost(host)).toEqual({ kind: 'reached', certificateEnds: undefined, clockSkewMs: undefined });
  });

  it('tells plain text where TLS should be, a closed port, and silence', async () => {
    const plain = await listen(
      createHttp((_request, response) => response.end()),
      'https',
      'localhost',
    );
    expect(await probeHost(plain)).toMatchObject({ kind: 'failed', at: 'tls' });
    const gone = await listen(createTcp(), 'http');
    await new Promise((resolve) => void open.pop()?.close(resolve));
    expect(await probeHost(gone)).toEqual({ kind: 'failed', at: 'network', reason: 'ECONNREFUSED' });
    const silent = createTcp(
      (socket) =>
        void socket
          .on('error', () => {})
          .on('close', () => socket.destroy())
          .resume(),
    );
    expect(await probeHost(await listen(silent, 'http'), { maxMs: 50 })).toEqual({
      kind: 'failed',
      at: 'time',
      reason: 'no answer within 0.05 s',
    });
  });

  it('tells a name that nobody knows', async () => {
    expect(await probeHost('https://tenant.invalid')).toMatchObject({ kind: 'failed', at: 'name' });
  });
});
