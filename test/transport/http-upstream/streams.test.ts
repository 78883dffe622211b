import { afterEach, describe, expect, test } from 'vitest';
import { breakOff, event, events, introduce, legacyAnswer, Stage, type Seen } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

const posts = legacyAnswer('s-1');
const NOTE = { method: 'notifications/message', params: { level: 'info', data: 'x' } };

/** A legacy server whose streams a test scripts: `get` answers each GET, `call` each other request. */
function server(get: (seen: Seen, count: number) => void, call: (seen: Seen) => void = () => {}) {
  let gets = 0;
  return (seen: Seen): void => {
    if (seen.method === 'GET') get(seen, ++gets);
    else if (!posts(seen)) call(seen);
  };
}

describe('the stream for what the server says unasked', () => {
  test('is opened once introduced, and carries messages of nobody', async () => {
    const { r, server: http } = await stage.start(
      server((seen) => {
        events(seen);
        event(seen, NOTE);
        event(seen, { id: 'q', method: 'roots/list' });
      }),
    );
    await introduce(r);
    expect((await r.receive(2)).map(({ method }) => method)).toEqual(['notifications/message', 'roots/list']);
    expect(r.related.slice(1)).toEqual([undefined, undefined]);
    expect(http.of('GET')[0]?.headers).toMatchObject({ accept: 'text/event-stream', 'mcp-session-id': 's-1' });
    r.send({ id: 'q', result: { roots: [] } });
    await r.bell.until(() => http.of('answer').length === 1);
    expect(http.of('answer')[0]?.text).toBe('{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}');
  });

  test.each([405, 404, 400, 204, 302])('that the server does not have (%i) is not asked for again', async (status) => {
    const { r, server: http } = await stage.start(server((seen) => seen.response.writeHead(status).end()));
    await introduce(r);
    await r.bell.until(() => http.of('GET')[0]?.response.writableFinished === true);
    r.send({ id: 1, method: 'x' });
    await r.bell.until(() => http.of('x').length === 1);
    expect(http.of('GET')).toHaveLength(1);
    expect(r.timers.has(500)).toBe(false);
  });

  test('is taken up again where it broke off, after the pause that the server wants', async () => {
    const { r, server: http } = await stage.start(
      server((seen, count) => {
        events(seen);
        if (count === 1) {
          seen.response.write('retry: 1234\n');
          event(seen, NOTE, 'e-1');
          breakOff(seen, 'id: e-2\ndata: never finished');
        } else event(seen, NOTE, 'e-3');
      }),
    );
    await introduce(r);
    await r.receive();
    await r.bell.until(() => r.timers.has(1234));
    r.timers.run(1234);
    await r.receive();
    expect(http.of('GET').map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'e-1']);
  });

  test('is asked for less and less often while the server cannot be had', async () => {
    const { r, server: http } = await stage.start(
      server((seen, count) => {
        if (count === 9) events(seen);
        else if (count % 2 === 0) seen.response.writeHead(503).end();
        else seen.response.socket?.destroy();
      }),
    );
    await introduce(r);
    const pauses = [500, 500, 1000, 2000, 4000, 8000, 15_000, 15_000];
    for (const [index, ms] of pauses.entries()) {
      await r.bell.until(() => http.of('GET').length === index + 1 && r.timers.has(ms));
      r.timers.run(ms);
    }
    await r.bell.until(() => http.of('GET').length === 9);
  });

  test('waits as long as a busy server asks', async () => {
    const { r } = await stage.start(server((seen) => seen.response.writeHead(429, { 'retry-after': '7' }).end()));
    await introduce(r);
    await r.bell.until(() => r.timers.has(7000));
  });

  test('with a message that is too large goes on behind it', async () => {
    const { r } = await stage.start(
      server((seen) => {
        events(seen);
        event(seen, { ...NOTE, params: { data: 'x'.repeat(3000) } });
        event(seen, { ...NOTE, params: { data: 'small' } });
      }),
      { limits: { maxMessageBytes: 2000 } },
    );
    await introduce(r);
    expect((await r.receive())[0]?.params).toEqual({ data: 'small' });
    expect(r.log).toEqual(['[companion] left out what the server said unasked: its message is larger than 2000 bytes']);
  });

  test('with a message without an end is given up', async () => {
    const { r, server: http } = await stage.start(
      server((seen) => {
        events(seen);
        seen.response.write(`data: ${'x'.repeat(9000)}`);
      }),
      { limits: { maxMessageBytes: 2000, maxDiscardBytes: 4000 } },
    );
    await introduce(r);
    await r.bell.until(() => http.of('GET')[0]?.gone === true);
    expect(r.timers.pending).toEqual([]);
  });
});

describe('the stream of a request', () => {
  const started = async (get: (seen: Seen, count: number) => void, call: (seen: Seen) => void) => {
    const made = await stage.start(
      server((seen, count) => (count === 1 ? seen.response.writeHead(405).end() : get(seen, count - 1)), call),
    );
    await introduce(made.r);
    await made.r.bell.until(() => made.server.of('GET').length === 1);
    return { ...made, gets: () => made.server.of('GET').slice(1) };
  };

  test('that the server closed to be polled is taken up again', async () => {
    const { r, gets } = await started(
      (seen) => {
        events(seen);
        event(seen, { id: 1, result: { late: true } }, 'b');
        seen.response.end();
      },
      (seen) => {
        events(seen);
        seen.response.end('id: a\nretry: 600\ndata: \n\n');
      },
    );
    r.related.length = 0;
    r.send({ id: 1, method: 'x' });
    await r.bell.until(() => r.timers.has(600));
    r.timers.run(600);
    expect((await r.receive())[0]?.result).toEqual({ late: true });
    expect(r.related).toEqual(['n1']);
    expect(gets()[0]?.headers).toMatchObject({
      'last-event-id': 'a',
      'mcp-session-id': 's-1',
      'mcp-protocol-version': '2025-11-25',
    });
  });

  test('is taken up again as often as it takes', async () => {
    const { r, gets } = await started(
      (seen, count) => {
        if (count === 1) {
          seen.response.socket?.destroy();
          return;
        }
        if (count === 2) {
          seen.response.writeHead(502).end();
          return;
        }
        events(seen);
        if (count === 3) {
          event(seen, NOTE, 'b');
          breakOff(seen);
        } else {
          event(seen, { id: 1, result: {} });
          seen.response.end();
        }
      },
      (seen) => {
        events(seen);
        event(seen, NOTE, 'a');
        breakOff(seen);
      },
    );
    r.send({ id: 1, method: 'x' });
    for (const ms of [500, 500, 1000, 500]) {
      await r.bell.until(() => r.timers.has(ms));
      r.timers.run(ms);
    }
    expect((await r.receive(3)).map(({ id, method }) => id ?? method)).toEqual([NOTE.method, NOTE.method, 1]);
    expect(gets().map(({ headers }) => headers['last-event-id'])).toEqual(['a', 'a', 'a', 'b']);
  });

  test('that the server does not know any more fails the request', async () => {
    const { r } = await started(
      (seen) => seen.response.writeHead(404).end(),
      (seen) => {
        events(seen);
        event(seen, NOTE, 'a');
        seen.response.end();
      },
    );
    r.send({ id: 1, method: 'x' });
    await r.receive();
    await r.bell.until(() => r.timers.has(500));
    r.timers.run(500);
    expect((await r.receive())[0]?.error?.message).toContain('(HTTP 404)');
  });

  test('without ids cannot be taken up again', async () => {
    const { r, gets } = await started(
      () => {},
      (seen) => {
        events(seen);
        event(seen, NOTE);
        breakOff(seen);
      },
    );
    r.send({ id: 1, method: 'x' });
    expect((await r.receive(2))[1]?.error?.message).toBe('The server of "files" failed: it broke off its answer.');
    expect(gets()).toEqual([]);
  });

  test('of a cancelled request is not taken up again', async () => {
    const {
      r,
      server: http,
      gets,
    } = await started(
      () => {},
      (seen) => {
        events(seen);
        event(seen, NOTE, 'a');
        seen.response.end();
      },
    );
    r.send({ id: 1, method: 'x' });
    await r.receive();
    await r.bell.until(() => r.timers.has(500));
    r.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await r.bell.until(() => !r.timers.has(500));
    expect(http.of('notifications/cancelled')).toHaveLength(1);
    expect(gets()).toEqual([]);
  });

  test('whose server stays away fails the request with what became of the server', async () => {
    const { r, server: http } = await started(
      () => {},
      (seen) => {
        events(seen);
        event(seen, NOTE, 'a');
      },
    );
    r.send({ id: 1, method: 'x' });
    await r.receive();
    await http.close();
    const pauses = [500, 500, 1000, 2000, 4000, 8000, 15_000, 15_000];
    for (const ms of pauses) {
      await r.bell.until(() => r.timers.has(ms));
      r.timers.run(ms);
    }
    expect((await r.receive())[0]?.error?.message).toContain('nothing answers at http://127.0.0.1');
    expect(r.h.session.openCalls).toBe(0);
    expect(r.timers.pending).toEqual([]);
  });

  test('whose server only says that it is not available fails the request as well', async () => {
    const { r, gets } = await started(
      (seen) => seen.response.writeHead(503).end(),
      (seen) => {
        events(seen);
        event(seen, NOTE, 'a');
        breakOff(seen);
      },
    );
    r.send({ id: 1, method: 'x' });
    await r.receive();
    for (const ms of [500, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
      await r.bell.until(() => r.timers.has(ms));
      r.timers.run(ms);
    }
    expect((await r.receive())[0]?.error?.message).toContain('(HTTP 503)');
    expect(gets()).toHaveLength(8);
  });

  test('whose server is away for a minute is given up after fewer attempts', async () => {
    let now = 0;
    const { r, server: http } = await stage.start(
      server(
        (seen) => seen.response.writeHead(405).end(),
        (seen) => {
          events(seen);
          event(seen, NOTE, 'a');
        },
      ),
      { now: () => now },
    );
    await introduce(r);
    r.send({ id: 1, method: 'x' });
    await r.receive();
    await http.close();
    await r.bell.until(() => r.timers.has(500));
    r.timers.run(500);
    await r.bell.until(() => r.timers.has(500));
    now = 60_000;
    r.timers.run(500);
    expect((await r.receive())[0]?.error?.message).toContain('nothing answers at');
  });

  test('with a message that is too large fails the request', async () => {
    const { r, server: http } = await stage.start(
      server(
        (seen) => seen.response.writeHead(405).end(),
        (seen) => {
          events(seen);
          seen.response.write(`data: ${'x'.repeat(3000)}`);
        },
      ),
      { limits: { maxMessageBytes: 2000 } },
    );
    await introduce(r);
    r.send({ id: 1, method: 'x' });
    expect((await r.receive())[0]?.error?.message).toContain('its message is larger than 2000 bytes');
    await r.bell.until(() => http.of('x')[0]?.gone === true);
  });
});
