import { afterEach, describe, expect, test } from 'vitest';
import { openLegacySse } from '../../../main/transport/http-upstream/legacy-sse.ts';
import {
  breakOff,
  event,
  events,
  INITIALIZE,
  INITIALIZED,
  introduce,
  SERVER,
  Stage,
  type HttpServer,
  type Rig,
  type Seen,
} from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

/** A server of the deprecated transport: everything is said on its latest stream. */
class SseServer {
  streams: Seen[] = [];
  endpoint = '/messages?sessionId=1';
  info: object = SERVER;
  post: (seen: Seen) => void = (seen) => seen.response.writeHead(202).end('Accepted');
  request: (seen: Seen) => void = (seen) => this.say({ id: seen.json.id, result: { did: seen.json.method } });

  say(message: object): void {
    event(this.streams.at(-1) as Seen, message);
  }

  readonly answer = (seen: Seen): void => {
    if (seen.method === 'GET') {
      this.streams.push(seen);
      events(seen);
      seen.response.write(`event: endpoint\ndata: ${this.endpoint}\n\n`);
      return;
    }
    this.post(seen);
    if (seen.json.method === 'initialize') this.say({ id: seen.json.id, result: this.info });
    else if (seen.json.id !== undefined && seen.json.method !== undefined) this.request(seen);
  };
}

async function begun(server = new SseServer()): Promise<{ r: Rig; http: HttpServer; server: SseServer }> {
  const { r, server: http } = await stage.start(server.answer, { open: openLegacySse });
  await introduce(r);
  r.send({ id: 'first', method: 'ping' });
  await r.receive();
  return { r, http, server };
}

describe('a server of HTTP+SSE', () => {
  test('is connected to once, and messages go where it says', async () => {
    const { r, http, server } = await begun();
    r.send({ id: 2, method: 'x', params: { n: 12345678901234567890n.toString() } });
    expect((await r.receive())[0]?.result).toEqual({ did: 'x' });
    expect(http.of('GET')).toHaveLength(1);
    expect(http.of('GET')[0]).toMatchObject({ path: '/mcp', headers: { accept: 'text/event-stream' } });
    for (const seen of http.seen.filter(({ method }) => method === 'POST')) expect(seen.path).toBe(server.endpoint);
    expect(http.of('x')[0]?.headers['mcp-protocol-version']).toBe('2025-11-25');
    server.say({ id: 'q', method: 'roots/list' });
    server.say({ method: 'notifications/message', params: {} });
    expect((await r.receive(2)).map(({ method }) => method)).toEqual(['roots/list', 'notifications/message']);
    expect(new Set(r.related)).toEqual(new Set([undefined]));
    r.send({ id: 'q', result: {} });
    await r.bell.until(() => http.of('answer').length === 1);
    await r.upstream.stop(1000);
    await r.bell.until(() => server.streams[0]?.gone === true);
    expect(r.timers.pending).toEqual([]);
    expect(await r.upstream.ended).toMatchObject({ byItself: false });
  });

  test('gets what follows initialize after its answer', async () => {
    const server = new SseServer();
    const held: Seen[] = [];
    const { r, server: http } = await stage.start(
      (seen) => {
        if (seen.json.method === 'initialize') {
          held.push(seen);
          seen.response.writeHead(202).end();
          server.say({ id: 'p', method: 'ping' });
        } else server.answer(seen);
      },
      { open: openLegacySse },
    );
    r.send(INITIALIZE, INITIALIZED, { id: 1, method: 'x' });
    expect((await r.receive())[0]?.id).toBe('p');
    r.send({ id: 'p', result: {} });
    await r.bell.until(() => http.of('answer').length === 1);
    expect(http.seen.map(({ json, method }) => json.method ?? method)).toEqual(['GET', 'initialize', 'POST']);
    server.say({ id: 0, result: SERVER });
    expect((await r.receive(2)).map(({ id }) => id)).toEqual([0, 1]);
  });

  test.each([
    'http://127.0.0.1:1/messages',
    'https://evil.example/',
    '//evil.example/x',
    'http://a:b@localhost/',
    'http://[',
  ])('that wants messages sent to %s is not sent any', async (endpoint) => {
    const server = new SseServer();
    server.endpoint = endpoint;
    const { r, server: http } = await stage.start(server.answer, { open: openLegacySse });
    r.send(INITIALIZE);
    expect((await r.receive())[0]?.error?.message).toContain('it wants messages sent to another address');
    expect(http.seen).toHaveLength(1);
    await r.bell.until(() => http.seen[0]?.gone === true);
  });

  test.each<[string, (seen: Seen) => void, string]>([
    ['no stream', (seen) => seen.response.writeHead(404).end(), 'there is no MCP server at this address (HTTP 404)'],
    ['a web page', (seen) => seen.response.writeHead(200, { 'content-type': 'text/html' }).end('x'), 'with text/html'],
    ['an end', (seen) => seen.response.writeHead(200, { 'content-type': 'text/event-stream' }).end(), 'ended'],
  ])('that answers with %s fails the request', async (_, answer, reason) => {
    const { r } = await stage.start(answer, { open: openLegacySse });
    r.send(INITIALIZE);
    expect((await r.receive())[0]?.error?.message).toContain(reason);
    r.send({ ...INITIALIZE, id: 1 });
    expect((await r.receive())[0]?.error?.message).toContain(reason);
  });

  test('that does not say where messages go is given up on', async () => {
    const { r } = await stage.start((seen) => events(seen), { open: openLegacySse });
    r.send(INITIALIZE);
    await r.bell.until(() => r.timers.has(30_000));
    r.timers.run(30_000);
    expect((await r.receive())[0]?.error?.message).toContain('it did not say in time where messages go');
  });

  test('that never answers initialize is given up, and the next one finds a new stream', async () => {
    const server = new SseServer();
    const say = server.say.bind(server);
    server.say = () => {};
    const { r, server: http } = await stage.start(server.answer, {
      open: openLegacySse,
      limits: { initializeMs: 777 },
    });
    r.send(INITIALIZE, { id: 1, method: 'x' });
    await r.bell.until(() => http.of('initialize').length === 1 && r.timers.pending.every(({ ms }) => ms === 777));
    server.say = say;
    r.timers.run(777);
    const [first, second] = await r.receive(2);
    expect(first?.error?.message).toContain('it did not answer in time');
    expect(second).toMatchObject({ id: 1, result: { did: 'x' } });
    expect(http.of('GET')).toHaveLength(2);
  });

  test('that never says that it took notifications/initialized is waited for a little while', async () => {
    const server = new SseServer();
    server.post = (seen) => {
      if (seen.json.method !== INITIALIZED.method) seen.response.writeHead(202).end();
    };
    const { r, server: http } = await stage.start(server.answer, { open: openLegacySse });
    await introduce(r);
    r.send({ id: 5, method: 'x' });
    await r.bell.until(() => http.of(INITIALIZED.method).length === 1 && r.timers.has(3000));
    expect(http.of('x')).toEqual([]);
    r.timers.run(3000);
    expect((await r.receive())[0]?.id).toBe(5);
  });

  test('gets what the client said last, and no request, before the end', async () => {
    const { r, server, http } = await begun();
    server.request = () => {};
    r.send(
      { id: 2, method: 'x' },
      { method: 'notifications/a' },
      { id: 3, method: 'y' },
      { method: 'notifications/b' },
    );
    await r.upstream.stop(2000);
    const said = http.seen.map(({ json }) => json.method).filter((one) => one !== undefined);
    expect(said.slice(-2)).toEqual(['notifications/a', 'notifications/b']);
    expect(said).not.toContain('y');
    await r.bell.until(() => r.timers.pending.length === 0);
  });

  test('that ends the posting of a request late or never is not kept open for it', async () => {
    const { r, server, http } = await begun();
    server.post = (seen) => {
      if (seen.json.method !== 'x') seen.response.writeHead(202).end();
    };
    r.send({ id: 2, method: 'x' });
    expect((await r.receive())[0]?.result).toEqual({ did: 'x' });
    await r.bell.until(() => r.timers.has(5000));
    r.timers.run(5000);
    await r.bell.until(() => http.of('x')[0]?.gone === true);
  });

  test('that does not take a message fails the request', async () => {
    const { r, server, http } = await begun();
    server.post = (seen) => seen.response.writeHead(500).end('secret');
    server.request = () => {};
    r.send({ id: 2, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toBe(
      'The server of "files" failed: it has an error of its own (HTTP 500).',
    );
    r.send({ method: 'notifications/roots/list_changed' });
    await r.bell.until(() => r.log.length === 1);
    expect(http.of('GET')).toHaveLength(1);
  });

  test('gets no other credentials than those of its origin, and a refusal says why', async () => {
    const server = new SseServer();
    const { r, server: http } = await stage.start(server.answer, {
      open: openLegacySse,
      authority: {
        headers: () => Promise.resolve({ Authorization: 'Bearer t' }),
        refused: () => Promise.resolve({ kind: 'refused', reason: 'sign in' }),
      },
    });
    await introduce(r);
    for (const seen of http.seen) expect(seen.headers.authorization).toBe('Bearer t');
    server.post = (seen) => seen.response.writeHead(401).end();
    server.request = () => {};
    r.send({ id: 2, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toBe('The server of "files" failed: sign in.');
  });
});

describe('a lost stream', () => {
  test('fails what waits, and the next request connects and introduces the client again', async () => {
    const { r, server, http } = await begun();
    server.request = () => {};
    r.send({ id: 2, method: 'x' }, { id: 3, method: 'y' });
    await r.bell.until(() => http.of('y').length === 1 && http.of('x').length === 1);
    breakOff(server.streams[0] as Seen);
    for (const answer of await r.receive(2))
      expect(answer.error?.message).toContain('the stream of its answers ended; call again');
    r.send({ method: 'notifications/roots/list_changed' });
    await r.bell.until(() => r.log.length === 2);
    expect(http.of('GET')).toHaveLength(1);
    server.request = (seen) => server.say({ id: seen.json.id, result: { again: true } });
    r.send({ id: 4, method: 'x' });
    expect((await r.receive())[0]?.result).toEqual({ again: true });
    expect(http.of('GET')).toHaveLength(2);
    const [first, again] = http.of('initialize');
    expect(again?.text).toBe(first?.text.replace('"id":0', '"id":"com.runlayer.companion:again-1"'));
    expect(http.of('notifications/initialized')).toHaveLength(2);
    expect(r.h.dropped).toEqual([]);
  });

  test('needs no introduction where the client introduces itself', async () => {
    const { r, server, http } = await begun();
    breakOff(server.streams[0] as Seen);
    await r.bell.until(() => r.log.length === 1);
    r.send({ ...INITIALIZE, id: 5 });
    expect((await r.receive())[0]?.result).toEqual(SERVER);
    expect(http.of('initialize')).toHaveLength(2);
  });

  test.each<[string, (server: SseServer) => void, string]>([
    [
      'another server',
      (server) => {
        server.info = { ...SERVER, serverInfo: { name: 'other' } };
      },
      'another server answers at its address now',
    ],
    [
      'a refusal',
      (server) => {
        server.post = (seen) => seen.response.writeHead(503).end();
        server.say = () => {};
      },
      'it is not available at the moment',
    ],
  ])('and %s behind it: the request fails', async (_, change, reason) => {
    const { r, server } = await begun();
    breakOff(server.streams[0] as Seen);
    await r.bell.until(() => r.log.length === 1);
    change(server);
    for (const id of [6, 7]) {
      r.send({ id, method: 'x' });
      expect((await r.receive())[0]?.error?.message).toContain(reason);
    }
  });

  test('is what a server means that does not know the place any more', async () => {
    const { r, server, http } = await begun();
    const { post } = server;
    server.post = (seen) => seen.response.writeHead(404).end();
    server.request = () => {};
    r.send({ id: 2, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('it lost the session; call again');
    await r.bell.until(() => server.streams[0]?.gone === true);
    server.post = post;
    server.request = (seen) => server.say({ id: seen.json.id, result: {} });
    r.send({ id: 3, method: 'x' });
    expect((await r.receive())[0]?.result).toEqual({});
    expect(http.of('GET')).toHaveLength(2);
  });

  test('is what becomes of one with a message that is too large', async () => {
    const server = new SseServer();
    server.request = () => server.say({ id: 2, result: 'x'.repeat(3000) });
    const { r } = await stage.start(server.answer, { open: openLegacySse, limits: { maxMessageBytes: 2000 } });
    await introduce(r);
    r.send({ id: 2, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('its message is larger than 2000 bytes');
  });

  test('that is cancelled waits for nothing', async () => {
    const { r, server, http } = await begun();
    server.request = () => {};
    r.send({ id: 2, method: 'x' });
    await r.bell.until(() => http.of('x').length === 1);
    r.send({ method: 'notifications/cancelled', params: { requestId: 2 } });
    await r.bell.until(() => http.of('notifications/cancelled').length === 1);
    breakOff(server.streams[0] as Seen);
    await r.bell.until(() => r.log.length === 1);
    expect(r.client.take()).toBe('');
  });

  test('while the client is introduced again ends nothing for ever', async () => {
    const { r, server, http } = await begun();
    breakOff(server.streams[0] as Seen);
    await r.bell.until(() => r.log.length === 1);
    const say = server.say.bind(server);
    server.say = () => {};
    r.send({ id: 2, method: 'x' });
    await r.bell.until(() => http.of('initialize').length === 2);
    breakOff(server.streams[1] as Seen);
    expect((await r.receive())[0]?.error?.message).toContain('it could not be connected to again');
    server.say = say;
    r.send({ id: 3, method: 'x' });
    expect((await r.receive())[0]?.result).toEqual({ did: 'x' });
  });

  test('while it is stopped tells nobody', async () => {
    const { r, server, http } = await begun();
    server.request = () => {};
    r.send({ id: 2, method: 'x' });
    await r.bell.until(() => http.of('x').length === 1);
    await r.upstream.stop(0);
    expect(r.client.take()).toBe('');
  });
});
