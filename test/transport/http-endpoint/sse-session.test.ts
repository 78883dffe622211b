import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompanionError } from '../../../preload/contract/index.ts';
import { OTHER_TOKEN, startRig, TOKEN, until, type Rig, type ServedFake } from './rig.ts';
import { openStream, send, type Answer, type OpenStream } from './streams.ts';

let rig: Rig;
let open: OpenStream;
let path: string;
beforeEach(async () => {
  rig = await startRig();
  open = await openStream(rig, '/sse');
  path = (await open.next()).data;
});
afterEach(async () => {
  open.close();
  await rig.close();
});

const post = (message: object | string, token = TOKEN): Promise<Answer> => send(rig, message, { path, token });
const INIT = { id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05', clientInfo: { name: 'old' } } };

function first(): ServedFake {
  const [served] = rig.served;
  if (served === undefined) throw new Error('no session was opened');
  return served;
}

describe('a session of the transport of 2024', () => {
  it('begins with the address for its messages, and answers on its stream', async () => {
    expect(path).toMatch(/^\/messages\?sessionId=[\w-]{22,}$/);
    expect(open.headers['content-type']).toBe('text/event-stream');
    // Nothing was started yet.
    expect(rig.served).toHaveLength(0);
    const accepted = await post(INIT);
    expect([accepted.status, accepted.text]).toEqual([202, '']);
    expect(await open.next()).toMatchObject({ id: undefined });
    await post({ id: 'x', method: 'ping' });
    expect(await open.message()).toEqual({ jsonrpc: '2.0', id: 'x', result: {} });
    expect(first().claimed()).toEqual({ client: 'old' });
    expect(rig.endpoint.sessions('b1')).toBe(1);
  });

  it('passes on what the server says unasked, and what the client answers', async () => {
    await post(INIT);
    await open.message();
    first().say('{"jsonrpc":"2.0",\r"id":"q","method":"roots/list"}');
    expect(await open.message()).toMatchObject({ id: 'q', method: 'roots/list' });
    expect((await post({ id: 'q', result: { roots: [] } })).status).toBe(202);
    expect(first().messages().at(-1)).toMatchObject({ id: 'q' });
  });

  it('ends with its stream', async () => {
    await post(INIT);
    await open.message();
    open.close();
    await until(() => first().gone === 1);
    expect((await post({ id: 1, method: 'ping' })).status).toBe(404);
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });

  it('ends with its server', async () => {
    await post(INIT);
    await open.message();
    first().end();
    expect(await open.rest()).toEqual([]);
    expect(rig.endpoint.sessions('b1')).toBe(0);
  });

  it('is nobody else’s', async () => {
    await post(INIT);
    const seen = first().lines.length;
    expect((await post({ id: 1, method: 'ping' }, OTHER_TOKEN)).status).toBe(404);
    expect(first().lines).toHaveLength(seen);
  });

  it('that cannot be opened says why, then ends', async () => {
    rig.opening = () => Promise.reject(new CompanionError('E_CONSENT', 'It was never allowed.', 'Allow it.'));
    expect((await post(INIT)).status).toBe(202);
    expect(await open.message()).toMatchObject({
      id: 0,
      error: { code: -31_003, message: 'It was never allowed. Allow it.' },
    });
    expect(await open.rest()).toEqual([]);
    expect((await post(INIT)).status).toBe(404);
  });

  it('that cannot be opened tells each request that came early', async () => {
    let refuse = (_error: unknown): void => {};
    rig.opening = () => new Promise((_, reject) => (refuse = reject));
    for (const message of [
      INIT,
      { id: 1, method: 'ping' },
      { method: 'notifications/x' },
      { id: 'two', method: 'a/b' },
    ])
      expect((await post(message)).status).toBe(202);
    refuse(new CompanionError('E_LOCKED', 'It is locked.', 'Unlock it.'));
    const told = (await open.rest()).map(({ data }) => JSON.parse(data) as { id: unknown; error: unknown });
    expect(told.map(({ id }) => id)).toEqual([0, 1, 'two']);
    for (const { error } of told) expect(error).toEqual({ code: -31_003, message: 'It is locked. Unlock it.' });
  });

  it('counts what it could not parse', async () => {
    await post(INIT);
    await open.message();
    const broken = await post('{"jsonrpc":"2.0","id":3,"method":"a","method":"b"}');
    expect([broken.status, broken.json.id]).toEqual([400, 3]);
    expect(first().dropped).toEqual(['client: a key occurs twice']);
  });

  it('has signs of life', async () => {
    await post(INIT);
    await open.message();
    rig.pass(60_000);
    await post({ id: 1, method: 'ping' });
    expect(await open.message()).toMatchObject({ id: 1 });
  });

  it('stops reading a server whose client does not read', async () => {
    await post(INIT);
    await open.message();
    open.pause();
    const data = 'x'.repeat(100_000);
    let said = 0;
    await until(() => {
      said++;
      first().say({ method: 'notifications/message', params: { data } });
      return first().flow.length > 0;
    });
    open.resume();
    for (let i = 0; i < said; i++) await open.message();
    await until(() => first().flow.length === 2);
    expect(first().flow).toEqual(['pause', 'resume']);
  });

  it('ends with its token', async () => {
    await post(INIT);
    rig.endpoint.drop('b1');
    await open.rest();
    expect(first().gone).toBe(1);
    expect((await post({ id: 1, method: 'ping' })).status).toBe(404);
  });
});

describe('streams', () => {
  it('are bounded', async () => {
    await rig.close();
    rig = await startRig({ endpointLimits: { maxStreamsPerPrincipal: 2 } });
    const one = await openStream(rig, '/sse');
    const two = await openStream(rig, '/sse');
    expect((await send(rig, undefined, { path: '/sse' })).status).toBe(429);
    const other = await openStream(rig, '/sse', { token: OTHER_TOKEN });
    expect(other.status).toBe(200);
    one.close();
    await until(() => rig.endpoint.sessions('b1') === 1);
    const three = await openStream(rig, '/sse');
    expect(three.status).toBe(200);
    for (const stream of [two, three, other]) stream.close();
  });
});
