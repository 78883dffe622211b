import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { parseMessage, type Parsed, type Sender } from '../../main/relay/parse-message.ts';
import { call, harness, listTools, policyOf, tool, type Harness } from './harness.ts';

describe('back-pressure', () => {
  it('a slow server pauses the client until it drained, and nothing else', () => {
    const h = harness();
    h.server.ready = false;
    h.fromClient({ id: 1, method: 'x' });
    expect([h.client.paused, h.server.paused]).toEqual([true, false]);
    // What was on its way already is still taken.
    h.fromClient({ id: 2, method: 'x' });
    expect(h.server.messages()).toHaveLength(2);
    h.server.ready = true;
    h.session.serverDrained();
    h.session.serverDrained();
    expect(h.client.flow).toEqual(['pause', 'resume']);
    expect(h.server.flow).toEqual([]);
  });

  it('a slow client pauses the server', () => {
    const h = harness();
    h.client.ready = false;
    h.fromServer({ method: 'notifications/x' });
    expect([h.client.paused, h.server.paused]).toEqual([false, true]);
    h.session.clientDrained();
    expect(h.server.flow).toEqual(['pause', 'resume']);
  });

  it('a client that does not read its own refusals is not read either', () => {
    const h = harness();
    h.client.ready = false;
    h.fromClient('broken');
    expect(h.server.paused).toBe(true);
  });

  it('a client for whom much waits is not read itself until it took it: what it sends may be what we answer', () => {
    const h = harness({ limits: { maxBacklogBytes: 100 } });
    h.client.ready = false;
    h.client.waiting = 100;
    h.fromClient('broken');
    expect([h.client.paused, h.server.paused]).toEqual([false, true]);
    h.client.waiting = 101;
    h.fromClient('broken');
    expect([h.client.paused, h.server.paused]).toEqual([true, true]);
    h.session.clientDrained();
    expect([h.client.paused, h.server.paused]).toEqual([false, false]);
  });

  it('the relay’s own question counts too', () => {
    const h = harness();
    h.server.ready = false;
    h.fromClient(call(1, 'a'));
    expect(h.client.paused).toBe(true);
  });
});

/** Parses large messages when told to, in the order that the test chooses. */
function slowParser(): {
  readonly parse: (line: Buffer, sender: Sender) => Promise<Parsed>;
  readonly jobs: { finish(): void; fail(): void }[];
} {
  const jobs: { finish(): void; fail(): void }[] = [];
  return {
    jobs,
    parse: (line, sender) =>
      new Promise((resolve, reject) => {
        jobs.push({
          finish: () => resolve(parseMessage(line, sender, DEFAULT_LIMITS)),
          fail: () => reject(new Error('the parser ended')),
        });
      }),
  };
}

const LARGE = 'x'.repeat(300);

describe('large messages', () => {
  const large = (): { readonly h: Harness; readonly parser: ReturnType<typeof slowParser> } => {
    const parser = slowParser();
    return { parser, h: harness({ limits: { inlineParseBytes: 200 }, session: { parseLarge: parser.parse } }) };
  };

  it('keep their place; what follows waits, and the source is paused meanwhile', async () => {
    const { h, parser } = large();
    h.fromClient({ id: 1, method: 'a' }, { id: 2, method: 'b', params: { LARGE } }, { id: 3, method: 'c' });
    h.fromClient({ id: 4, method: 'd', params: { LARGE } }, { id: 5, method: 'e' });
    expect(h.server.messages().map((message) => message.id)).toEqual([1]);
    expect([h.client.paused, h.server.paused]).toEqual([true, false]);
    // The other direction goes on.
    h.fromServer({ id: 1, result: {} });
    expect(h.client.messages()).toHaveLength(1);
    expect(parser.jobs).toHaveLength(1);
    parser.jobs[0]?.finish();
    await h.settle();
    expect(h.server.messages().map((message) => message.id)).toEqual([2, 3]);
    expect(h.client.paused).toBe(true);
    parser.jobs[1]?.finish();
    await h.settle();
    expect(h.server.messages().map((message) => message.id)).toEqual([4, 5]);
    expect(h.client.flow).toEqual(['pause', 'resume']);
  });

  it('leave as the bytes that came in', async () => {
    const { h, parser } = large();
    const line = `{"jsonrpc":"2.0","id":1,"method":"x","params":{"n":1.0,"v":"${LARGE}"}}\r\n`;
    h.session.fromClient(Buffer.from(line));
    parser.jobs[0]?.finish();
    await h.settle();
    expect(h.server.take()).toBe(line);
  });

  it('stay paused while the other side is slow too', async () => {
    const { h, parser } = large();
    h.server.ready = false;
    h.fromClient({ id: 1, method: 'a' }, { id: 2, method: 'b', params: { LARGE } });
    parser.jobs[0]?.finish();
    await h.settle();
    expect(h.client.paused).toBe(true);
    h.session.serverDrained();
    expect(h.client.flow).toEqual(['pause', 'resume']);
  });

  it('a parser that fails ends the session, and nothing was forwarded', async () => {
    const { h, parser } = large();
    h.fromClient({ id: 1, method: 'a', params: { LARGE } });
    parser.jobs[0]?.fail();
    await h.settle();
    expect(h.fatal).toEqual(['the parser ended']);
    expect(h.server.take()).toBe('');
  });

  it('are finished before the end of the input counts', async () => {
    const { h, parser } = large();
    h.fromClient({ id: 1, method: 'a', params: { LARGE } }, { id: 2, method: 'b' });
    h.session.clientEnded();
    expect(h.server.ended).toBe(false);
    // Whoever ends the session when nothing is open must see that something is.
    expect(h.session.openCalls).toBe(1);
    parser.jobs[0]?.finish();
    await h.settle();
    expect(h.server.messages()).toHaveLength(2);
    expect(h.server.ended).toBe(true);
    expect(h.session.openCalls).toBe(2);
  });

  it('of the server are finished before its end counts', async () => {
    const { h, parser } = large();
    h.fromClient({ id: 1, method: 'a' }, { id: 2, method: 'b' });
    h.fromServer({ id: 1, result: { LARGE } });
    h.session.serverEnded();
    parser.jobs[0]?.finish();
    await h.settle();
    expect(h.client.messages()).toMatchObject([
      { id: 1, result: { LARGE } },
      { id: 2, error: { code: -31002 } },
    ]);
  });

  it('cannot be used to overtake a gate', async () => {
    const { h, parser } = large();
    h.policy = policyOf('deny');
    h.fromClient(call(1, 'a', { LARGE }), call(2, 'a'));
    parser.jobs[0]?.finish();
    await h.settle();
    const [question] = h.server.messages();
    h.fromServer({ id: question?.id, result: { tools: [tool('a')] } });
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toHaveLength(2);
  });
});

describe('a flood of notifications', () => {
  it('passes in bursts, is dropped and counted above, and comes back with time', () => {
    const h = harness({ limits: { notificationBurst: 10, notificationsPerSecond: 5 } });
    const many = Array.from({ length: 15 }, () => ({ method: 'notifications/x' }));
    h.fromServer(...many);
    expect(h.client.messages()).toHaveLength(10);
    expect(h.dropped).toEqual(Array(5).fill('server: too many notifications'));
    h.now += 1000;
    h.fromServer(...many);
    expect(h.client.messages()).toHaveLength(5);
    h.now += 3_600_000;
    h.fromServer(...many);
    expect(h.client.messages()).toHaveLength(10);
  });

  it('does not hold up answers', () => {
    const h = harness({ limits: { notificationBurst: 1, notificationsPerSecond: 0 } });
    h.fromClient({ id: 1, method: 'x' });
    h.fromServer({ method: 'n' }, { method: 'n' }, { id: 1, result: {} });
    expect(h.client.messages()).toHaveLength(2);
  });

  it('that was dropped changed nothing', () => {
    const h = harness({ limits: { notificationBurst: 1, notificationsPerSecond: 0 } });
    listTools(h, [tool('a')]);
    h.fromServer({ method: 'n' }, { method: 'notifications/tools/list_changed' });
    h.fromClient(call(1, 'a'));
    expect(h.server.messages()).toMatchObject([{ method: 'tools/call' }]);
  });
});

describe('a line over the cap', () => {
  const limits = { maxMessageBytes: 300 };
  const long = 'x'.repeat(400);

  it('from the client is refused by its id, and the session lives', () => {
    const h = harness({ limits });
    h.fromClient(
      { id: 'a', method: 'x', params: { long } },
      { method: 'x', params: { long }, id: 7 },
      { id: 2, method: 'ping' },
    );
    expect(h.client.messages()).toMatchObject([
      { id: 'a', error: { code: -32600 } },
      { id: 7, error: { code: -32600 } },
    ]);
    expect(h.server.messages()).toMatchObject([{ id: 2 }]);
    expect(h.fatal).toEqual([]);
  });

  it('from the client that is garbage is answered with null', () => {
    const h = harness({ limits });
    h.fromClient(long);
    expect(h.client.messages()).toMatchObject([{ id: null, error: { code: -32600 } }]);
  });

  it('from the client that is an answer or a notification is dropped: its id is one of the server', () => {
    const h = harness({ limits });
    h.fromClient({ id: 1, method: 'x' });
    h.fromServer({ id: 1, method: 'roots/list' });
    h.client.take();
    h.fromClient({ id: 1, result: { long } }, { method: 'notifications/x', params: { long } });
    expect(h.client.take()).toBe('');
    h.fromServer({ id: 1, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: {} }]);
  });

  it.each([
    ['its id at the start', (h: Harness) => h.fromServer({ id: 1, result: { long } })],
    ['its id at the end', (h: Harness) => h.fromServer(`{"result":{"long":"${long}"},"jsonrpc":"2.0","id":1}`)],
    ['an error', (h: Harness) => h.fromServer({ error: { code: 1, message: long }, id: 1 })],
  ])('from the server fails the call that waits for it: %s', (_title, send) => {
    const h = harness({ limits });
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'), call(2, 'a'));
    send(h);
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    h.fromServer({ id: 2, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 2, result: {} }]);
    expect(h.trail().slice(2)).toEqual(['outcome failed a', 'outcome ok a']);
    expect(h.fatal).toEqual([]);
  });

  it('from the server without a readable id fails the only one that waits, and no one of several', () => {
    const h = harness({ limits });
    h.fromClient({ id: 1, method: 'x' }, { id: 2, method: 'x' });
    h.fromServer(long);
    expect(h.client.take()).toBe('');
    h.fromServer({ id: 2, result: {} });
    h.client.take();
    h.fromServer(long);
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
  });

  it('from the server that is a question is refused to it, and fails no call of the same id', () => {
    const h = harness({ limits });
    h.fromClient({ id: 1, method: 'x' });
    h.server.take();
    h.fromServer(
      { id: 1, method: 'sampling/createMessage', params: { long } },
      { method: 'notifications/x', params: { long } },
    );
    expect(h.client.take()).toBe('');
    expect(h.server.messages()).toMatchObject([{ id: 1, error: { code: -32600 } }]);
    h.fromServer({ id: 1, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: {} }]);
  });
});

describe('an unfinished line', () => {
  it('dripping in is given up after 30 s of reading, answered at its newline, and the session lives', () => {
    const h = harness();
    const drip = Buffer.alloc(512, 'x');
    h.session.fromClient(Buffer.from('{"jsonrpc":"2.0","id":4,"method":"x","params":{"v":"'));
    for (let second = 0; second < 30; second++) {
      h.now += 1000;
      h.session.fromClient(drip);
      h.session.tick();
    }
    expect(h.dropped).toEqual([]);
    h.now += 1;
    h.session.tick();
    expect(h.dropped).toEqual(['client: a line that was not finished in time']);
    expect(h.client.take()).toBe('');
    h.session.fromClient(Buffer.from('"}}\n{"jsonrpc":"2.0","id":5,"method":"ping"}\n'));
    expect(h.client.messages()).toMatchObject([{ id: 4, error: { code: -32600 } }]);
    expect(h.server.messages()).toMatchObject([{ id: 5 }]);
    expect(h.fatal).toEqual([]);
  });

  it('that was given up and still does not end is the end', () => {
    const h = harness();
    h.session.fromServer(Buffer.from('{"jsonrpc":"2.0","id":1,'));
    h.now += 30_001;
    h.session.tick();
    h.now += 30_000;
    h.session.fromServer(Buffer.from('x'));
    h.session.tick();
    expect(h.fatal).toEqual([]);
    h.now += 1;
    h.session.tick();
    expect(h.fatal).toEqual(['the server sends a line without an end']);
  });

  it('that grows without end is the end at the next tick, and takes no memory', () => {
    const h = harness({ limits: { maxMessageBytes: 1000, maxDiscardBytes: 5000 } });
    for (let i = 0; i < 10; i++) h.session.fromServer(Buffer.alloc(1000, 'x'));
    h.session.tick();
    expect(h.fatal).toEqual(['the server sends a line without an end']);
  });

  it('does not age while its source is paused', () => {
    const h = harness();
    h.client.ready = false;
    h.fromServer({ method: 'n' });
    h.session.fromServer(Buffer.from('{"jsonrpc"'));
    expect(h.server.paused).toBe(true);
    h.now += 100_000;
    h.session.tick();
    h.client.ready = true;
    h.session.clientDrained();
    h.now += 30_000;
    h.session.tick();
    expect(h.dropped).toEqual([]);
    h.session.fromServer(Buffer.from(':"2.0","method":"m"}\n'));
    expect(h.client.messages()).toHaveLength(2);
  });

  it('begins when its first byte comes', () => {
    const h = harness();
    h.now = 100_000;
    h.fromClient({ method: 'notifications/x' });
    h.now = 200_000;
    h.session.fromClient(Buffer.from('{"jsonrpc":"2.0","method":"notifications/y"}\n{"json'));
    h.now = 230_000;
    h.session.tick();
    expect(h.dropped).toEqual([]);
    h.now = 230_001;
    h.session.tick();
    expect(h.dropped).toHaveLength(1);
  });
});

describe('what a server prints', () => {
  it('that is no message goes to the log of the connector, and the session goes on', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'x' });
    h.fromServer('Server listening on stdio', '[undefined] Starting…', '{"level":30,"id":1,"msg":"up"}', '');
    h.session.fromServer(Buffer.from([0xff, 0xfe, 0x0a]));
    expect(h.strays).toEqual([
      'Server listening on stdio',
      '[undefined] Starting…',
      '{"level":30,"id":1,"msg":"up"}',
      '\ufffd\ufffd',
    ]);
    expect(h.client.take()).toBe('');
    h.fromServer({ id: 1, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: {} }]);
  });

  it('is handed on whole: whoever keeps it redacts it before cutting it', () => {
    const h = harness();
    h.fromServer('x'.repeat(100_000));
    expect(h.strays).toEqual(['x'.repeat(100_000)]);
  });

  it.each([
    ['broken JSON', '{"jsonrpc":"2.0","id":1,"result":{bad}}'],
    ['cut off', '{"jsonrpc":"2.0","id":1,"resu'],
    [
      'not UTF-8',
      Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":1,"result":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ],
    ['nested too deeply', `{"jsonrpc":"2.0","id":1,"result":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['result and error', '{"jsonrpc":"2.0","id":1,"result":1,"error":{}}'],
    ['two results', '{"jsonrpc":"2.0","id":1,"result":1,"result":2}'],
  ])('an answer that cannot be read fails the call that waits for it: %s', (_title, line) => {
    const h = harness();
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'));
    h.session.fromServer(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    expect(h.trail()).toEqual(['intent allow default_allow a', 'outcome failed a']);
    h.fromServer({ id: 1, result: {} });
    expect(h.client.take()).toBe('');
  });

  it('a question that cannot be read is refused to it and fails no call', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'x' });
    h.server.take();
    h.fromServer('{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"a":1,"a":2}}');
    expect(h.server.messages()).toMatchObject([{ id: 1, error: { code: -32600 } }]);
    expect(h.client.take()).toBe('');
    h.fromServer({ id: 1, result: {} });
    expect(h.client.messages()).toHaveLength(1);
  });

  it('a question with the id of another that waits is not refused: that would answer the other', () => {
    const h = harness();
    h.fromServer({ id: 1, method: 'roots/list' }, '{"jsonrpc":"2.0","id":1,"method":5}');
    expect(h.server.take()).toBe('');
  });

  it('counts as alive with its first good answer', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'server/discover' }, { id: 2, method: 'initialize' }, { id: 3, method: 'ping' });
    h.fromServer({ method: 'notifications/message' }, { id: 1, error: { code: -32601, message: 'x' } });
    expect(h.alive).toBe(0);
    h.fromServer({ id: 2, result: {} }, { id: 3, result: {} });
    expect(h.alive).toBe(1);
  });
});

describe('deadlines', () => {
  it.each<[string, number]>([
    ['initialize', 60_000],
    ['tools/list', 30_000],
    ['server/discover', 30_000],
    ['ping', 30_000],
    ['prompts/list', 30_000],
  ])('%s is answered for a server that does not, after %i ms', (method, ms) => {
    const h = harness();
    h.fromClient({ id: 1, method });
    h.now = ms - 1;
    h.session.tick();
    expect(h.client.take()).toBe('');
    h.now = ms;
    h.session.tick();
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    h.fromServer({ id: 1, result: {} });
    expect(h.client.take()).toBe('');
  });

  it('a call and a vendor’s method have none unless set', () => {
    const h = harness();
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'), { id: 2, method: 'vendor/x' });
    h.now = 10_000_000;
    h.session.tick();
    expect(h.client.take()).toBe('');
    const set = harness({ limits: { callMs: 1000 } });
    listTools(set, [tool('a')]);
    set.fromClient(call(1, 'a'));
    set.now = 1000;
    set.session.tick();
    expect(set.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    expect(set.trail()).toEqual(['intent allow default_allow a', 'outcome failed a']);
  });
});

describe('the end', () => {
  it('of the server answers everybody who waits, and whoever asks later', () => {
    const h = harness();
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'), { id: 2, method: 'x' }, call(3, 'unlisted'));
    h.server.take();
    h.session.serverEnded();
    const answers = h.client.messages();
    expect(new Set(answers.map((answer) => answer.id))).toEqual(new Set([1, 2, 3]));
    expect(answers).toHaveLength(3);
    h.fromClient({ id: 4, method: 'x' }, call(5, 'a'), call(6, 'unlisted'));
    expect(h.client.messages().map((answer) => [answer.id, answer.error?.code])).toEqual([
      [4, -31002],
      [5, -31002],
      [6, -31002],
    ]);
    expect(h.server.take()).toBe('');
    expect(h.session.openCalls).toBe(0);
  });

  it('of the server’s output in the middle of an answer', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'x' });
    h.session.fromServer(Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}'));
    h.session.serverEnded();
    expect(h.client.messages()).toMatchObject([{ id: 1, result: {} }]);
  });

  it('of the client’s input ends the server’s, but not before a lookup under way was decided', async () => {
    const h = harness();
    h.fromClient(call(1, 'a'));
    const [question] = h.server.messages();
    h.session.clientEnded();
    expect(h.server.ended).toBe(false);
    h.fromServer({ id: question?.id, result: { tools: [tool('a')] } });
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ id: 1, method: 'tools/call' }]);
    expect(h.server.ended).toBe(true);
    h.fromServer({ id: 1, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: {} }]);
  });

  it('of the client’s input with a lookup that ends in a question asks nobody', async () => {
    const h = harness({ policy: policyOf('ask') });
    h.fromClient(call(1, 'a'));
    const [question] = h.server.messages();
    h.session.clientEnded();
    h.fromServer({ id: question?.id, result: { tools: [tool('a')] } });
    await h.settle();
    expect(h.questions).toEqual([]);
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { isError: true } }]);
    expect(h.server.ended).toBe(true);
  });

  it('of the client’s input twice ends the server’s once', () => {
    const h = harness();
    h.session.clientEnded();
    h.session.clientEnded();
    expect(h.server.ended).toBe(true);
  });

  it('of the session records every open call, sends nothing, and what comes later goes nowhere', async () => {
    const h = harness();
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'), call(2, 'unlisted'));
    h.server.take();
    h.session.close('client_gone');
    await h.settle();
    expect(h.client.take()).toBe('');
    expect(h.trail()).toEqual([
      'intent allow default_allow a',
      'intent deny approval_cancelled unlisted',
      'outcome cancelled unlisted',
      'outcome cancelled a',
    ]);
    h.fromClient(call(3, 'a'), { id: 4, method: 'x' });
    h.fromServer({ id: 1, result: {} });
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe('');
    expect(h.session.openCalls).toBe(0);
    h.session.close('client_gone');
    expect(h.records).toHaveLength(4);
  });

  it.each([
    ['server_gone', 'failed'],
    ['client_gone', 'cancelled'],
    ['stopped', 'cancelled'],
  ] as const)('of the session by %s: the outcome is %s', (reason, outcome) => {
    const h = harness();
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'));
    h.session.close(reason);
    expect(h.records.at(-1)).toMatchObject({ kind: 'outcome', outcome, 'error.type': reason });
  });
});
