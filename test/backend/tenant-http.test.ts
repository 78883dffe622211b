import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { TenantHttp, type TenantHttpOptions, type TenantOrder } from '../../main/backend/tenant-http.ts';
import { TenantError, type TenantFailureKind } from '../../main/backend/tenant-api.ts';
import { afterTimeout } from '../../main/secrets/backend.ts';
import { CERTIFICATE } from '../identity/loopback-certificate.ts';
import { closing } from '../identity/rig.ts';
import { codeOf, fakeTimers } from '../secrets/fakes.ts';
import { oddServer, says, type Answer } from './odd-server.ts';

const NOW = Date.parse('2026-11-21T08:00:00.000Z');
const KEY = 'rl_user_4f9a2c7b';
const MIB = 1024 * 1024;

function client(host: string, over: Partial<TenantHttpOptions> = {}): TenantHttp {
  const http = new TenantHttp({
    host,
    allowInsecure: true,
    userAgent: 'runlayer-companion/1.2.3',
    redact: (text) => text.replaceAll(KEY, '[redacted]'),
    now: () => NOW,
    after: afterTimeout,
    ...over,
  });
  closing(() => http.close());
  return http;
}

const order = (over: Partial<TenantOrder> = {}): TenantOrder => ({
  method: 'GET',
  path: '/api/v1/users/me',
  key: KEY,
  limitMs: 10_000,
  maxBytes: MIB,
  repeatable: true,
  takes: [200],
  ...over,
});

async function failureOf(work: Promise<unknown>): Promise<TenantError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TenantError) return error;
    throw error;
  }
  throw new Error('expected a failure, but it worked');
}

describe('a request', () => {
  it('carries the key, who we are, and asks for nothing but plain JSON', async () => {
    const server = await oddServer(says({ ok: true }));
    const body = Buffer.from('{"a":1}');
    const answer = await client(server.origin).send(order({ method: 'POST', path: '/x?y=1', body }));
    expect(answer.status).toBe(200);
    expect(answer.body?.value).toEqual({ ok: true });
    const [came] = server.came;
    expect(came?.path).toBe('/x?y=1');
    expect(came?.body).toBe('{"a":1}');
    expect(came?.headers).toMatchObject({
      'x-runlayer-api-key': KEY,
      'user-agent': 'runlayer-companion/1.2.3',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      host: `127.0.0.1:${server.port}`,
    });
    expect(came?.headers.authorization).toBeUndefined();
  });

  it.each(['', 'sk_live_1', 'rl_', 'RL_abc', 'rl_a\r\nx-admin: 1', 'rl_a b', 'rl_ä', `rl_${'a'.repeat(4094)}`])(
    'with %j for a key is never sent',
    async (key) => {
      const server = await oddServer(says({}));
      expect(await codeOf(client(server.origin).send(order({ key })))).toBe('E_TENANT_KEY');
      expect(server.came).toEqual([]);
    },
  );

  it('over http needs the switch, and with it this machine', () => {
    const refused = (host: string, allowInsecure: boolean): string => {
      try {
        client(host, { allowInsecure });
        return 'taken';
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : 'other';
      }
    };
    expect(refused('http://127.0.0.1:8080', false)).toBe('E_TENANT_INSECURE');
    expect(refused('http://127.0.0.1:8080', true)).toBe('taken');
    expect(refused('http://acme.runlayer.com', true)).toBe('E_TENANT_INSECURE');
    expect(refused('http://10.0.0.1', true)).toBe('E_TENANT_INSECURE');
  });

  it('is sent once more where a kept connection was closed meanwhile, if that does no harm', async () => {
    let connections = 0;
    const sockets = new Set<unknown>();
    const server = await oddServer((response) => {
      const { socket } = response;
      if (!sockets.has(socket)) {
        sockets.add(socket);
        connections += 1;
        says({ connections })(response, { method: '', path: '', headers: {}, body: '' });
      } else socket?.destroy();
    });
    const http = client(server.origin);
    expect((await http.send(order())).body?.value).toEqual({ connections: 1 });
    expect((await http.send(order())).body?.value).toEqual({ connections: 2 });
    const again = client(server.origin);
    await again.send(order());
    expect((await failureOf(again.send(order({ repeatable: false })))).kind).toBe('unreachable');
  });
});

describe('certificates', () => {
  it('are checked, whatever the environment says', async () => {
    const server = await oddServer(says({ ok: true }), { tls: true });
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const failure = await failureOf(client(server.origin).send(order()));
      expect(failure.kind).toBe('unreachable');
      expect(failure.message).toBe(`${server.origin} has a certificate that is not trusted.`);
      expect(failure.next).toContain('Do not go on');
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
    expect(server.came).toEqual([]);
    expect((await client(server.origin, { ca: CERTIFICATE }).send(order())).status).toBe(200);
  });
});

describe('an answer that is no answer', () => {
  const json = { 'content-type': 'application/json' };
  const raw =
    (body: string | Buffer, headers: Readonly<Record<string, string>> = json, status = 200): Answer =>
    (response) => {
      response.writeHead(status, headers);
      response.end(body);
    };
  const deep = `${'['.repeat(65)}${']'.repeat(65)}`;
  const rows: [string, Answer, TenantFailureKind][] = [
    ['a web page', raw('<html></html>', { 'content-type': 'text/html' }), 'invalid'],
    ['a web page that says it is JSON', raw('<html></html>'), 'invalid'],
    ['no type', raw('{}', {}), 'invalid'],
    ['another type', raw('{}', { 'content-type': 'text/plain' }), 'invalid'],
    ['another charset', raw('{}', { 'content-type': 'application/json; charset=latin1' }), 'invalid'],
    ['an encoding', raw('{}', { ...json, 'content-encoding': 'gzip' }), 'invalid'],
    ['nothing', raw(''), 'invalid'],
    ['half of it', raw('{"a":'), 'invalid'],
    ['two of it', raw('{}{}'), 'invalid'],
    ['a byte order mark', raw('\ufeff{}'), 'invalid'],
    ['broken UTF-8', raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), 'invalid'],
    ['a key twice', raw('{"a":1,"a":2}'), 'invalid'],
    ['a key twice, once escaped', raw(String.raw`{"a":1,"\u0061":2}`), 'invalid'],
    ['a key twice, deep inside', raw('{"a":{"b":{"c":1,"c":2}}}'), 'invalid'],
    ['a key twice, inside a list', raw('[1,[{"a":{"c":1,"c":2}}]]'), 'invalid'],
    ['65 levels', raw(deep), 'invalid'],
    ['too many values', raw(`[${'1,'.repeat(200_000)}1]`), 'invalid'],
    ['201', says({}, 201), 'invalid'],
    ['204', (response) => void response.writeHead(204).end(), 'invalid'],
    ['202', says({}, 202), 'invalid'],
    ['401', says({ detail: 'no' }, 401), 'unauthorized'],
    ['401 as a web page', raw('<html>', { 'content-type': 'text/html' }, 401), 'unauthorized'],
    ['403', says({ detail: 'no' }, 403), 'refused'],
    ['404', says({ detail: 'no' }, 404), 'gone'],
    ['409', says({ detail: { message: 'changed', status: 'x' } }, 409), 'conflict'],
    ['422', says({ detail: [{ msg: 'field required' }] }, 422), 'rejected'],
    ['429', says({}, 429), 'rejected'],
    ['500', says('oops', 500), 'failed'],
    ['503', raw('<html>', { 'content-type': 'text/html' }, 503), 'failed'],
    ['a refusal without end', (response) => void response.writeHead(403, json).end('x'.repeat(MIB)), 'refused'],
    ['a cut before it', (response) => void response.socket?.destroy(), 'unreachable'],
    [
      'a cut in it',
      (response) => {
        response.writeHead(200, { ...json, 'content-length': '100' });
        response.write('{"a":1}', () => response.socket?.destroy());
      },
      'unreachable',
    ],
    [
      'a cut between its parts',
      (response) => {
        response.writeHead(200, json);
        response.write('{"a":1}', () => response.socket?.destroy());
      },
      'unreachable',
    ],
    ['no HTTP', (response) => void response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n'), 'unreachable'],
  ];
  it.each(rows)('%s', async (_what, answer, kind) => {
    const server = await oddServer(answer);
    const failure = await failureOf(client(server.origin).send(order()));
    expect(failure.kind).toBe(kind);
    expect(failure.code).toBe(`E_TENANT_${kind.toUpperCase()}`);
    expect(failure.message).toContain(server.origin);
    expect(failure.next).not.toBe('');
    expect(server.came).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])('a redirect (%i) is neither followed nor shown', async (status) => {
    const other = await oddServer(says({}));
    const server = await oddServer(says({}, status, { location: `${other.origin}/steal` }));
    const failure = await failureOf(client(server.origin).send(order()));
    expect(failure.message).toBe(
      `${server.origin} answered with a redirect, which is never followed; it was not used.`,
    );
    expect(failure.kind).toBe('invalid');
    expect(`${failure.message}${failure.next}${failure.detail}`).not.toContain(String(other.port));
    expect(other.came).toEqual([]);
  });

  it('nobody there', async () => {
    const failure = await failureOf(client('https://nobody.invalid').send(order()));
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toBe('https://nobody.invalid cannot be found.');
  });
});

describe('size', () => {
  it('of all answers under way has one bound, and what was given up counts no more', async () => {
    const started: ServerResponse[] = [];
    const server = await oddServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(Buffer.alloc(15 * MIB, 0x20));
      started.push(response);
      // Two of them fit beside each other; the third does not.
      if (started.length > 3) response.end('{}');
    });
    const http = client(server.origin);
    const given = new AbortController();
    const ask = (): Promise<unknown> => http.send(order({ maxBytes: 16 * MIB, signal: given.signal }));
    const outcomes = [ask(), ask(), ask()].map((one) => one.catch((error: unknown) => error));
    const first = await Promise.race(outcomes);
    expect(String(first)).toContain('more than 32 MiB of answers at once');
    given.abort();
    await Promise.all(outcomes);
    await http.send(order({ maxBytes: 16 * MIB }));
  });

  it.each([
    ['with its length', true],
    ['without', false],
  ])('50 MB are cut at the limit, %s', async (_how, hasLength) => {
    const total = 50 * MIB;
    let sent = 0;
    const server = await oddServer((response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(hasLength ? { 'content-length': String(total) } : {}),
      });
      const chunk = Buffer.alloc(256 * 1024, 0x20);
      const more = (): void => {
        while (sent < total && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const failure = await failureOf(client(server.origin).send(order()));
    expect(failure.kind).toBe('invalid');
    expect(failure.message).toContain('more than 1 MiB');
    expect(sent).toBeLessThan(total);
  });

  it('exactly the limit is taken, one byte more is not', async () => {
    const fits = JSON.stringify('x'.repeat(998));
    const http = client(
      (
        await oddServer((response, { path }) =>
          says(path === '/fits' ? fits : `${fits} `)(response, { method: '', path, headers: {}, body: '' }),
        )
      ).origin,
    );
    expect((await http.send(order({ path: '/fits', maxBytes: 1000 }))).status).toBe(200);
    expect((await failureOf(http.send(order({ path: '/more', maxBytes: 1000 })))).kind).toBe('invalid');
  });
});

describe('time', () => {
  it.each([
    ['never answers', (): void => undefined],
    [
      'drips',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write(' ');
      },
    ],
  ] satisfies [string, Answer][])('a tenant that %s is given up', async (_what, answer) => {
    const timers = fakeTimers();
    const server = await oddServer(answer);
    const work = failureOf(client(server.origin, { after: timers.after }).send(order({ limitMs: 30_000 })));
    await server.arrival();
    await timers.advance(29_999);
    expect(timers.waiting).toBe(1);
    await timers.advance(1);
    const failure = await work;
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toBe(`${server.origin} did not answer within 30 s.`);
    expect(timers.waiting).toBe(0);
  });

  it('whoever asks may give up at any moment', async () => {
    const server = await oddServer(() => undefined);
    const http = client(server.origin);
    const stop = new AbortController();
    const work = failureOf(http.send(order({ signal: stop.signal })));
    await server.arrival();
    stop.abort();
    expect((await work).kind).toBe('unreachable');
    expect((await failureOf(http.send(order({ signal: stop.signal })))).kind).toBe('unreachable');
    expect(server.came).toHaveLength(1);
  });

  it('closing ends what is under way, and all that comes', async () => {
    const server = await oddServer(() => undefined);
    const http = client(server.origin);
    const work = failureOf(http.send(order()));
    await server.arrival();
    http.close();
    expect((await work).kind).toBe('unauthorized');
    expect((await failureOf(http.send(order()))).kind).toBe('unauthorized');
    expect(server.came).toHaveLength(1);
  });

  it.each([
    ['120', 120_000],
    ['Sat, 21 Nov 2026 08:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 07:00:00 GMT', 0],
    ['999999999', 3_600_000],
    ['-1', undefined],
    ['soon', undefined],
  ])('Retry-After: %s', async (value, expected) => {
    const server = await oddServer(says({}, 503, { 'retry-after': value }));
    expect((await failureOf(client(server.origin).send(order()))).retryAfterMs).toBe(expected);
  });
});

describe('what a tenant says of a refusal', () => {
  it('is one line, short, with nothing unseen and no secret in it', async () => {
    const detail = `No.\n\u001b[2J\u202eevil ${KEY} ${'x'.repeat(500)}`;
    const server = await oddServer(says({ detail }, 403));
    const failure = await failureOf(client(server.origin).send(order()));
    expect(failure.status).toBe(403);
    expect(failure.detail).toMatch(/^No\. \\u\{1b\}\[2J\\u\{202e\}evil \[redacted\] x+…$/);
    expect(failure.detail).toHaveLength(300);
    expect(failure.message).toContain(failure.detail);
  });
});
