import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createGuard, type Guard, type GuardOptions } from '../../main/identity/guarded-fetch.ts';
import { codeOf, failureOf, fakeTimers } from '../secrets/fakes.ts';
import { CERTIFICATE, KEY } from './loopback-certificate.ts';
import { closing } from './rig.ts';

const neverAsked = (host: string): Promise<never> => Promise.reject(new Error(`${host} must not be looked up`));

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return (server.address() as AddressInfo).port;
}

async function serve(handler: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createServer(handler))}`;
}

/** A guard for a server; names are in this table, and in no other. */
function guardOf(
  server: string,
  names: Readonly<Record<string, readonly string[]>> = {},
  over?: Partial<GuardOptions>,
): Guard {
  return createGuard({
    server: new URL(server),
    resolve: (host) => (names[host] === undefined ? neverAsked(host) : Promise.resolve(names[host])),
    ...over,
  });
}

const NAMES = {
  'out.example': ['8.8.8.8'],
  'also-out.example': ['2606:4700::1111'],
  'in.example': ['10.0.0.5'],
  'also-in.example': ['192.168.3.4'],
  'here.example': ['127.0.0.1'],
  'half-in.example': ['8.8.8.8', '10.0.0.5'],
  'metadata.example': ['169.254.169.254'],
  'nowhere.example': [],
  'zero.example': ['0.0.0.0'],
} as const;

describe('addresses', () => {
  it.each([
    // Plain http, and what is no web address.
    ['https://out.example', 'http://out.example/'],
    ['https://out.example', 'ftp://out.example/'],
    ['https://out.example', 'file:///etc/passwd'],
    ['https://out.example', 'data:text/plain,x'],
    ['http://127.0.0.1:9', 'http://out.example/'],
    ['http://127.0.0.1:9', 'http://0.0.0.0/'],
    ['https://out.example', 'https://user@out.example/'],
    ['https://out.example', 'https://:pass@out.example/'],
    // From out there to in here, by number, by name, and in disguise.
    ['https://out.example', 'https://127.0.0.1/'],
    ['https://out.example', 'http://127.0.0.1/'],
    ['https://out.example', 'https://2130706433/'],
    ['https://out.example', 'https://0x7f.1/'],
    ['https://out.example', 'https://[::1]/'],
    ['https://out.example', 'https://[::ffff:127.0.0.1]/'],
    ['https://out.example', 'https://[::ffff:10.0.0.1]/'],
    ['https://out.example', 'https://[64:ff9b::a00:1]/'],
    ['https://out.example', 'https://localhost/'],
    ['https://out.example', 'https://10.0.0.5/'],
    ['https://out.example', 'https://169.254.169.254/latest/meta-data'],
    ['https://out.example', 'https://[fe80::1]/'],
    ['https://out.example', 'https://0.0.0.0/'],
    ['https://out.example', 'https://in.example/'],
    ['https://out.example', 'https://here.example/'],
    ['https://out.example', 'https://metadata.example/'],
    ['https://out.example', 'https://zero.example/'],
    // One good address does not make a name good.
    ['https://out.example', 'https://half-in.example/'],
    ['https://out.example', 'https://nowhere.example/'],
    ['https://half-in.example', 'https://in.example/'],
    ['https://8.8.8.8', 'https://10.0.0.1/'],
    // Inside a network, but never this machine nor what answers only there.
    ['https://in.example', 'https://127.0.0.1/'],
    ['https://in.example', 'https://here.example/'],
    ['https://in.example', 'https://metadata.example/'],
    ['http://localhost:9', 'https://metadata.example/'],
    // A name out there that says it is this machine is not believed.
    ['https://here.example', 'https://here.example/'],
    ['https://zero.example', 'https://out.example/'],
  ])('a server at %s cannot make us ask %s', async (server, url) => {
    expect(await codeOf(guardOf(server, NAMES).fetch(url))).toBe('E_ADDRESS_REFUSED');
  });

  it.each([
    ['https://out.example', 'https://also-out.example/'],
    ['https://in.example', 'https://also-in.example/'],
    ['https://in.example', 'https://out.example/'],
    ['http://127.0.0.1:9', 'https://out.example/'],
    ['http://localhost:9', 'https://in.example/'],
  ])('a server at %s can make us ask %s', async (server, url) => {
    // Everything about the address is settled before the connection; nothing is sent in a test.
    const stop = new AbortController();
    const names = new Map<string, number>();
    const guard = guardOf(
      server,
      {},
      {
        signal: stop.signal,
        resolve: (host) => {
          names.set(host, (names.get(host) ?? 0) + 1);
          if (host === new URL(url).hostname) stop.abort(new Error('far enough'));
          return Promise.resolve(NAMES[host as keyof typeof NAMES]);
        },
      },
    );
    await expect(guard.fetch(url)).rejects.toThrow('far enough');
    expect(guard.refuse(new URL(url))).toBeUndefined();
  });

  it('says of a link what shows in the link itself', () => {
    const outside = guardOf('https://out.example');
    for (const link of ['http://out.example/', 'https://localhost/', 'https://[::1]/', 'javascript:alert(1)'])
      expect(outside.refuse(new URL(link))?.code).toBe('E_ADDRESS_REFUSED');
    expect(guardOf('https://8.8.8.8').refuse(new URL('https://10.0.0.1/'))?.code).toBe('E_ADDRESS_REFUSED');
    const inside = guardOf('http://127.0.0.1:1234');
    expect(inside.refuse(new URL('http://localhost:5/authorize'))).toBeUndefined();
    expect(inside.refuse(new URL('https://login.example/'))).toBeUndefined();
  });

  it('asks for a name once: it cannot point elsewhere the second time', async () => {
    const origin = await serve((_request, response) => response.end('hello'));
    const { port } = new URL(origin);
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const guard = guardOf('http://localhost', {}, { resolve: () => Promise.resolve(answers.shift() ?? []) });
    for (let round = 0; round < 2; round += 1)
      expect(await (await guard.fetch(`http://localhost:${port}/`)).text()).toBe('hello');
    expect(answers).toHaveLength(1);
  });

  it('says that a name cannot be found, and looks again the next time', async () => {
    let asked = 0;
    const resolve = (): Promise<never> => Promise.reject(new Error(`ENOTFOUND ${(asked += 1)}`));
    const guard = guardOf('https://out.example', {}, { resolve });
    const failure = await failureOf(guard.fetch('https://out.example/'));
    expect(failure.code).toBe('E_UNREACHABLE');
    expect(failure.message).not.toContain('ENOTFOUND');
    await failureOf(guard.fetch('https://out.example/'));
    expect(asked).toBe(2);
  });
});

describe('answers', () => {
  it('sends text and gives back what came', async () => {
    const seen: unknown[] = [];
    const origin = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        seen.push(request.method, request.headers['content-type'], request.headers['accept-encoding'], body);
        response.writeHead(401, { 'www-authenticate': 'Bearer scope="a"', 'content-type': 'application/json' });
        response.end('{"ok":false}');
      });
    });
    const response = await guardOf(origin).fetch(`${origin}/token`, {
      method: 'POST',
      headers: new Headers({ 'content-type': 'application/x-www-form-urlencoded' }),
      body: new URLSearchParams({ a: 'ä b' }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer scope="a"');
    expect(await response.json()).toEqual({ ok: false });
    expect(seen).toEqual(['POST', 'application/x-www-form-urlencoded', 'identity', 'a=%C3%A4+b']);
  });

  it('has no body where HTTP has none', async () => {
    const origin = await serve((_request, response) => response.writeHead(204).end());
    const response = await guardOf(origin).fetch(origin);
    expect([response.status, response.body]).toEqual([204, null]);
  });

  it.each([301, 302, 303, 307, 308, 304])('does not follow %i, not even to itself', async (status) => {
    let asked = 0;
    const origin = await serve((_request, response) => {
      asked += 1;
      response.writeHead(status, { location: '/again' }).end();
    });
    expect(await codeOf(guardOf(origin).fetch(origin))).toBe('E_REDIRECT_REFUSED');
    expect(asked).toBe(1);
  });

  it.each([1024 * 1024, 1024 * 1024 + 1])('takes 1 MiB and not a byte more: %i', async (size) => {
    const origin = await serve((_request, response) => response.end(Buffer.alloc(size, 'x')));
    const fetched = guardOf(origin).fetch(origin);
    if (size > 1024 * 1024) expect(await codeOf(fetched)).toBe('E_ANSWER_TOO_LARGE');
    else expect((await (await fetched).arrayBuffer()).byteLength).toBe(size);
  });

  it('stops an answer that never ends', async () => {
    const origin = await serve((_request, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', more);
      more();
    });
    expect(await codeOf(guardOf(origin).fetch(origin))).toBe('E_ANSWER_TOO_LARGE');
  });

  it.each(['before its answer', 'in the middle of it'])(
    'gives up after 15 s with a server that stops %s',
    async (where) => {
      const timers = fakeTimers();
      const reached = Promise.withResolvers<void>();
      const origin = await serve((_request, response) => {
        if (where !== 'before its answer') {
          response.writeHead(200);
          response.write('{"half":');
        }
        reached.resolve();
      });
      const fetched = failureOf(guardOf(origin, {}, { after: timers.after }).fetch(origin));
      await reached.promise;
      await timers.advance(14_999);
      await timers.advance(1);
      const failure = await fetched;
      expect([failure.code, failure.message.includes('15 s')]).toEqual(['E_UNREACHABLE', true]);
      expect(timers.waiting).toBe(0);
    },
  );

  it('gives up when whoever asked does, with their reason', async () => {
    const stop = new AbortController();
    const origin = await serve(() => stop.abort(new Error('not wanted any more')));
    await expect(guardOf(origin, {}, { signal: stop.signal }).fetch(origin)).rejects.toThrow('not wanted any more');
    await expect(guardOf(origin, {}, { signal: stop.signal }).fetch(origin)).rejects.toThrow('not wanted any more');
  });

  it.each([
    ['a closed port', 'http://127.0.0.1:1'],
    ['nonsense', undefined],
  ])('says %s is not reached, without the library’s words', async (_what, address) => {
    const origin = address ?? (await serve((request) => request.socket.end('SSH-2.0-canary\r\n')));
    const failure = await failureOf(guardOf(origin).fetch(`${origin}/secret-path`));
    expect(failure.code).toBe('E_UNREACHABLE');
    expect(`${failure.message}${failure.next}`).not.toMatch(/ECONN|canary|secret-path|HPE/);
    expect(failure.cause).toBeUndefined();
  });
});

describe('https', () => {
  const server = async (): Promise<string> => {
    const https = createHttpsServer({ cert: CERTIFICATE, key: KEY }, (_request, response) => response.end('safe'));
    return `https://localhost:${await listening(https)}`;
  };

  it('works where the certificate is trusted', async () => {
    const origin = await server();
    const guard = guardOf(origin, { localhost: ['127.0.0.1'] }, { ca: CERTIFICATE });
    expect(await (await guard.fetch(origin)).text()).toBe('safe');
  });

  it('goes to the address that was looked at: the name is not asked for again', async () => {
    const { port } = new URL(await server());
    const guard = guardOf('https://localhost', { 'pinned.invalid': ['127.0.0.1'] }, { ca: CERTIFICATE });
    expect(await (await guard.fetch(`https://pinned.invalid:${port}/`)).text()).toBe('safe');
  });

  it('says that it is not', async () => {
    const origin = await server();
    const failure = await failureOf(guardOf(origin, { localhost: ['127.0.0.1'] }).fetch(origin));
    expect([failure.code, failure.message.includes('certificate')]).toEqual(['E_UNREACHABLE', true]);
  });

  it('is checked whatever the environment says: nothing leaves on a connection that is not', async () => {
    let asked = 0;
    const https = createHttpsServer({ cert: CERTIFICATE, key: KEY }, (_request, response) => {
      asked++;
      response.end();
    });
    const origin = `https://localhost:${await listening(https)}`;
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const sent = guardOf(origin, { localhost: ['127.0.0.1'] }).fetch(origin, { method: 'POST', body: 'token' });
      expect(await codeOf(sent)).toBe('E_UNREACHABLE');
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
    expect(asked).toBe(0);
  });
});
