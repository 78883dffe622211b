import { afterEach, describe, expect, test } from 'vitest';
import {
  event,
  events,
  INITIALIZE,
  INITIALIZED,
  introduce,
  json,
  legacyAnswer,
  META,
  result,
  SERVER,
  Stage,
  type Seen,
} from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

const legacy = legacyAnswer('s-1');
/** Answers requests with their own method. */
const plain = (seen: Seen): void => {
  if (!legacy(seen)) result(seen, { did: seen.json.method });
};

describe('introduction', () => {
  test('a session is introduced, kept and ended as the server gave it', async () => {
    const { r, server } = await stage.start(plain);
    r.send(INITIALIZE);
    expect((await r.receive())[0]?.result).toEqual(SERVER);
    r.send(INITIALIZED, { id: 1, method: 'ping' });
    expect(await r.receive()).toEqual([{ jsonrpc: '2.0', id: 1, result: { did: 'ping' } }]);
    await r.bell.until(() => server.of('GET').length === 1);
    const [initialize, initialized, ping] = server.seen.filter(({ method }) => method === 'POST');
    expect(initialize?.headers).toMatchObject({
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'user-agent': 'companion/test',
    });
    expect(initialize?.headers).not.toHaveProperty('mcp-session-id');
    expect(initialize?.headers).not.toHaveProperty('mcp-protocol-version');
    for (const later of [initialized, ping, server.of('GET')[0]])
      expect(later?.headers).toMatchObject({ 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-11-25' });
    await r.upstream.stop(1000);
    expect(server.of('DELETE')[0]?.headers).toMatchObject({ 'mcp-session-id': 's-1' });
    expect(await r.upstream.ended).toEqual({ byItself: false, code: null, signal: null });
  });

  test('what follows initialize waits for its answer, and what follows initialized until it was taken', async () => {
    const held: Seen[] = [];
    const { r, server } = await stage.start((seen) => {
      if (seen.json.method?.startsWith('notifications/') === true || seen.json.method === 'initialize') held.push(seen);
      else plain(seen);
    });
    const methods = (): unknown[] => server.seen.map((seen) => seen.json.method ?? seen.method);
    r.send(INITIALIZE, { id: 1, method: 'ping' }, INITIALIZED, { id: 2, method: 'ping' });
    await r.bell.until(() => held.length === 1);
    expect(methods()).toEqual(['initialize']);
    result(held[0] as Seen, SERVER, { 'mcp-session-id': 's-1' });
    await r.bell.until(() => held.length === 2);
    expect((await r.receive(2)).map(({ id }) => id)).toEqual([0, 1]);
    expect(methods()).toEqual(['initialize', 'ping', 'notifications/initialized']);
    expect(server.seen[1]?.headers['mcp-session-id']).toBe('s-1');
    held[1]?.response.writeHead(202).end();
    expect((await r.receive()).map(({ id }) => id)).toEqual([2]);
  });

  test('a server may ask before it answers initialize', async () => {
    let asking: Seen | undefined;
    const { r, server } = await stage.start((seen) => {
      if (seen.json.method === 'initialize') {
        asking = seen;
        events(seen, { 'mcp-session-id': 's-1' });
        event(seen, { id: 'q', method: 'ping' });
      } else if (seen.json.method === undefined && seen.method === 'POST') {
        seen.response.writeHead(202).end();
        event(asking as Seen, { id: 0, result: SERVER });
        asking?.response.end();
      } else plain(seen);
    });
    r.send(INITIALIZE, { id: 1, method: 'ping' });
    expect(await r.receive()).toEqual([{ jsonrpc: '2.0', id: 'q', method: 'ping' }]);
    expect(r.related).toEqual(['n0']);
    r.send({ id: 'q', result: {} });
    expect((await r.receive(2)).map(({ id }) => id)).toEqual([0, 1]);
    expect(server.of('answer')[0]?.headers['mcp-session-id']).toBe('s-1');
  });

  test('a server without sessions gets none, and no goodbye', async () => {
    const stateless = legacyAnswer();
    const { r, server } = await stage.start((seen) => {
      if (!stateless(seen)) result(seen);
    });
    await introduce(r);
    r.send({ id: 1, method: 'ping' });
    await r.receive();
    expect(server.of('ping')[0]?.headers).not.toHaveProperty('mcp-session-id');
    expect(server.of('ping')[0]?.headers['mcp-protocol-version']).toBe('2025-11-25');
    await r.upstream.stop(1000);
    expect(server.of('DELETE')).toEqual([]);
  });

  test('a session id that no header could carry is not taken', async () => {
    const odd = legacyAnswer('a b');
    const { r, server } = await stage.start((seen) => {
      if (!odd(seen)) result(seen);
    });
    await introduce(r);
    r.send({ id: 1, method: 'ping' });
    await r.receive();
    expect(server.of('ping')[0]?.headers).not.toHaveProperty('mcp-session-id');
  });

  test('a client that introduces itself again gets a new session, and the old one is ended', async () => {
    let count = 0;
    const { r, server } = await stage.start((seen) => {
      if (seen.json.method === 'initialize') result(seen, SERVER, { 'mcp-session-id': `s-${++count}` });
      else plain(seen);
    });
    await introduce(r);
    r.send({ ...INITIALIZE, id: 5 });
    await r.receive();
    r.send({ id: 6, method: 'ping' });
    await r.receive();
    await r.bell.until(() => server.of('DELETE').length === 1);
    expect(server.of('initialize')[1]?.headers).not.toHaveProperty('mcp-session-id');
    expect(server.of('DELETE')[0]?.headers['mcp-session-id']).toBe('s-1');
    expect(server.of('ping')[0]?.headers['mcp-session-id']).toBe('s-2');
  });

  test('an introduction that the server refuses leaves no session', async () => {
    const { r, server } = await stage.start((seen) => {
      if (seen.json.method === 'initialize')
        json(seen, { id: 0, error: { code: -32602, message: 'no' } }, { 'mcp-session-id': 's-1' });
      else plain(seen);
    });
    r.send(INITIALIZE, { id: 1, method: 'ping' });
    expect((await r.receive(2))[0]?.error).toEqual({ code: -32602, message: 'no' });
    expect(server.of('ping')[0]?.headers).not.toHaveProperty('mcp-session-id');
  });
});

describe('messages', () => {
  test('bytes survive in both directions', async () => {
    const answer =
      '{"result":{"n":12345678901234567890,"f":1.0,"z":-0,"e":1e400,"s":"\\ud800 é"},"id":7,"jsonrpc":"2.0"}';
    const { r, server } = await stage.start((seen) => {
      if (seen.json.id === 7)
        seen.response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(answer);
      else plain(seen);
    });
    await introduce(r);
    const asked =
      '{"id":7,"params":{"n":12345678901234567890,"f":1.0,"s":"\\ud800 é"},"method":"vendor/x","jsonrpc":"2.0"}';
    r.send(asked);
    expect(await r.receiveLines()).toEqual([answer]);
    expect(server.of('vendor/x')[0]?.text).toBe(asked);
  });

  test('an answer over several lines becomes one', async () => {
    const { r } = await stage.start((seen) => {
      if (seen.json.id === 1)
        seen.response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('\ufeff{\r\n "jsonrpc": "2.0",\n "id": 1, "result": {"a": "b"}\n}\n');
      else if (seen.json.id === 2) {
        events(seen);
        seen.response.end('data: {"jsonrpc":"2.0",\ndata: "id":2,\ndata:"result":{}}\n\n');
      } else plain(seen);
    });
    await introduce(r);
    r.send({ id: 1, method: 'x' });
    expect(await r.receiveLines()).toEqual(['{   "jsonrpc": "2.0",  "id": 1, "result": {"a": "b"} } ']);
    r.send({ id: 2, method: 'x' });
    expect(await r.receiveLines()).toEqual(['{"jsonrpc":"2.0", "id":2, "result":{}}']);
  });

  test('what comes on the stream of a request belongs to it', async () => {
    const { r } = await stage.start((seen) => {
      if (seen.json.id === 'a') {
        events(seen);
        event(seen, { method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
        event(seen, { id: 9, method: 'roots/list' });
        event(seen, { id: 'a', result: {} });
        event(seen, { method: 'notifications/message', params: { level: 'info', data: 'late' } });
        seen.response.end();
      } else plain(seen);
    });
    await introduce(r);
    r.related.length = 0;
    r.send({ id: 'a', method: 'x' });
    const messages = await r.receive(4);
    expect(messages.map(({ id, method }) => method ?? id)).toEqual([
      'notifications/progress',
      'roots/list',
      'a',
      'notifications/message',
    ]);
    expect(r.related).toEqual(['sa', 'sa', 'sa', 'sa']);
  });

  test('an answer on the stream of another request still arrives, once', async () => {
    const held: Seen[] = [];
    const { r } = await stage.start((seen) => {
      if (seen.json.id === 'a' || seen.json.id === 'b') held.push(seen);
      else plain(seen);
    });
    await introduce(r);
    r.send({ id: 'a', method: 'x' }, { id: 'b', method: 'x' });
    await r.bell.until(() => held.length === 2);
    const [a, b] = held as [Seen, Seen];
    events(a);
    event(a, { id: 'b', result: { by: 'a' } });
    event(a, { id: 'a', result: { by: 'a' } });
    event(a, { id: 'zzz', result: { by: 'a' } });
    a.response.end();
    expect((await r.receive(2)).map(({ id, result: by }) => [id, by])).toEqual([
      ['b', { by: 'a' }],
      ['a', { by: 'a' }],
    ]);
    result(b, { by: 'b' });
    r.send({ id: 'c', method: 'x' });
    expect((await r.receive()).map(({ id }) => id)).toEqual(['c']);
    expect(r.h.dropped).toContain('server: answer to a question that was not asked');
  });

  test('a cancelled request is told to the server, then its stream is closed', async () => {
    const { r, server } = await stage.start((seen) => {
      if (seen.json.id === 'slow') events(seen);
      else plain(seen);
    });
    await introduce(r);
    r.send({ id: 'slow', method: 'x' });
    await r.bell.until(() => server.of('x').length === 1);
    r.send({ method: 'notifications/cancelled', params: { requestId: 'slow' } });
    await r.bell.until(() => server.of('x')[0]?.gone === true);
    expect(server.of('notifications/cancelled')[0]?.headers['mcp-session-id']).toBe('s-1');
    r.send({ id: 1, method: 'ping' });
    expect((await r.receive()).map(({ id }) => id)).toEqual([1]);
  });

  test('a notification that the server refuses is in the log, without a word of the server', async () => {
    const { r } = await stage.start((seen) => {
      if (seen.json.method === 'notifications/roots/list_changed') seen.response.writeHead(500).end('secret');
      else plain(seen);
    });
    await introduce(r);
    r.send({ method: 'notifications/roots/list_changed' });
    await r.bell.until(() => r.log.length > 0);
    expect(r.log).toEqual([
      '[companion] notifications/roots/list_changed did not reach the server: it has an error of its own (HTTP 500)',
    ]);
  });

  test('an error with the id of the request is the answer, whatever the status', async () => {
    const { r } = await stage.start((seen) => {
      if (seen.json.id === 1) json(seen, { id: 1, error: { code: -32001, message: 'mine' } }, {}, 403);
      else if (seen.json.id === 2) json(seen, { id: 3, error: { code: -32001, message: 'foreign' } }, {}, 403);
      else plain(seen);
    });
    await introduce(r);
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error).toEqual({ code: -32001, message: 'mine' });
    r.send({ id: 2, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('it does not allow this');
    expect(r.h.dropped).toEqual([]);
  });

  test('a stream that goes on behind its answer is closed after a while', async () => {
    const { r, server } = await stage.start((seen) => {
      if (seen.json.id === 1) {
        events(seen);
        event(seen, { id: 1, result: {} });
      } else plain(seen);
    });
    await introduce(r);
    r.send({ id: 1, method: 'x' });
    await r.receive();
    r.timers.run(5000);
    await r.bell.until(() => server.of('x')[0]?.gone === true);
  });

  test('a modern request through the same upstream carries no session', async () => {
    const { r, server } = await stage.start(plain);
    await introduce(r);
    r.send({ id: 1, method: 'server/discover', params: { _meta: META } });
    await r.receive();
    expect(server.of('server/discover')[0]?.headers).not.toHaveProperty('mcp-session-id');
    expect(server.of('server/discover')[0]?.headers['mcp-protocol-version']).toBe('2026-07-28');
  });
});
