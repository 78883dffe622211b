/** A server that began anew without the client's knowledge: what it said of its tools before decides nothing any more. */
import { afterEach, describe, expect, test } from 'vitest';
import { openLegacySse } from '../../../main/transport/http-upstream/legacy-sse.ts';
import { policyOf } from '../../relay/harness.ts';
import { breakOff, event, events, introduce, json, result, SERVER, Stage, type Rig, type Seen } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

const CALL = { method: 'tools/call', params: { name: 'echo', arguments: {} } };
const LIST = { method: 'tools/list', params: {} };
const CHANGED = 'notifications/tools/list_changed';
const AGAIN = 'so the call was not made: call again';

/** Its tool only reads at first, and no more after a restart. */
class Changing {
  starts = 1;
  calls = 0;
  refuse: (seen: Seen) => void = (seen) => seen.response.writeHead(404).end();
  list: (seen: Seen) => void = (seen) => result(seen, this.tools);
  initialize: (seen: Seen) => void = (seen) => result(seen, SERVER, { 'mcp-session-id': this.session });

  get session(): string {
    return `s-${this.starts}`;
  }

  get tools(): object {
    const tool = (annotations: object): object => ({ name: 'echo', inputSchema: { type: 'object' }, annotations });
    return { tools: [tool(this.starts === 1 ? { readOnlyHint: true } : { destructiveHint: true })] };
  }

  readonly answer = (seen: Seen): void => {
    const { method } = seen.json;
    if (seen.method === 'GET') seen.response.writeHead(405).end();
    else if (seen.method === 'DELETE') seen.response.writeHead(200).end();
    else if (method === 'initialize') this.initialize(seen);
    else if (seen.headers['mcp-session-id'] !== this.session) this.refuse(seen);
    else if (seen.json.id === undefined) seen.response.writeHead(202).end();
    else if (method === 'tools/list') this.list(seen);
    else {
      if (method === 'tools/call') this.calls++;
      result(seen, { content: [] });
    }
  };
}

async function listed(server: Changing): Promise<Awaited<ReturnType<Stage['start']>>> {
  const started = await stage.start(server.answer);
  started.r.h.policy = policyOf('read-only');
  await introduce(started.r);
  started.r.send({ id: 'list', ...LIST });
  await started.r.receive();
  started.r.send({ id: 'first', ...CALL });
  expect((await started.r.receive())[0]?.result).toEqual({ content: [] });
  return started;
}

const byId = async (r: Rig, count: number): Promise<Map<unknown, string | undefined>> =>
  new Map((await r.receive(count)).map((one) => [one.id ?? one.method, one.error?.message]));

/** What the new server says of its tool makes a call of it a person's affair. */
async function personIsAsked(r: Rig): Promise<void> {
  while (r.h.questions.length === 0) await r.h.settle();
  expect(r.h.questions.map(({ request }) => request.tool)).toEqual(['echo']);
}

describe('a flipped readOnlyHint', () => {
  test('is seen by the first call after the restart', async () => {
    const server = new Changing();
    const { r } = await listed(server);
    server.starts = 2;
    r.send({ id: 1, ...CALL });
    const told = await byId(r, 2);
    expect([...told.keys()]).toEqual([CHANGED, 1]);
    expect(told.get(1)).toContain(AGAIN);
    r.send({ id: 2, ...CALL });
    await personIsAsked(r);
    expect(server.calls).toBe(1);
    expect(r.h.trail().slice(2)).toEqual(['intent allow default_read_only echo', 'outcome failed echo']);
  });

  test('is seen by calls that wait while the client is introduced again', async () => {
    const server = new Changing();
    const { r } = await listed(server);
    const { initialize } = server;
    let introducing: Seen | undefined;
    server.starts = 2;
    server.initialize = (seen) => {
      introducing = seen;
    };
    r.send({ id: 1, method: 'x' });
    await r.bell.until(() => introducing !== undefined);
    r.send({ id: 2, ...CALL }, { id: 3, method: 'y' });
    await r.h.settle();
    initialize(introducing as unknown as Seen);
    const told = await byId(r, 4);
    expect(told.get(2)).toContain(AGAIN);
    expect([told.get(1), told.get(3)]).toEqual([undefined, undefined]);
    expect(server.calls).toBe(1);
    expect(r.upstream.peer.backlog()).toBe(0);
  });

  test('is seen by a call that waits for its credentials meanwhile', async () => {
    const server = new Changing();
    let waiting: (() => void) | undefined;
    let isHeld = false;
    const { r, server: http } = await stage.start(server.answer, {
      authority: {
        headers: () =>
          isHeld
            ? new Promise((resolve) => {
                waiting ??= () => resolve({});
              })
            : Promise.resolve({}),
        refused: () => Promise.resolve({ kind: 'retry' }),
      },
    });
    await introduce(r);
    r.send({ id: 'list', ...LIST });
    await r.receive();
    let late: Seen | undefined;
    server.refuse = (seen) => {
      late = seen;
    };
    server.starts = 2;
    r.send({ id: 1, method: 'x' });
    await r.bell.until(() => late !== undefined);
    isHeld = true;
    r.send({ id: 2, ...CALL });
    await r.h.settle();
    isHeld = false;
    server.refuse = (seen) => seen.response.writeHead(404).end();
    server.refuse(late as unknown as Seen);
    expect((await byId(r, 2)).get(1)).toBeUndefined();
    waiting?.();
    expect((await byId(r, 1)).get(2)).toContain(AGAIN);
    expect(http.of('tools/call')[0]?.headers['mcp-session-id']).toBe('s-1');
    expect(server.calls).toBe(0);
  });

  test('is seen though a list of the old server comes after it', async () => {
    const server = new Changing();
    const { r } = await listed(server);
    let old: Seen | undefined;
    server.list = (seen) => {
      old = seen;
    };
    r.send({ id: 'old', ...LIST });
    await r.bell.until(() => old !== undefined);
    server.starts = 2;
    r.send({ id: 1, method: 'x' });
    // Nobody is told of a new list who waits for one.
    expect([...(await byId(r, 1)).keys()]).toEqual([1]);
    result(old as unknown as Seen, { tools: [{ name: 'echo', annotations: { readOnlyHint: true } }] });
    expect((await byId(r, 1)).get('old')).toContain('it was restarted meanwhile; ask again');
    server.list = (seen) => result(seen, server.tools);
    r.send({ id: 2, ...CALL });
    await personIsAsked(r);
    expect(server.calls).toBe(1);
  });
});

test('a client that asks for the tools is not told besides that they changed, and gets the new ones', async () => {
  const server = new Changing();
  const { r } = await listed(server);
  server.starts = 2;
  r.send({ id: 'again', ...LIST });
  const [answer] = await r.receive();
  expect(answer).toMatchObject({ id: 'again', result: server.tools });
});

test('a client that never asked for tools is told nothing', async () => {
  const server = new Changing();
  const { r } = await stage.start(server.answer);
  await introduce(r);
  server.starts = 2;
  r.send({ id: 1, method: 'x' });
  expect([...(await byId(r, 1)).keys()]).toEqual([1]);
});

describe('an error that speaks of a session', () => {
  const refused = async (id: 'own' | 'none' | 'null'): Promise<{ calls: number; message: string | undefined }> => {
    let calls = 0;
    const server = new Changing();
    const { r } = await listed(server);
    server.refuse = (seen) => {
      calls++;
      const error = { code: -32000, message: 'Payment done, but the browser session was closed' };
      const ids = { own: { id: seen.json.id }, none: {}, null: { id: null } };
      json(seen, { ...ids[id], error }, {}, 400);
    };
    server.starts = 2;
    r.send({ id: 1, ...CALL });
    const told = await byId(r, id === 'own' ? 1 : 2);
    expect(r.h.trail().filter((one) => one.startsWith('intent'))).toHaveLength(2);
    return { calls, message: told.get(1) };
  };

  test('and names the call is its answer: it is made once', async () => {
    expect(await refused('own')).toEqual({ calls: 1, message: 'Payment done, but the browser session was closed' });
  });

  test.each(['none', 'null'] as const)(
    'and names nothing (%s) is a lost session: the call is made once',
    async (id) => {
      const { calls, message } = await refused(id);
      expect(calls).toBe(1);
      expect(message).toContain(AGAIN);
    },
  );
});

test('over HTTP+SSE the call that finds the server restarted is not made, the next is decided by the new tools', async () => {
  const server = new Changing();
  let stream: Seen | undefined;
  const { r } = await stage.start(
    (seen) => {
      if (seen.method === 'GET') {
        stream = seen;
        events(seen);
        seen.response.write('event: endpoint\ndata: /messages\n\n');
        return;
      }
      const { id, method } = seen.json;
      seen.response.writeHead(202).end();
      if (method === 'tools/call') server.calls++;
      const answers: Record<string, object> = { initialize: SERVER, 'tools/list': server.tools };
      if (id !== undefined) event(stream as Seen, { id, result: answers[method ?? ''] ?? { content: [] } });
    },
    { open: openLegacySse },
  );
  r.h.policy = policyOf('read-only');
  await introduce(r);
  r.send({ id: 'list', ...LIST });
  await r.receive();
  server.starts = 2;
  breakOff(stream as unknown as Seen);
  await r.bell.until(() => r.log.length === 1);
  r.send({ id: 1, ...CALL });
  const told = await byId(r, 2);
  expect([...told.keys()]).toEqual([CHANGED, 1]);
  expect(told.get(1)).toContain(AGAIN);
  r.send({ id: 2, ...CALL });
  await personIsAsked(r);
  expect(server.calls).toBe(0);
});
