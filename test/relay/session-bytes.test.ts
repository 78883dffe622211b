import { describe, expect, it } from 'vitest';
import { harness, listTools, policyOf, tool } from './harness.ts';

/** Texts that a parse and a stringify would change. */
const PARAMS = [
  '{"x":12345678901234567890,"y":1.0,"z":-0,"w":1e400,"v":1E+2}',
  '{ "x" :\t[ 1 ,2 ] , "y":{ } }',
  '{"s":"\\ud800","t":"\\u00e9\\/","u":"é日\u{1f600}"}',
  '{"vendor/unknown":{"deep":[[[[1]]]]},"":null}',
  '{"x":"\u2028\u2029\u200b\ufeff"}',
];

describe('what no gate changes leaves as the bytes that came in', () => {
  it.each(PARAMS)('towards the server: %j', (params) => {
    const h = harness();
    const lines = [
      `{"jsonrpc":"2.0","id":1,"method":"initialize","params":${params}}\n`,
      `{"params":${params},"method":"vendor/thing","id":"\\u0061","jsonrpc":"2.0","extra":${params}}\r\n`,
      ` { "jsonrpc" : "2.0" , "method" : "notifications/vendor" , "params" : ${params} } \n`,
      `{"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"x://y","v":${params}}}\n`,
    ];
    h.session.fromClient(Buffer.from(lines.join('')));
    expect(h.server.take()).toBe(lines.join(''));
    expect(h.client.take()).toBe('');
  });

  it.each(PARAMS)('towards the client: %j', (params) => {
    const h = harness();
    h.fromClient({ id: 1, method: 'initialize' }, { id: 'a', method: 'vendor/thing' }, { id: 3, method: 'tools/list' });
    const lines = [
      `{"result":${params},"jsonrpc":"2.0","id":1}\n`,
      `{"jsonrpc":"2.0","id":"\\u0061","error":{"code":-1,"message":"x","data":${params}},"vendor":${params}}\r\n`,
      `  {"jsonrpc":"2.0","method":"notifications/vendor","params":${params}}\n`,
      `{"jsonrpc":"2.0","id":77,"method":"sampling/createMessage","params":${params}}\n`,
      `{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"a","v":${params}}],"nextCursor":"x"}}\n`,
    ];
    h.session.fromServer(Buffer.from(lines.join('')));
    expect(h.client.take()).toBe(lines.join(''));
  });

  it('calls and their results too, once they are allowed', () => {
    const h = harness();
    listTools(h, [tool('echo')]);
    for (const [index, params] of PARAMS.entries()) {
      const line = `{"jsonrpc":"2.0","id":${index},"params":{"name":"echo","arguments":${params}},"method":"tools/call"}\r\n`;
      h.session.fromClient(Buffer.from(line));
      expect(h.server.take()).toBe(line);
      const answer = `{"jsonrpc":"2.0","result":{"content":[],"structuredContent":${params}},"id":${index}}\n`;
      h.session.fromServer(Buffer.from(answer));
      expect(h.client.take()).toBe(answer);
    }
  });

  it('wherever the stream is cut', () => {
    const line = `{"jsonrpc":"2.0","id":1,"method":"é","params":${PARAMS[0]}}\n`;
    const bytes = Buffer.from(line);
    for (let cut = 1; cut < bytes.length; cut++) {
      const h = harness();
      h.session.fromClient(bytes.subarray(0, cut));
      expect(h.server.take()).toBe('');
      h.session.fromClient(bytes.subarray(cut));
      expect(h.server.take()).toBe(line);
    }
  });

  it('but for one leading byte order mark, blank lines and a missing last newline', () => {
    const h = harness();
    h.session.fromClient(
      Buffer.from('\ufeff\n\r\n \n{"jsonrpc":"2.0","id":1,"method":"x"}\n\n{"jsonrpc":"2.0","id":2,"method":"y"}'),
    );
    expect(h.server.take()).toBe('{"jsonrpc":"2.0","id":1,"method":"x"}\n');
    h.session.clientEnded();
    expect(h.server.take()).toBe('{"jsonrpc":"2.0","id":2,"method":"y"}\n');
    expect(h.server.ended).toBe(true);
    expect(h.client.take()).toBe('');

    const second = harness();
    second.session.fromClient(
      Buffer.from('\ufeff{"jsonrpc":"2.0","id":1,"method":"x"}\n\ufeff{"jsonrpc":"2.0","id":2,"method":"y"}\n'),
    );
    expect(second.server.take()).toBe('{"jsonrpc":"2.0","id":1,"method":"x"}\n');
    expect(second.client.messages()).toMatchObject([{ error: { code: -32700 } }]);
  });

  it('in one write for a run of lines', () => {
    const h = harness();
    h.session.fromClient(Buffer.from('{"jsonrpc":"2.0","method":"notifications/x"}\n'.repeat(50)));
    expect(h.server.writes).toBe(1);
    expect(h.server.bytes).toHaveLength(1);
  });

  it('and a line that was taken out leaves no trace in that write', () => {
    const h = harness();
    h.fromClient({ method: 'notifications/a' }, 'broken', { method: 'notifications/b' });
    expect(h.server.take()).toBe(
      '{"jsonrpc":"2.0","method":"notifications/a"}\n{"jsonrpc":"2.0","method":"notifications/b"}\n',
    );
  });
});

describe('ids', () => {
  it('may be the same in both directions at once', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'vendor/ask' });
    h.fromServer({ id: 1, method: 'sampling/createMessage', params: {} });
    expect(h.client.messages()).toMatchObject([{ id: 1, method: 'sampling/createMessage' }]);
    h.fromClient({ id: 1, result: { from: 'client' } });
    h.fromServer({ id: 1, result: { from: 'server' } });
    expect(h.server.messages()).toMatchObject([{ method: 'vendor/ask' }, { result: { from: 'client' } }]);
    expect(h.client.messages()).toMatchObject([{ result: { from: 'server' } }]);
    expect(h.dropped).toEqual([]);
  });

  it('answer once; late, forged and foreign ones are dropped and counted', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'x' });
    h.fromServer(
      { id: 1, result: { n: 1 } },
      { id: 1, result: { n: 2 } },
      { id: 2, result: {} },
      { id: '1', result: {} },
    );
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { n: 1 } }]);
    expect(h.dropped).toEqual(Array(3).fill('server: answer to a question that was not asked'));
    h.fromClient({ id: 9, result: {} });
    expect(h.server.messages()).toHaveLength(1);
    expect(h.dropped).toHaveLength(4);
  });

  it.each([
    ['a string is not a number', '"1"', '1', false],
    ['a number is not a string', '1', '"1"', false],
    ['an escape is the letter', '"é"', '"\\u00e9"', true],
    ['the letter is an escape', '"\\u00e9"', '"é"', true],
    ['a slash may be escaped', '"a/b"', '"a\\/b"', true],
    ['big numbers keep their digits', '9007199254740993', '9007199254740993', true],
    ['big numbers that round to the same differ', '9007199254740993', '9007199254740992', false],
    ['minus one is not one', '-1', '1', false],
    ['a thousand digits', '1'.repeat(1000), '1'.repeat(1000), true],
    ['a lone surrogate is not another', '"\\ud800"', '"\\ud801"', false],
    ['the empty string', '""', '""', true],
    ['no normalisation', '"é"', '"e\u0301"', false],
  ])('are compared by what they say: %s', (_title, asked, answered, same) => {
    const h = harness();
    h.fromClient(`{"jsonrpc":"2.0","id":${asked},"method":"x"}`);
    const answer = `{"jsonrpc":"2.0","id":${answered},"result":{}}`;
    h.fromServer(answer);
    expect(h.client.take()).toBe(same ? `${answer}\n` : '');
  });

  it('in use are refused for a second request, and free again after the answer', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'x' }, { id: 1, method: 'y' });
    expect(h.server.messages()).toMatchObject([{ method: 'x' }]);
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -32600 } }]);
    h.fromServer({ id: 1, result: {} });
    h.fromClient({ id: 1, method: 'z' });
    expect(h.server.messages()).toMatchObject([{ method: 'z' }]);
  });

  it('beyond 2^53 that a server would round to one number are not under way together', () => {
    const h = harness();
    const ask = (id: string): void => h.fromClient(`{"jsonrpc":"2.0","id":${id},"method":"x"}`);
    ask('9007199254740992');
    ask('9007199254740993');
    ask('9007199254740996');
    expect(h.server.lines()).toHaveLength(2);
    expect(h.client.take()).toMatch(/^\{"jsonrpc":"2\.0","id":9007199254740993,"error":\{"code":-32600/);
    h.fromServer('{"jsonrpc":"2.0","id":9007199254740992,"result":{}}');
    ask('9007199254740993');
    expect(h.server.lines()).toHaveLength(1);
  });

  it('that ended without an answer are taken until it came: it would answer the next', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'x' }, { method: 'notifications/cancelled', params: { requestId: 1 } });
    h.fromClient({ id: 1, method: 'y' });
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -32600 } }]);
    h.fromServer({ id: 1, result: { late: true } });
    expect(h.client.take()).toBe('');
    h.fromClient({ id: 1, method: 'y' });
    h.fromServer({ id: 1, result: { late: false } });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { late: false } }]);
    h.fromClient({ id: 2, method: 'ping' });
    h.now += 30_000;
    h.session.tick();
    h.client.take();
    h.fromClient({ id: 2, method: 'ping' });
    expect(h.client.messages()).toMatchObject([{ id: 2, error: { code: -32600 } }]);
  });

  it('that are taken in this way are let go of in the end', () => {
    const h = harness({ limits: { maxInFlight: 3 } });
    for (let id = 1; id <= 4; id++)
      h.fromClient({ id, method: 'x' }, { method: 'notifications/cancelled', params: { requestId: id } });
    h.server.take();
    for (let id = 1; id <= 4; id++) h.fromClient({ id, method: 'x' });
    expect(h.server.messages().map((message) => message.id)).toEqual([1]);
  });

  it('of the server in use are dropped', () => {
    const h = harness();
    h.fromServer({ id: 1, method: 'a' }, { id: 1, method: 'b' });
    expect(h.client.messages()).toMatchObject([{ method: 'a' }]);
    expect(h.dropped).toEqual(['server: an id that is in use']);
  });

  it('of our own space are refused to a client', () => {
    const h = harness();
    h.fromClient(
      { id: 'com.runlayer.companion:id-1', method: 'tools/list' },
      '{"jsonrpc":"2.0","id":"com\\u002erunlayer.companion:x","method":"tools/list"}',
    );
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ error: { code: -32600 } }, { error: { code: -32600 } }]);
  });

  it('are limited in number, each way', () => {
    const h = harness({ limits: { maxInFlight: 2 } });
    h.fromClient({ id: 1, method: 'x' }, { id: 2, method: 'x' }, { id: 3, method: 'x' });
    expect(h.server.messages()).toHaveLength(2);
    expect(h.client.messages()).toMatchObject([{ id: 3, error: { code: -32603 } }]);
    h.fromServer({ id: 'a', method: 'x' }, { id: 'b', method: 'x' }, { id: 'c', method: 'x' });
    expect(h.client.messages()).toHaveLength(2);
    expect(h.dropped).toEqual(['client: more requests than may be under way', 'server: too many questions at once']);
  });
});

describe('what cannot be parsed strictly is never forwarded', () => {
  it.each([
    '{"jsonrpc":"2.0","id":1,"method":"x"',
    '[{"jsonrpc":"2.0","id":1,"method":"x"}]',
    '{"jsonrpc":"2.0","id":1,"Method":"x","method":"y"}',
    '{"jsonrpc":"2.0","id":1,"method":"x","params":{"name":"a","Name":"b"}}',
    '{"jsonrpc":"2.0","id":1.5,"method":"x"}',
    '{"id":1,"method":"x"}',
    'hello',
  ])('%s', (line) => {
    const h = harness();
    h.fromClient(line);
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toHaveLength(1);
    h.fromServer(line);
    expect(h.client.take()).toBe('');
  });

  it('a broken answer of the client is dropped, not answered: its id is one of the server', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'x' });
    h.fromServer({ id: 1, method: 'roots/list' });
    h.client.take();
    h.fromClient('{"jsonrpc":"2.0","id":1,"result":{bad}}', `{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}`);
    expect(h.client.take()).toBe('');
    expect(h.dropped).toEqual(['client: the message is not valid JSON', 'client: a key occurs twice']);
    // The right answer still counts.
    h.server.take();
    h.fromClient({ id: 1, result: { roots: [] } });
    expect(h.server.messages()).toMatchObject([{ id: 1, result: { roots: [] } }]);
  });

  it('a broken notification is dropped, not answered', () => {
    const h = harness();
    h.fromClient('{"jsonrpc":"2.0","method":"notifications/x","params":{"a":1,"a":2}}', '{"method":"notifications/x"}');
    expect(h.client.take()).toBe('');
    expect(h.server.take()).toBe('');
    expect(h.dropped).toHaveLength(2);
  });
});

describe('under a default of deny', () => {
  const closed = harness({ policy: policyOf('deny') });
  it('only the conversation itself is open', () => {
    const open = ['initialize', 'ping', 'server/discover', 'subscriptions/listen', 'logging/setLevel', 'tools/list'];
    const shut = ['resources/list', 'resources/read', 'prompts/list', 'prompts/get', 'completion/complete', 'vendor/x'];
    for (const method of [...open, ...shut]) closed.fromClient({ id: method, method });
    closed.fromClient({ method: 'notifications/initialized' }, { method: 'vendor/do' });
    expect(closed.server.messages().map((message) => message.method)).toEqual([...open, 'notifications/initialized']);
    const answers = closed.client.messages();
    expect(answers.map((answer) => answer.id)).toEqual(shut);
    expect(new Set(answers.map((answer) => answer.error?.code))).toEqual(new Set([-31001]));
    expect(closed.trail()).toEqual(
      shut.flatMap((method) => [`intent deny method_denied ${method}`, `outcome refused ${method}`]),
    );
  });
});
