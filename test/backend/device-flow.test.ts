import { describe, expect, it } from 'vitest';
import { beginDeviceFlow, type DeviceCode } from '../../main/backend/device-flow.ts';
import { parseAnswer } from '../../main/backend/parse-answer.ts';
import { refusedWith, unreachable } from '../../main/backend/tenant-failures.ts';
import type { TenantAnswer, TenantOrder } from '../../main/backend/tenant-http.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { codeOf, fakeTimers, settle } from '../secrets/fakes.ts';

const HOST = 'https://acme.runlayer.com';
const KEY = 'rl_user_4f9a2c7b91';
const DEVICE = 'device-code-8f2b6c1d9e';

const begun = {
  device_code: DEVICE,
  user_code: 'WDJB-MJHT',
  verification_uri: `${HOST}/device`,
  verification_uri_complete: `${HOST}/device?user_code=WDJB-MJHT`,
  expires_in: 600,
  interval: 5,
};

type Reply = readonly [number, unknown] | Error;
const PENDING: Reply = [202, { detail: 'authorization_pending' }];
const SLOW: Reply = [202, { detail: 'slow_down' }];

/** `replies` to one look after another; the last one for ever. */
function aFlow(first: unknown, replies: readonly Reply[] = [PENDING], host = HOST) {
  const timers = fakeTimers();
  const live = new LiveSecrets();
  const sent: TenantOrder[] = [];
  const answer = ([status, value]: readonly [number, unknown]): TenantAnswer => {
    const body = parseAnswer(Buffer.from(JSON.stringify(value)));
    if (typeof body === 'string') throw new Error(body);
    return { status, body };
  };
  const send = (order: TenantOrder): Promise<TenantAnswer> => {
    sent.push(order);
    const reply = sent.length === 1 ? ([200, first] as const) : (replies[sent.length - 2] ?? replies.at(-1) ?? PENDING);
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(answer(reply));
  };
  const flow = beginDeviceFlow({ http: { host, send }, after: timers.after, live });
  return { flow, timers, live, sent, looks: () => sent.length - 1 };
}

async function outcome(flow: Promise<DeviceCode>): Promise<string> {
  return codeOf(flow.then(({ key }) => key));
}

describe('a code', () => {
  it('is shown as the tenant gave it', async () => {
    const { flow, sent } = aFlow(begun);
    const code = await flow;
    expect(code).toMatchObject({
      userCode: 'WDJB-MJHT',
      verificationUri: `${HOST}/device`,
      verificationUriComplete: `${HOST}/device?user_code=WDJB-MJHT`,
      expiresMs: 600_000,
    });
    expect(sent[0]).toMatchObject({ method: 'POST', path: '/api/v1/cli/device/authorize' });
    expect(sent[0]?.key).toBeUndefined();
    code.cancel();
  });

  it.each([
    [
      'elsewhere',
      { verification_uri: 'https://login.example/', verification_uri_complete: 'https://login.example/x' },
      'https://login.example/',
    ],
    ['elsewhere to open', { verification_uri_complete: 'https://acme.runlayer.com.evil.example/' }, `${HOST}/device`],
    ['at another port', { verification_uri: `${HOST}:8443/device` }, `${HOST}:8443/device`],
  ])('of a page %s has nothing to open', async (_what, over, shown) => {
    const code = await aFlow({ ...begun, ...over }).flow;
    expect(code.verificationUri).toBe(shown);
    expect(code.verificationUriComplete).toBe('');
    code.cancel();
  });

  it('without a page of its own opens the plain one', async () => {
    const code = await aFlow({ ...begun, verification_uri_complete: null }).flow;
    expect(code.verificationUriComplete).toBe(`${HOST}/device`);
    code.cancel();
  });

  it.each([
    ['no object', []],
    ['no device code', { ...begun, device_code: '' }],
    ['a device code with a line break', { ...begun, device_code: 'a\nb' }],
    ['no user code', { ...begun, user_code: undefined }],
    ['a user code that hides something', { ...begun, user_code: 'AB\u202eCD' }],
    ['a user code that is a text', { ...begun, user_code: 'Open https://evil.example and type your password' }],
    ['a script', { ...begun, verification_uri: 'javascript:alert(1)' }],
    ['a script to open', { ...begun, verification_uri_complete: 'javascript:alert(1)' }],
    ['a file', { ...begun, verification_uri: 'file:///etc/passwd' }],
    ['plain http', { ...begun, verification_uri: 'http://acme.runlayer.com/device' }],
    ['a user name', { ...begun, verification_uri: 'https://acme.runlayer.com@evil.example/' }],
    ['a page with spaces', { ...begun, verification_uri: `${HOST}/device now` }],
    ['no page', { ...begun, verification_uri: '' }],
    ['no life', { ...begun, expires_in: 0 }],
    ['a life that is no number', { ...begun, expires_in: '600' }],
    ['a negative pace', { ...begun, interval: -1 }],
  ])('with %s is refused', async (_what, first) => {
    const { flow, timers } = aFlow(first);
    expect(await codeOf(flow)).toBe('E_TENANT_INVALID');
    expect(timers.waiting).toBe(0);
  });

  it('of a tenant on this machine may be http, on its own origin alone', async () => {
    const local = 'http://127.0.0.1:4800';
    const code = await aFlow(
      { ...begun, verification_uri: `${local}/device`, verification_uri_complete: null },
      [],
      local,
    ).flow;
    expect(code.verificationUriComplete).toBe(`${local}/device`);
    code.cancel();
    const other = { ...begun, verification_uri: 'http://127.0.0.1:4801/device' };
    expect(await codeOf(aFlow(other, [], local).flow)).toBe('E_TENANT_INVALID');
  });
});

describe('waiting', () => {
  it('goes on at the pace of the tenant until a person approved', async () => {
    const { flow, timers, live, sent, looks } = aFlow(begun, [PENDING, SLOW, PENDING, [200, { api_key: KEY }]]);
    const code = await flow;
    expect(live.redact(`a ${DEVICE} b`)).not.toContain(DEVICE);
    await timers.advance(4999);
    expect(looks()).toBe(0);
    await timers.advance(1);
    await timers.advance(5000);
    expect(looks()).toBe(2);
    await timers.advance(5000);
    expect(looks()).toBe(2);
    await timers.advance(1000);
    await timers.advance(6000);
    expect(looks()).toBe(4);
    expect(await code.key).toBe(KEY);
    expect(timers.waiting).toBe(0);
    expect(sent[1]).toMatchObject({
      path: '/api/v1/cli/device/token',
      body: Buffer.from(`{"device_code":"${DEVICE}"}`),
    });
    expect(live.redact(`a ${DEVICE} b`)).toContain(DEVICE);
    expect(live.redact(`a ${KEY} b`)).not.toContain(KEY);
  });

  it.each([
    [0, 1000],
    [0.001, 1000],
    [1, 1000],
    [30, 30_000],
    [31, 30_000],
    [86_400, 30_000],
    [null, 5000],
  ])('an interval of %s s is one of %i ms', async (interval, ms) => {
    const { flow, timers, looks } = aFlow({ ...begun, interval });
    const code = await flow;
    await timers.advance(ms - 1);
    expect(looks()).toBe(0);
    await timers.advance(1);
    expect(looks()).toBe(1);
    code.cancel();
  });

  it.each([
    [60, 60_000],
    [900, 900_000],
    [901, 900_000],
    [1e9, 900_000],
  ])('a code of %s s ends after %i ms, though it is 202 for ever', async (seconds, ms) => {
    const { flow, timers, looks } = aFlow({ ...begun, expires_in: seconds, interval: 30 });
    const code = await flow;
    const ended = codeOf(code.key);
    expect(code.expiresMs).toBe(ms);
    for (let at = 30_000; at < ms; at += 30_000) await timers.advance(30_000);
    expect(looks()).toBe(ms / 30_000 - 1);
    await timers.advance(30_000);
    expect(await ended).toBe('E_SIGN_IN_TIMEOUT');
    expect(timers.waiting).toBe(0);
  });

  it('a connection that breaks is no answer: it looks again, slower', async () => {
    const { flow, timers, looks } = aFlow(begun, [unreachable(HOST, 'cannot be reached'), [200, { api_key: KEY }]]);
    const code = await flow;
    await timers.advance(5000);
    await timers.advance(5000);
    expect(looks()).toBe(1);
    await timers.advance(1000);
    expect(await code.key).toBe(KEY);
  });

  it.each<[string, Reply, string]>([
    ['denied', refusedWith(HOST, { status: 400, detail: 'access_denied' }), 'E_SIGN_IN_REFUSED'],
    ['out of order', refusedWith(HOST, { status: 500 }), 'E_SIGN_IN_REFUSED'],
    ['another word', [202, { detail: 'maybe' }], 'E_TENANT_INVALID'],
    ['a list', [202, []], 'E_TENANT_INVALID'],
    ['no key', [200, {}], 'E_TENANT_INVALID'],
    ['a key of somebody else', [200, { api_key: 'sk_live_1234567890' }], 'E_TENANT_INVALID'],
    ['a key with a line break', [200, { api_key: 'rl_a\r\nx: y' }], 'E_TENANT_INVALID'],
    ['something thrown', new TypeError('x'), 'other'],
  ])('%s ends it', async (_what, reply, code) => {
    const { flow, timers, looks } = aFlow(begun, [reply]);
    const ended = outcome(flow).catch(() => 'other');
    await settle();
    await timers.advance(5000);
    expect(await ended).toBe(code);
    expect(looks()).toBe(1);
    expect(timers.waiting).toBe(0);
  });

  it('given up, it looks no more', async () => {
    const { flow, timers, looks, live } = aFlow(begun);
    const code = await flow;
    const ended = codeOf(code.key);
    code.cancel();
    expect(await ended).toBe('E_SIGN_IN_CANCELLED');
    await timers.advance(60_000);
    expect(looks()).toBe(0);
    expect(timers.waiting).toBe(0);
    expect(live.size).toBe(0);
  });
});
