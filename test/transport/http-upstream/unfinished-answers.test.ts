/** Servers that begin a message and do not end it. */
import { afterEach, expect, test } from 'vitest';
import type { Answer } from '../../relay/harness.ts';
import { events, introduce, legacyAnswer, result, Stage, type Seen } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

const legacy = legacyAnswer('s-1');
const LOOK_MS = 15_000;
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}';

const begin = (type: string, text: string) => (seen: Seen) => {
  seen.response.writeHead(200, { 'content-type': type });
  seen.response.write(text);
};

test.each([
  ['application/json', '{"jsonrpc"'],
  ['text/event-stream', 'id: 1\ndata: {"jsonrpc"'],
])('an answer that does not end fails its request, and nothing else (%s)', async (type, text) => {
  const unfinished = begin(type, text);
  const { r, server } = await stage.start((seen) => (seen.json.id === 'ok' ? result(seen) : unfinished(seen)));
  r.send({ id: 1, method: 'vendor/x' });
  for (let look = 0; look < 3; look++) {
    await r.bell.until(() => r.timers.has(LOOK_MS));
    r.timers.run(LOOK_MS);
  }
  expect((await r.receive())[0]?.error?.message).toMatch(/its (answer|message) was not finished in time/);
  await r.bell.until(() => server.seen[0]?.gone === true);
  expect(r.timers.pending).toEqual([]);
  r.send({ id: 'ok', method: 'vendor/x' });
  expect((await r.receive())[0]?.result).toEqual({});
});

test('an answer that was announced and does not come fails its request', async () => {
  const { r } = await stage.start((seen) => {
    seen.response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' }).flushHeaders();
  });
  r.send({ id: 1, method: 'vendor/x' });
  for (let look = 0; look < 3; look++) {
    await r.bell.until(() => r.timers.has(LOOK_MS));
    r.timers.run(LOOK_MS);
  }
  expect((await r.receive())[0]?.error?.message).toContain('was not finished in time');
});

test('white space that keeps the connection of a long call alive is no answer that has begun', async () => {
  const { r, server } = await stage.start((seen) => {
    seen.response.writeHead(200, { 'content-type': 'application/json' });
    seen.response.write(' \r\n ');
  });
  r.send({ id: 1, method: 'vendor/x' });
  await r.bell.until(() => server.seen.length === 1);
  const { response } = server.seen[0] as Seen;
  await new Promise<void>((resolve) => {
    response.write('\n\n', () => resolve());
  });
  await r.h.settle();
  expect(r.timers.pending).toEqual([]);
  response.end(`  ${ANSWER}`);
  expect(await r.receiveLines()).toEqual([ANSWER]);
});

test('an event that does not end on the stream of nobody is left out, and the log says so', async () => {
  const { r } = await stage.start((seen) => {
    if (seen.method === 'GET') {
      events(seen);
      seen.response.write('data: {');
    } else legacy(seen);
  });
  await introduce(r);
  for (let look = 0; look < 3; look++) {
    await r.bell.until(() => r.timers.has(LOOK_MS));
    r.timers.run(LOOK_MS);
  }
  expect(r.log).toEqual(['[companion] left out what the server said unasked: its message was not finished in time']);
});

test('half an event at the end of a stream holds nothing', async () => {
  const { r } = await stage.start((seen) => {
    if (seen.method === 'GET') {
      events(seen);
      seen.response.end('id: 1\ndata: {');
    } else legacy(seen);
  });
  await introduce(r);
  await r.bell.until(() => r.timers.has(500));
  expect(r.timers.has(LOOK_MS)).toBe(false);
});

test('many large answers at once hold no more than may be held: the largest fail, a small one is answered', async () => {
  const size = 12 * 1024 * 1024;
  const chunk = Buffer.alloc(size, 'x');
  const { r, server } = await stage.start((seen) => {
    if (seen.json.method === 'small') {
      result(seen);
      return;
    }
    events(seen);
    seen.response.write('data: "');
    seen.response.write(chunk);
  });
  for (let id = 1; id <= 8; id++) r.send({ id, method: 'large' });
  const told: Answer[] = [];
  const until = async (isSo: () => boolean): Promise<void> =>
    r.bell.until(() => {
      told.push(...r.client.messages());
      return isSo();
    });
  await until(() => told.length > 0);
  r.send({ id: 'small', method: 'small' });
  await until(() => told.some(({ id }) => id === 'small'));
  for (const { id, error } of told)
    if (id !== 'small') expect(error?.message).toContain('it sends too many large messages at once');
  await until(() => server.of('large').filter(({ gone }) => gone).length === told.length - 1);
  expect(r.h.session.openCalls).toBe(8 - (told.length - 1));
});
