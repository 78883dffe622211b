import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, type Asked } from './ask.ts';
import { createFaults, routeMatcher, type Fault } from './faults.ts';
import { CERTIFICATE, KEY } from '../identity/loopback-certificate.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

const ME = 'GET /api/v1/users/me';
const NOW = Date.parse('2026-11-21T09:00:00Z');
let tenant: RunningTenant;
let key = '';

beforeEach(async () => {
  tenant = await startTenant({ clock: () => NOW });
  key = tenant.admin.createUserKey();
});
afterEach(() => tenant.stop());

const me = (): Promise<Asked> => ask(tenant, ME, { key });
const outcome = (asked: Promise<Asked>): Promise<number> =>
  asked.then(
    ({ status }) => status,
    () => 0,
  );

/** Bytes that came until the connection ended, and whether the answer was whole. */
function receive(): Promise<{ readonly bytes: number; readonly chunks: number; readonly isWhole: boolean }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${tenant.url}/api/v1/users/me`,
      { headers: { 'x-runlayer-api-key': key } },
      (response) => {
        let bytes = 0;
        let chunks = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks += 1;
        });
        response.on('error', () => undefined);
        response.on('close', () => resolve({ bytes, chunks, isWhole: response.complete }));
      },
    );
    request.on('error', reject);
    request.end();
  });
}

describe('which request meets a fault', () => {
  it.each([
    ['POST /a/*/pre', 'POST', '/a/b/pre', true],
    ['POST /a/*/pre', 'GET', '/a/b/pre', false],
    ['POST /a/*/pre', 'POST', '/a/b/c/pre', false],
    ['/a/**', 'PUT', '/a/b/c', true],
    ['* /a', 'GET', '/a/b', false],
    ['/**', 'GET', '/', true],
  ])('%s for %s %s: %s', (route, method, path, isMet) => {
    expect(routeMatcher(route)(method, path)).toBe(isMet);
  });

  it.each([
    [{}, '1111111'],
    [{ times: 2 }, '1100000'],
    [{ every: 3 }, '0010010'],
    [{ after: 2, every: 2, times: 2 }, '0001010'],
  ])('%j', (timing, pattern) => {
    const faults = createFaults();
    faults.add(ME, { kind: 'cut' }, timing);
    const request = { method: 'GET', path: '/api/v1/users/me', body: '' };
    expect(Array.from(pattern, () => faults.take(request).length).join('')).toBe(pattern);
    expect(faults.take({ ...request, path: '/other' })).toEqual([]);
  });

  it('decides an answer by one fault, and delays it by any', () => {
    const faults = createFaults();
    faults.add('/**', { kind: 'latency', ms: 1 });
    faults.add('/**', { kind: 'cut' });
    faults.add('/**', { kind: 'skew', ms: 1 });
    faults.script('/**', (count) => (count === 1 ? { kind: 'hang' } : undefined));
    expect(faults.take({ method: 'GET', path: '/', body: '' }).map(({ kind }) => kind)).toEqual([
      'latency',
      'skew',
      'cut',
    ]);
  });
});

describe('a fault', () => {
  it.each<[Fault, Partial<Asked>]>([
    [
      { kind: 'status', status: 503 },
      { status: 503, body: { detail: 'fault 503' } },
    ],
    [
      { kind: 'status', status: 404, detail: 'Deployment feature not available' },
      { status: 404, body: { detail: 'Deployment feature not available' } },
    ],
    [
      { kind: 'status', status: 500, body: 'oh' },
      { status: 500, text: 'oh' },
    ],
    [
      { kind: 'body', body: { id: 7 } },
      { status: 200, body: { id: 7 } },
    ],
    [{ kind: 'body', body: { detail: 'authorization_pending' }, status: 202 }, { status: 202 }],
    [{ kind: 'garbage' }, { status: 200, body: undefined }],
  ])('%j', async (fault, expected) => {
    tenant.faults.add(ME, fault, { times: 1 });
    expect(await me()).toMatchObject(expected);
    expect((await me()).status).toBe(200);
  });

  it('says when to come again, where to go instead, and what time it is not', async () => {
    tenant.faults.add(ME, { kind: 'status', status: 429, retryAfter: 7 }, { times: 1 });
    expect((await me()).headers.get('retry-after')).toBe('7');
    tenant.faults.add(ME, { kind: 'redirect', to: 'https://evil.example/' }, { times: 1 });
    const moved = await me();
    expect([moved.status, moved.headers.get('location')]).toEqual([307, 'https://evil.example/']);
    tenant.faults.add(ME, { kind: 'html' }, { times: 1 });
    expect((await me()).headers.get('content-type')).toBe('text/html');
    tenant.faults.add(ME, { kind: 'skew', ms: -3_600_000 });
    expect((await me()).headers.get('date')).toBe('Sat, 21 Nov 2026 08:00:00 GMT');
  });

  it('cuts before the work, after it, or in the middle of the answer', async () => {
    const send = (): Promise<Asked> =>
      ask(tenant, 'POST /api/v1/hooks/events', { key, body: { client: 'cursor', event_name: 'x', payload: {} } });
    tenant.faults.add('POST /api/v1/hooks/events', { kind: 'cut' }, { times: 1 });
    expect(await outcome(send())).toBe(0);
    expect(tenant.admin.hookEvents()).toHaveLength(0);
    tenant.faults.add('POST /api/v1/hooks/events', { kind: 'cut_after_accept' }, { times: 1 });
    expect(await outcome(send())).toBe(0);
    expect(tenant.admin.hookEvents()).toHaveLength(1);
    tenant.faults.add(ME, { kind: 'cut_in_answer' }, { times: 1 });
    expect(await receive()).toMatchObject({ isWhole: false });
  });

  it('drips, and floods', async () => {
    const { bytes } = await receive();
    tenant.faults.add(ME, { kind: 'drip', bytes: 16, everyMs: 2 }, { times: 1 });
    const dripped = await receive();
    expect(dripped).toMatchObject({ bytes, isWhole: true });
    expect(dripped.chunks).toBeGreaterThan(3);
    tenant.faults.add(ME, { kind: 'huge', megabytes: 2 }, { times: 1 });
    const flood = await receive();
    expect(flood.bytes).toBeGreaterThan(2 * 1024 * 1024);
    expect(flood.isWhole).toBe(true);
  });

  it('holds a request until it is let go', async () => {
    const hold = tenant.faults.hold(ME);
    const answer = me();
    await hold.arrived;
    hold.release();
    expect((await answer).status).toBe(200);
    expect((await me()).status).toBe(200);
  });

  it('does not keep the tenant from stopping', async () => {
    tenant.faults.add(ME, { kind: 'hang' });
    const answer = outcome(me());
    await tenant.requests.arrival(ME);
    const other = await startTenant();
    await tenant.stop();
    tenant = other;
    expect(await answer).toBe(0);
  });
});

describe('over TLS', () => {
  it('shows the certificate that it was given', async () => {
    await tenant.stop();
    tenant = await startTenant({ tls: { key: KEY, cert: CERTIFICATE }, hostname: 'localhost' });
    const { port, protocol } = new URL(tenant.url);
    expect(protocol).toBe('https:');
    const socket = connect({ port: Number(port), host: '127.0.0.1', ca: CERTIFICATE, servername: 'localhost' });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
    await expect(me()).rejects.toThrow();
  });
});

describe('the record of requests', () => {
  it('holds what came, as it came', async () => {
    await ask(tenant, 'POST /api/v1/hooks/events?x=1', { key, body: '{"client"' });
    await me();
    expect(tenant.requests.to('POST /**')).toMatchObject([
      { number: 1, target: '/api/v1/hooks/events?x=1', body: '{"client"', headers: { 'x-runlayer-api-key': key } },
    ]);
    expect((await tenant.requests.arrival(ME)).number).toBe(2);
    tenant.requests.clear();
    expect(tenant.requests.all).toEqual([]);
  });

  it('answers what nobody serves', async () => {
    expect((await ask(tenant, 'GET /api/v1/nothing', { key })).status).toBe(404);
    expect((await ask(tenant, 'DELETE /api/v1/users/me', { key })).status).toBe(405);
  });
});
