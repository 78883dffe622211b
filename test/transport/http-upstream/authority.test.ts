import { afterEach, expect, test } from 'vitest';
import { CompanionError } from '../../../preload/contract/index.ts';
import type { Authority } from '../../../main/transport/http-upstream/authority.ts';
import { events, introduce, legacyAnswer, result, Stage, type Seen } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

type Refusal = Parameters<Authority['refused']>[0];

/** Credentials that a test changes. */
class Keys implements Authority {
  token = 'old';
  extra: Record<string, string> = {};
  readonly asked: Refusal[] = [];
  next: string | undefined = 'new';

  readonly headers = (): Promise<Record<string, string>> =>
    Promise.resolve({ Authorization: `Bearer ${this.token}`, ...this.extra });

  readonly refused = (facts: Refusal): ReturnType<Authority['refused']> => {
    this.asked.push(facts);
    if (this.next === undefined) return Promise.resolve({ kind: 'refused', reason: 'sign in with "x login"' });
    this.token = this.next;
    return Promise.resolve({ kind: 'retry' });
  };
}

const legacy = legacyAnswer('s-1');
const accepts =
  (
    token: string,
    refuse = (seen: Seen): unknown => seen.response.writeHead(401, { 'www-authenticate': 'Bearer x="y"' }).end(),
  ) =>
  (seen: Seen): void => {
    if (seen.headers.authorization !== `Bearer ${token}`) refuse(seen);
    else if (!legacy(seen)) result(seen);
  };

test('a refused request is sent once more with other credentials, streams and goodbyes, too', async () => {
  const keys = new Keys();
  const { r, server } = await stage.start(accepts('new'), { authority: keys });
  await introduce(r);
  expect(keys.asked).toEqual([{ status: 401, challenge: 'Bearer x="y"', sent: { Authorization: 'Bearer old' } }]);
  expect(server.of('initialize')).toHaveLength(2);
  await r.bell.until(() => server.of('GET').length === 1);
  keys.token = 'old';
  await r.upstream.stop(1000);
  expect(server.of('DELETE').map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
});

test('credentials that stay refused fail the request, after two attempts', async () => {
  const keys = new Keys();
  const { r, server } = await stage.start(accepts('another'), { authority: keys });
  r.send({ id: 1, method: 'x' });
  expect((await r.receive())[0]?.error?.message).toContain('it refused the credentials (HTTP 401): sign in');
  expect(server.of('x')).toHaveLength(2);
});

test('the reason is the one of the authority', async () => {
  const keys = new Keys();
  keys.next = undefined;
  const { r } = await stage.start(accepts('new'), { authority: keys });
  r.send({ id: 1, method: 'x' });
  expect((await r.receive())[0]?.error?.message).toBe('The server of "files" failed: sign in with "x login".');
});

test('a 403 is about credentials only with a challenge', async () => {
  const keys = new Keys();
  const { r } = await stage.start(
    accepts('new', (seen) => {
      if (seen.json.id === 1)
        seen.response.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }).end();
      else seen.response.writeHead(403).end();
    }),
    { authority: keys },
  );
  r.send({ id: 2, method: 'x' });
  expect((await r.receive())[0]?.error?.message).toContain('it does not allow this (HTTP 403)');
  expect(keys.asked).toEqual([]);
  r.send({ id: 1, method: 'x' });
  expect((await r.receive())[0]?.result).toEqual({});
  expect(keys.asked[0]).toMatchObject({ status: 403, challenge: 'Bearer error="insufficient_scope"' });
});

test('without credentials nothing is sent', async () => {
  const failing = (thrown: Error): Authority => ({
    headers: async () => {
      throw thrown;
    },
    refused: async () => {
      throw new Error('never asked');
    },
  });
  const error = new CompanionError('E_VAULT_LOCKED', 'The keychain is locked.', 'Unlock it, then call again.');
  for (const [thrown, reason] of [
    [error, 'The keychain is locked: Unlock it, then call again.'],
    [new Error('token abc is bad'), 'its credentials could not be had.'],
  ] as const) {
    const { r, server } = await stage.start(accepts('x'), { authority: failing(thrown) });
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toBe(`The server of "files" failed: ${reason}`);
    expect(server.seen).toEqual([]);
    expect(r.upstream.peer.backlog()).toBe(0);
  }
});

test('an authority that fails when it is told of a refusal fails the request', async () => {
  const { r } = await stage.start(accepts('x'), {
    authority: { headers: () => Promise.resolve({}), refused: () => Promise.reject(new Error('token abc')) },
  });
  r.send({ id: 1, method: 'x' });
  expect((await r.receive())[0]?.error?.message).toBe(
    'The server of "files" failed: its credentials could not be had.',
  );
});

test('configured headers cannot say what the transport says', async () => {
  const keys = new Keys();
  keys.extra = {
    Host: 'evil.example',
    'content-length': '1',
    'Transfer-Encoding': 'chunked',
    'Mcp-Session-Id': 'stolen',
    'Mcp-Param-Region': 'x',
    'Accept-Encoding': 'gzip',
    'User-Agent': 'mine/1',
    'X-Custom': 'kept',
  };
  const { r, server } = await stage.start(accepts('old'), { authority: keys });
  r.send({ id: 1, method: 'x' });
  await r.receive();
  const { headers } = server.seen[0] as Seen;
  expect(headers).toMatchObject({
    host: new URL(server.url).host,
    'accept-encoding': 'identity',
    'user-agent': 'mine/1',
    'x-custom': 'kept',
    'content-length': String(server.seen[0]?.text.length),
  });
  for (const name of ['transfer-encoding', 'mcp-session-id', 'mcp-param-region'])
    expect(headers).not.toHaveProperty(name);
});

test.each(['a\r\nX-Injected: 1', 'snow\u2603'])(
  'a header that cannot be sent fails the request without its value',
  async (value) => {
    const keys = new Keys();
    keys.extra = { 'X-Custom': value };
    const { r, server } = await stage.start(accepts('old'), { authority: keys });
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain("one of the connector's headers holds a character");
    expect(server.seen).toEqual([]);
  },
);

test('a stream that was refused for its credentials comes back with them', async () => {
  const keys = new Keys();
  keys.next = undefined;
  let isOpen = false;
  const { r, server } = await stage.start(
    (seen) => {
      if (seen.method === 'GET' && !isOpen) seen.response.writeHead(401).end();
      else if (seen.method === 'GET') events(seen);
      else if (!legacy(seen)) result(seen);
    },
    { authority: keys },
  );
  await introduce(r);
  await r.bell.until(() => r.log.length === 1);
  expect(r.log[0]).toContain('sign in with "x login"');
  isOpen = true;
  r.send({ id: 1, method: 'x' });
  await r.receive();
  await r.bell.until(() => server.of('GET').length === 2);
  r.send({ id: 2, method: 'x' });
  await r.receive();
  expect(server.of('GET')).toHaveLength(2);
});
