import { afterEach, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import { parseMessage, type Parsed } from '../../../main/relay/parse-message.ts';
import { event, events, INITIALIZED, introduce, legacyAnswer, result, Stage, type Seen } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

const legacy = legacyAnswer('s-1');
const note = (n: number): object => ({ method: 'notifications/message', params: { n } });

test('a slow client pauses everything that is read, and what is opened meanwhile', async () => {
  const { r, server } = await stage.start((seen) => {
    if (seen.json.id === undefined || !legacy(seen)) events(seen);
  });
  r.send({ id: 'a', method: 'x' });
  await r.bell.until(() => server.of('x').length === 1);
  r.client.ready = false;
  event(server.of('x')[0] as Seen, note(1));
  await r.receive();
  // The relay paused it: the client is slow.
  event(server.of('x')[0] as Seen, note(2));
  r.send({ id: 'b', method: 'y' });
  await r.bell.until(() => server.of('y').length === 1);
  event(server.of('y')[0] as Seen, note(3));
  // An answer on a connection of its own was read by now, if anything was.
  await new Promise<void>((resolve) => {
    server.of('y')[0]?.response.write(':\n', () => resolve());
  });
  expect(r.client.take()).toBe('');
  r.client.ready = true;
  r.h.session.clientDrained();
  const messages = await r.receive(2);
  expect(new Set(messages.map(({ params }) => params?.['n']))).toEqual(new Set([2, 3]));
});

test('a server that does not read makes the client wait', async () => {
  const { r } = await stage.startRaw((socket, received) => {
    if (received.length < 2000) socket.pause();
  });
  const text = 'x'.repeat(512 * 1024);
  const send = (id: number): void => r.send({ id, method: 'x', params: { text } });
  for (let id = 0; id < 40; id++) send(id);
  expect(r.upstream.peer.backlog()).toBeGreaterThan(1024 * 1024);
  expect(r.client.flow).toEqual(['pause']);
  expect(r.client.paused).toBe(true);
});

test('the client is read again once the server took what waited', async () => {
  const { r } = await stage.start((seen) => result(seen));
  const text = 'x'.repeat(600 * 1024);
  r.send({ id: 1, method: 'x', params: { text } }, { id: 2, method: 'x', params: { text } });
  expect(r.client.flow).toEqual(['pause']);
  await r.receive(2);
  await r.bell.until(() => r.client.flow.length === 2);
  expect(r.client.flow).toEqual(['pause', 'resume']);
  expect(r.upstream.peer.backlog()).toBe(0);
});

test('large messages are parsed elsewhere and keep their order in their stream', async () => {
  const parsing: (() => void)[] = [];
  const { r } = await stage.start(
    (seen) => {
      events(seen);
      event(seen, { ...note(1), params: { n: 1, text: 'x'.repeat(2000) } });
      event(seen, note(2));
      event(seen, { id: seen.json.id, result: {} });
    },
    {
      limits: { inlineParseBytes: 1000 },
      parseLarge: (line, sender) =>
        new Promise<Parsed>((resolve) => {
          parsing.push(() => resolve(parseMessage(line, sender, DEFAULT_LIMITS)));
        }),
    },
  );
  r.send({ id: 1, method: 'x' });
  while (parsing.length === 0)
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  expect(r.client.take()).toBe('');
  parsing[0]?.();
  expect((await r.receive(3)).map(({ id, params }) => id ?? params?.['n'])).toEqual([1, 2, 1]);
});

test.each(['application/json', 'text/event-stream'])(
  'a message that cannot be checked fails its request (%s)',
  async (type) => {
    const { r } = await stage.start(
      (seen) => {
        const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result: 'x'.repeat(2000) });
        seen.response.writeHead(200, { 'content-type': type });
        seen.response.end(type === 'application/json' ? text : `data: ${text}\n\n`);
      },
      { limits: { inlineParseBytes: 1000 }, parseLarge: () => Promise.reject(new Error('the parser ended')) },
    );
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('could not be checked');
  },
);

test('not more exchanges are open than may be, and the others follow', async () => {
  const { r, server } = await stage.start(() => {}, { limits: { maxInFlight: 3 } });
  r.send(
    { id: 1, method: 'x' },
    { method: 'notifications/a' },
    { method: 'notifications/b' },
    { method: 'notifications/c' },
  );
  await r.bell.until(() => server.seen.length === 3);
  server.of('notifications/a')[0]?.response.writeHead(202).end();
  await r.bell.until(() => server.seen.length === 4);
  expect(server.seen.map(({ json }) => json.method)).toContain('notifications/c');
});

test('many requests at once each get their own answer, in whatever order', async () => {
  const held: Seen[] = [];
  const { r } = await stage.start((seen) => {
    if (legacy(seen)) return;
    held.push(seen);
    if (held.length === 100) for (const one of held.toReversed()) result(one, { of: one.json.id });
  });
  await introduce(r);
  for (let id = 1; id <= 100; id++) r.send({ id, method: 'x' });
  for (const answer of await r.receive(100)) expect(answer.result).toEqual({ of: answer.id });
});

test('a message begins only after the one before it has begun', async () => {
  let open = 0;
  const together: number[] = [];
  const { r, server } = await stage.start((seen) => result(seen), {
    authority: {
      headers: async () => {
        together.push(++open);
        await r.h.settle();
        open--;
        return {};
      },
      refused: () => Promise.resolve({ kind: 'retry' }),
    },
  });
  for (let id = 1; id <= 10; id++) r.send({ id, method: 'x' });
  await r.receive(10);
  expect(together).toEqual(Array(10).fill(1));
  expect(server.seen).toHaveLength(10);
});

test('stopping gives up everything at once and says goodbye only as long as it may', async () => {
  const { r, server } = await stage.start((seen) => {
    if (seen.method === 'DELETE') return;
    if (seen.method === 'GET') events(seen);
    else if (!legacy(seen)) events(seen);
  });
  await introduce(r);
  r.send({ id: 1, method: 'x' });
  await r.bell.until(() => server.of('x').length === 1 && server.of('GET').length === 1);
  const stopped = r.upstream.stop(1500);
  expect(r.upstream.stop(9)).toBe(stopped);
  await r.bell.until(() => server.of('x')[0]?.gone === true && server.of('GET')[0]?.gone === true);
  await r.bell.until(() => server.of('DELETE').length === 1);
  r.timers.run(1500);
  await stopped;
  await r.bell.until(() => server.of('DELETE')[0]?.gone === true);
  expect(r.client.take()).toBe('');
  expect(await r.upstream.ended).toEqual({ byItself: false, code: null, signal: null });
  expect(r.timers.pending).toEqual([]);
  expect(r.h.session.openCalls).toBe(1);
});

test('what the client said last reaches the server before the goodbye', async () => {
  const { r, server } = await stage.start((seen) => {
    if (!legacy(seen)) result(seen);
  });
  await introduce(r);
  r.send({ method: 'notifications/a' }, { method: 'notifications/b' });
  await r.upstream.stop(2000);
  const said = server.seen.map(({ json, method }) => json.method ?? method).filter((one) => one !== 'GET');
  expect(said.slice(2)).toEqual(['notifications/a', 'notifications/b', 'DELETE']);
  await r.bell.until(() => r.timers.pending.length === 0);
});

test('a call that waited is not made after the end, whatever is said behind it', async () => {
  let release = (): void => {};
  let isHeld = false;
  const { r, server } = await stage.start(
    (seen) => {
      if (!legacy(seen)) result(seen);
    },
    {
      authority: {
        headers: () =>
          isHeld
            ? new Promise((resolve) => {
                release = () => resolve({});
              })
            : Promise.resolve({}),
        refused: () => Promise.resolve({ kind: 'retry' }),
      },
    },
  );
  await introduce(r);
  r.send({ id: 'in', method: 'ping' });
  await r.receive();
  isHeld = true;
  r.send({ method: 'notifications/a' }, { id: 1, method: 'x' }, { method: 'notifications/b' });
  const stopped = r.upstream.stop(2000);
  isHeld = false;
  release();
  await stopped;
  expect(server.of('x')).toEqual([]);
  expect(server.of('notifications/a').length + server.of('notifications/b').length).toBe(2);
});

test('a server that takes no notification is waited for half of the grace, then told goodbye', async () => {
  const { r, server } = await stage.start((seen) => {
    if (seen.json.method !== 'notifications/a') legacy(seen);
  });
  await introduce(r);
  r.send({ method: 'notifications/a' });
  await r.bell.until(() => server.of('notifications/a').length === 1);
  const stopped = r.upstream.stop(2000);
  await r.bell.until(() => r.timers.has(1000));
  r.timers.run(1000);
  await stopped;
  expect(server.of('DELETE')).toHaveLength(1);
  await r.bell.until(() => r.timers.pending.length === 0);
});

test('a server that never says that it took notifications/initialized is waited for a little while', async () => {
  const { r, server } = await stage.start((seen) => {
    if (seen.json.method !== INITIALIZED.method && !legacy(seen)) result(seen);
  });
  await introduce(r);
  r.send({ id: 5, method: 'x' });
  await r.bell.until(() => server.of(INITIALIZED.method).length === 1 && r.timers.has(3000));
  expect(server.of('x')).toEqual([]);
  r.timers.run(3000);
  expect((await r.receive())[0]?.id).toBe(5);
});

test('after its end nothing is sent and nothing is told', async () => {
  const { r, server } = await stage.start((seen) => result(seen));
  await r.upstream.stop(0);
  r.send({ id: 1, method: 'x' });
  await r.h.settle();
  expect(server.seen).toEqual([]);
  expect(r.client.take()).toBe('');
});

test('an input that ended lets open calls be answered', async () => {
  const { r, server } = await stage.start(() => {});
  r.send({ id: 1, method: 'x' });
  r.h.session.clientEnded();
  await r.bell.until(() => server.seen.length === 1);
  result(server.seen[0] as Seen);
  await r.receive();
});
