import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { Bell, event, events, json, result, serve, Stage, type RigOptions, type Seen } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

const SECRET = 'what-the-server-wrote';

/** What the client is told when the server answers a call of `x` like this. */
async function reasonFor(answer: (seen: Seen) => void, options: Partial<RigOptions> = {}): Promise<string> {
  const { r } = await stage.start((seen) => (seen.json.id === 'ok' ? result(seen) : answer(seen)), options);
  r.send({ id: 1, method: 'x' });
  const [answered] = await r.receive();
  const message = answered?.error?.message ?? '';
  expect(message).not.toContain(SECRET);
  // Whatever happened to one request, the next one is answered.
  r.send({ id: 'ok', method: 'x' });
  expect((await r.receive())[0]?.result).toEqual({});
  expect(r.h.fatal).toEqual([]);
  expect(r.upstream.peer.backlog()).toBe(0);
  return message.replace('The server of "files" failed: ', '');
}

const typed =
  (type: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  (seen: Seen) =>
    void seen.response.writeHead(200, { 'content-type': type, ...headers }).end(body);
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}';

describe('an answer that is none', () => {
  test.each<[string, (seen: Seen) => void, string]>([
    [
      'a web page',
      typed('text/html; charset=utf-8', SECRET),
      "it answered with text/html instead of MCP: check the connector's URL.",
    ],
    [
      'an odd type',
      typed('<script>', SECRET),
      "it answered with something else instead of MCP: check the connector's URL.",
    ],
    ['no type', (seen) => seen.response.writeHead(200).end(ANSWER), 'it answered with something else instead of MCP'],
    [
      'compressed',
      typed('application/json', gzipSync(ANSWER), { 'content-encoding': 'gzip' }),
      'it compressed its answer',
    ],
    [
      'nothing',
      (seen) => seen.response.writeHead(202).end(),
      'it took the request but gives no answer to it (HTTP 202).',
    ],
    [
      'no content',
      (seen) => seen.response.writeHead(204).end(),
      'it took the request but gives no answer to it (HTTP 204).',
    ],
    ['empty', typed('application/json', ''), 'what it answered is no answer to the request.'],
    ['no JSON', typed('application/json', SECRET), 'what it answered is no answer to the request.'],
    ['a batch', typed('application/json', `[${ANSWER}]`), 'what it answered is no answer to the request.'],
    [
      'a forged id',
      typed('application/json', ANSWER.replace('1', '2')),
      'what it answered is no answer to the request.',
    ],
    [
      'a raw newline inside of a string',
      typed('application/json', ANSWER.replace('{}', '"a\nb"')),
      'it sent an answer that is not valid',
    ],
    [
      'two results',
      typed('application/json', ANSWER.replace('{}', '{},"result":{}')),
      'it sent an answer that is not valid',
    ],
    [
      'garbage events',
      typed('text/event-stream', `data: ${SECRET}\n\nevent: x\ndata: ${ANSWER}\n\n: x\n\n`),
      'it broke off its answer.',
    ],
    ['an unfinished event', typed('text/event-stream', `data: ${ANSWER}\n`), 'it broke off its answer.'],
    [
      'half a body',
      (seen) => {
        seen.response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' });
        seen.response.write(ANSWER, () => seen.response.socket?.destroy());
      },
      'it broke off its answer.',
    ],
  ])('%s', async (_, answer, reason) => {
    expect(await reasonFor(answer)).toContain(reason);
  });
});

describe('a refusal', () => {
  test.each<[number, string]>([
    [301, "it redirects to another address (HTTP 301); enter the final address as the connector's URL."],
    [307, 'it redirects to another address (HTTP 307)'],
    [400, 'it did not accept the request (HTTP 400).'],
    [404, "there is no MCP server at this address (HTTP 404): check the connector's URL."],
    [405, 'this address takes no MCP messages (HTTP 405)'],
    [413, 'the message is too large for it (HTTP 413).'],
    [418, 'it did not accept the request (HTTP 418).'],
    [429, 'it gets too many requests (HTTP 429): call again later, in 9 seconds at the earliest.'],
    [500, 'it has an error of its own (HTTP 500).'],
    [503, 'it is not available at the moment (HTTP 503): call again later, in 9 seconds at the earliest.'],
    [599, 'it has an error of its own (HTTP 599).'],
  ])('with %i', async (status, reason) => {
    const refuse = (seen: Seen): void =>
      void seen.response.writeHead(status, { 'retry-after': '9', location: `/${SECRET}` }).end(SECRET);
    expect(await reasonFor(refuse)).toContain(reason);
  });

  test('with an endless body is not read to its end', async () => {
    const bell = new Bell();
    let gone = false;
    const refuse = (seen: Seen): void => {
      seen.response.writeHead(400, { 'content-type': 'application/json' });
      const more = (): void => {
        if (gone) return;
        seen.response.write(Buffer.alloc(64 * 1024, 'x'), more);
      };
      seen.response.on('close', () => {
        gone = true;
        bell.ring();
      });
      more();
    };
    expect(await reasonFor(refuse)).toContain('it did not accept the request');
    await bell.until(() => gone);
  });

  test('with a body that never ends is not waited for', async () => {
    const { r } = await stage.start((seen) => {
      seen.response.writeHead(400, { 'content-type': 'application/json' });
      seen.response.write('{');
    });
    r.send({ id: 1, method: 'tools/call', params: { name: 'x' } });
    await r.bell.until(() => r.timers.has(5000));
    r.timers.run(5000);
    await r.receive();
  });
});

test('a redirect takes no credential anywhere', async () => {
  const bell = new Bell();
  const other = await serve(bell, (seen) => result(seen));
  stage.add(() => other.close());
  const reason = await reasonFor((seen) => seen.response.writeHead(307, { location: other.url }).end(), {
    authority: {
      headers: () => Promise.resolve({ Authorization: 'Bearer t' }),
      refused: () => Promise.resolve({ kind: 'retry' }),
    },
  });
  expect(reason).toContain('it redirects');
  expect(other.seen).toEqual([]);
});

describe('too much', () => {
  const limits = { maxMessageBytes: 2000 };

  test('announced', async () => {
    const big = typed('application/json', `{"jsonrpc":"2.0","id":1,"result":"${'x'.repeat(3000)}"}`);
    expect(await reasonFor(big, { limits })).toBe('its answer is larger than 2000 bytes.');
  });

  test('announced and never sent', async () => {
    const announcing = (seen: Seen): void => {
      seen.response.writeHead(200, { 'content-type': 'application/json', 'content-length': '3000' }).flushHeaders();
    };
    expect(await reasonFor(announcing, { limits })).toBe('its answer is larger than 2000 bytes.');
  });

  test('not announced', async () => {
    const big = (seen: Seen): void => {
      seen.response.writeHead(200, { 'content-type': 'application/json' });
      for (let i = 0; i < 100; i++) seen.response.write(' '.repeat(100));
    };
    expect(await reasonFor(big, { limits })).toBe('its answer is larger than 2000 bytes.');
  });

  test('of headers', async () => {
    expect(await reasonFor((seen) => seen.response.writeHead(200, { 'x-big': 'x'.repeat(20_000) }).end(ANSWER))).toBe(
      'its answer has too large headers.',
    );
  });

  test('of headers without an end', async () => {
    const { r } = await stage.startRaw((socket) => {
      const more = (): void => {
        if (!socket.destroyed) socket.write(`x-${'y'.repeat(1000)}: 1\r\n`, more);
      };
      socket.write('HTTP/1.1 200 OK\r\n', more);
    });
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('its answer has too large headers');
  });
});

describe('bytes that are no HTTP', () => {
  test.each<[string, string, RegExp]>([
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', /does not speak HTTP/],
    [
      'two lengths',
      `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 40\r\n\r\n${ANSWER}`,
      /does not speak HTTP/,
    ],
    [
      'a length and chunks',
      `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      /does not speak HTTP/,
    ],
    [
      'another protocol on request',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      /the connection to .* failed/,
    ],
  ])('%s', async (_, text, reason) => {
    const { r } = await stage.startRaw((socket) => void socket.write(text));
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toMatch(reason);
  });

  test('none at all', async () => {
    const { r } = await stage.startRaw((socket) => void socket.end());
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('whether it carried the request out is not known');
  });
});

describe('a server that does not begin to answer', () => {
  test('to a notification is given up on after a minute', async () => {
    const { r, server } = await stage.start(() => {});
    r.send({ method: 'notifications/x' });
    await r.bell.until(() => server.seen.length === 1 && r.timers.has(60_000));
    r.timers.run(60_000);
    await r.bell.until(() => r.log.length === 1);
    expect(r.log[0]).toContain('it did not begin to answer in time');
    await r.bell.until(() => server.seen[0]?.gone === true);
  });

  test.each(['tasks/result', 'prompts/get', 'resources/read', 'vendor/compute'])(
    'may take as long as it likes over %s',
    async (method) => {
      const { r, server } = await stage.start(() => {});
      r.send({ id: 1, method, params: { name: 'x', uri: 'x:y', taskId: 't' } });
      await r.bell.until(() => server.seen.length === 1);
      expect(r.timers.pending).toEqual([]);
      result(server.seen[0] as Seen, { late: true });
      expect((await r.receive())[0]?.result).toEqual({ late: true });
    },
  );

  test('may take as long as it likes over a tool', async () => {
    const { r, server } = await stage.start((seen) => {
      if (seen.json.method === 'tools/list') result(seen, { tools: [{ name: 't', inputSchema: { type: 'object' } }] });
    });
    r.send({ id: 1, method: 'tools/call', params: { name: 't' } });
    await r.bell.until(() => server.of('tools/call').length === 1);
    expect(r.timers.pending).toEqual([]);
    result(server.of('tools/call')[0] as Seen);
    await r.receive();
  });

  test('to an inventory call is given up on when the relay has', async () => {
    const { r, server } = await stage.start((seen) => events(seen));
    r.send({ id: 1, method: 'ping' });
    await r.bell.until(() => server.seen.length === 1 && r.timers.has(30_000));
    r.timers.run(30_000);
    expect((await r.receive())[0]?.error?.message).toContain('it did not answer in time');
    await r.bell.until(() => server.seen[0]?.gone === true);
  });
});

describe('a server that is not there', () => {
  test('fails the request with what to do, and the next one finds it', async () => {
    const bell = new Bell();
    const first = await serve(bell, () => {});
    await first.close();
    const r = stage.rig({ url: first.url, bell });
    const { origin } = new URL(first.url);
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toBe(
      `The server of "files" failed: nothing answers at ${origin}: start the server, then call again.`,
    );
    r.send({ method: 'notifications/x' });
    await r.bell.until(() => r.log.length === 1);
    r.send({ id: 2, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('nothing answers');
  });

  test('and cannot be found is told apart', async () => {
    const r = stage.rig({ url: 'http://does-not-exist.invalid/mcp?key=secret', bell: new Bell() });
    r.send({ id: 1, method: 'x' });
    const message = (await r.receive())[0]?.error?.message;
    expect(message).toContain('the name does-not-exist.invalid was not found');
    expect(message).not.toContain('secret');
  });

  test('speaks no TLS', async () => {
    const { server } = await stage.start((seen) => result(seen));
    const r = stage.rig({ url: server.url.replace('http:', 'https:'), bell: new Bell() });
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('no secure connection');
  });
});

describe('a kept connection that is dead', () => {
  /** Answers the first request on a connection and hangs up at the second. */
  const hangingUp = async () => {
    const seen: string[] = [];
    const counts = new WeakMap<object, number>();
    const { r } = await stage.startRaw((socket, received) => {
      const requests = received.toString('latin1').split(/(?=POST )/);
      const last = requests.at(-1) ?? '';
      const body = last.slice(last.indexOf('\r\n\r\n') + 4);
      if (body.length < Number(/content-length: (\d+)/i.exec(last)?.[1])) return;
      const message = JSON.parse(body) as { id: number; method: string };
      seen.push(message.method);
      const count = (counts.get(socket) ?? 0) + 1;
      counts.set(socket, count);
      if (count === 2) {
        socket.destroy();
        return;
      }
      const tools = [{ name: 't', inputSchema: { type: 'object' } }];
      const text = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { tools } });
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
    });
    return { r, seen };
  };

  test('does not fail what may be asked twice', async () => {
    const { r, seen } = await hangingUp();
    r.send({ id: 1, method: 'tools/list' });
    await r.receive();
    r.send({ id: 2, method: 'tools/list' });
    expect((await r.receive())[0]?.result?.tools).toHaveLength(1);
    expect(seen).toEqual(['tools/list', 'tools/list', 'tools/list']);
  });

  test('fails a call that may have been carried out, it is not made twice', async () => {
    const { r, seen } = await hangingUp();
    r.send({ id: 1, method: 'tools/list' });
    await r.receive();
    r.send({ id: 2, method: 'tools/call', params: { name: 't' } });
    expect((await r.receive())[0]?.error?.message).toContain('whether it carried the request out is not known');
    expect(seen).toEqual(['tools/list', 'tools/call']);
  });
});

test('single bytes, CR only, a mark at the start and comments are an event stream like any other', async () => {
  const { r } = await stage.startRaw((socket, received) => {
    if (!received.includes('}}')) return;
    const text = '\ufeff: hello\rid: 1\rdata: {"jsonrpc":"2.0",\rdata: "id":1,"result":{"s":"é"}}\r\r';
    socket.setNoDelay(true);
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
    const bytes = Buffer.from(text);
    const next = (at: number): void => {
      if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
    };
    next(0);
  });
  r.send({ id: 1, method: 'x', params: {} });
  expect(await r.receiveLines()).toEqual(['{"jsonrpc":"2.0", "id":1,"result":{"s":"é"}}']);
});

test('forged answers on a stream reach nobody', async () => {
  const { r } = await stage.start((seen) => {
    events(seen);
    for (const id of [2, '1', 'com.runlayer.companion:id-1', 1]) event(seen, { id, result: { id } });
    event(seen, { id: 1, result: { id: 'again' } });
    seen.response.end();
  });
  r.send({ id: 1, method: 'x' });
  expect((await r.receive())[0]?.result).toEqual({ id: 1 });
  await r.bell.until(() => r.h.dropped.length === 4);
  expect(new Set(r.h.dropped)).toEqual(new Set(['server: answer to a question that was not asked']));
});

test('an error with a huge list of headers and a foreign id says only its status', async () => {
  expect(
    await reasonFor((seen) => json(seen, { id: 7, error: { code: 1, message: SECRET } }, { 'x-a': SECRET }, 422)),
  ).toBe('it did not accept the request (HTTP 422).');
});
