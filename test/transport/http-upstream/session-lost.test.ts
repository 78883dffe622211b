import { afterEach, describe, expect, test } from 'vitest';
import { events, INITIALIZED, introduce, json, result, SERVER, Stage, type Rig, type Seen } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

type Forget = (seen: Seen) => unknown;

const notFound = (seen: Seen): void =>
  json(seen, { id: null, error: { code: -32001, message: 'Session not found' } }, {}, 404);

/** A server that can be restarted: sessions of before are unknown to it. */
class Restartable {
  starts = 1;
  info: object = SERVER;
  refuse: Forget = notFound;
  initialize: (seen: Seen) => void = (seen) => result(seen, this.info, { 'mcp-session-id': this.session });

  get session(): string {
    return `s-${this.starts}`;
  }

  readonly answer = (seen: Seen): void => {
    if (seen.json.method === 'initialize') this.initialize(seen);
    else if (seen.headers['mcp-session-id'] !== this.session) this.refuse(seen);
    else if (seen.method === 'GET') events(seen);
    else if (seen.json.id === undefined) seen.response.writeHead(202).end();
    else result(seen, { by: this.session });
  };
}

async function begun(server: Restartable): Promise<Awaited<ReturnType<Stage['start']>>> {
  const started = await stage.start(server.answer);
  await introduce(started.r);
  await started.r.bell.until(() => started.server.of('GET').length === 1);
  return started;
}

async function failure(r: Rig): Promise<string> {
  r.send({ id: 99, method: 'x' });
  const [answer] = await r.receive();
  return answer?.error?.message ?? '';
}

describe('a server that lost the session', () => {
  test.each<[string, Forget]>([
    ['by the specification', notFound],
    ['with a plain 404', (seen) => seen.response.writeHead(404).end('gone')],
    [
      "as the SDK's examples do",
      (seen) =>
        json(
          seen,
          { id: null, error: { code: -32000, message: 'Bad Request: No valid session ID provided' } },
          {},
          400,
        ),
    ],
  ])('%s gets the client introduced again, and the request once more', async (_, refuse) => {
    const server = new Restartable();
    server.refuse = refuse;
    const { r, server: http } = await begun(server);
    server.starts = 2;
    r.send({ id: 'a', method: 'x' }, { id: 'b', method: 'x' }, { id: 'c', method: 'x' });
    const answers = await r.receive(3);
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set(['a', 'b', 'c']));
    for (const answer of answers) expect(answer.result).toEqual({ by: 's-2' });
    const [first, again] = http.of('initialize');
    expect(http.of('initialize')).toHaveLength(2);
    expect(again?.text).toBe(first?.text.replace('"id":0', '"id":"com.runlayer.companion:again-1"'));
    expect(http.of('notifications/initialized')[1]?.headers['mcp-session-id']).toBe('s-2');
    await r.bell.until(() => http.of('GET').length === 2);
    expect(http.of('GET')[0]?.gone).toBe(true);
    expect(http.of('GET')[1]?.headers['mcp-session-id']).toBe('s-2');
    expect(r.h.dropped).toEqual([]);
    expect(r.log).toEqual([
      '[companion] the server lost the session; a new one was begun, without what was subscribed to in the old one',
    ]);
  });

  test('may lose it again later', async () => {
    const server = new Restartable();
    const { r } = await begun(server);
    for (const starts of [2, 3]) {
      server.starts = starts;
      r.send({ id: starts, method: 'x' });
      expect((await r.receive())[0]?.result).toEqual({ by: `s-${starts}` });
    }
  });

  test.each<[string, (server: Restartable) => void, string]>([
    [
      'is another one now',
      (server) => {
        server.info = { ...SERVER, serverInfo: { name: 'other', version: '1' } };
      },
      'another server answers at its address now',
    ],
    [
      'speaks another version now',
      (server) => {
        server.info = { ...SERVER, protocolVersion: '2025-06-18' };
      },
      'it speaks another version of the protocol now',
    ],
    [
      'refuses the introduction',
      (server) => {
        server.initialize = (seen) => json(seen, { id: seen.json.id, error: { code: 1, message: 'no' } });
      },
      'it refused to',
    ],
    [
      'cannot be introduced to',
      (server) => {
        server.initialize = (seen) => seen.response.writeHead(500).end();
      },
      'it has an error of its own (HTTP 500)',
    ],
  ])('and %s: the request fails, and the next one tries again', async (_, change, reason) => {
    const server = new Restartable();
    const { r, server: http } = await begun(server);
    const { info, initialize } = server;
    server.starts = 2;
    change(server);
    expect(await failure(r)).toContain(`it lost the session and could not begin a new one (${reason})`);
    expect(await failure(r)).toContain(reason);
    expect(http.of('initialize')).toHaveLength(3);
    Object.assign(server, { info, initialize });
    r.send({ id: 7, method: 'x' });
    expect((await r.receive())[0]?.result).toEqual({ by: 's-2' });
  });

  test('at once again: the request fails, it is not sent for ever', async () => {
    const server = new Restartable();
    const { r, server: http } = await begun(server);
    server.starts = 2;
    server.initialize = (seen) => result(seen, SERVER, { 'mcp-session-id': 'never-known' });
    expect(await failure(r)).toContain('it lost the session again at once');
    expect(http.of('x')).toHaveLength(2);
  });

  test('a method that is not known is no lost session', async () => {
    const server = new Restartable();
    server.refuse = (seen) => json(seen, { id: seen.json.id, error: { code: -32601, message: 'unknown' } }, {}, 404);
    const { r, server: http } = await begun(server);
    server.starts = 2;
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error).toEqual({ code: -32601, message: 'unknown' });
    expect(http.of('initialize')).toHaveLength(1);
  });

  test('a refusal that does not speak of the session is no lost session', async () => {
    const server = new Restartable();
    server.refuse = (seen) => json(seen, { id: null, error: { code: -32000, message: 'Bad Request' } }, {}, 400);
    const { r, server: http } = await begun(server);
    server.starts = 2;
    expect(await failure(r)).toContain('it did not accept the request (HTTP 400)');
    expect(http.of('initialize')).toHaveLength(1);
  });

  test('a server that never gave a session has none to lose', async () => {
    const { r, server } = await stage.start((seen) => {
      if (seen.json.method === 'initialize') result(seen, SERVER);
      else if (seen.json.id === undefined) seen.response.writeHead(202).end();
      else seen.response.writeHead(404).end();
    });
    await introduce(r);
    expect(await failure(r)).toContain('there is no MCP server at this address (HTTP 404)');
    expect(server.of('initialize')).toHaveLength(1);
  });

  test('what is no request never begins a session', async () => {
    const server = new Restartable();
    const { r, server: http } = await begun(server);
    server.starts = 2;
    r.send({ method: 'notifications/roots/list_changed' });
    await r.bell.until(() => r.log.length === 1);
    expect(http.of('initialize')).toHaveLength(1);
    expect(http.of(INITIALIZED.method)).toHaveLength(1);
  });

  test('gets nothing new until the client is introduced again', async () => {
    const server = new Restartable();
    const { r, server: http } = await begun(server);
    server.starts = 2;
    let introducing: Seen | undefined;
    server.initialize = (seen) => {
      introducing = seen;
    };
    r.send({ id: 1, method: 'x' });
    await r.bell.until(() => introducing !== undefined);
    r.send({ id: 2, method: 'y' });
    await r.h.settle();
    result(introducing as unknown as Seen, SERVER, { 'mcp-session-id': 's-2' });
    for (const answer of await r.receive(2)) expect(answer.result).toEqual({ by: 's-2' });
    expect(http.of('y').map(({ headers }) => headers['mcp-session-id'])).toEqual(['s-2']);
  });

  test('is introduced to again by a refusal that comes after that has failed', async () => {
    const server = new Restartable();
    const held: Seen[] = [];
    server.refuse = (seen) => (seen.json.id === 'late' ? held.push(seen) : notFound(seen));
    const { r, server: http } = await begun(server);
    const { initialize } = server;
    server.starts = 2;
    server.initialize = (seen) => seen.response.writeHead(500).end();
    r.send({ id: 'late', method: 'y' });
    await r.bell.until(() => held.length === 1);
    await failure(r);
    server.initialize = initialize;
    notFound(held[0] as Seen);
    expect((await r.receive())[0]?.result).toEqual({ by: 's-2' });
    expect(http.of('initialize')).toHaveLength(3);
  });

  test('stopped while it is introduced again, nothing is sent behind it', async () => {
    const server = new Restartable();
    const { r, server: http } = await begun(server);
    server.starts = 2;
    server.initialize = () => {};
    r.send({ id: 1, method: 'x' }, { id: 2, method: 'x' });
    await r.bell.until(() => http.of('initialize').length === 2);
    r.send({ id: 3, method: 'y' });
    await r.upstream.stop(0);
    expect(http.of('y')).toEqual([]);
    expect(r.client.take()).toBe('');
  });
});
