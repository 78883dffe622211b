import { describe, expect, it } from 'vitest';
import { call, harness, listTools, policyOf, rule, tool, type Harness } from './harness.ts';

const denySecret = policyOf('allow', [rule('deny', 'secret*')]);

function ownId(h: Harness): string {
  const [asked] = h.server.messages();
  if (asked?.method !== 'tools/list' || typeof asked.id !== 'string') throw new Error('the relay did not ask');
  expect(asked.id).toMatch(/^com\.runlayer\.companion:/);
  return asked.id;
}

describe('tools/list', () => {
  it('loses the hidden tools and nothing else', () => {
    const h = harness({ policy: denySecret });
    h.fromClient({ id: 1, method: 'tools/list' });
    const a = '{ "name":"a", "n": 1.0, "big":12345678901234567890, "s":"\\ud800]}," }';
    const b = '{"description":"[{\\"name\\":\\"secret_x\\"}]","name":"b"}';
    h.fromServer(
      `{"result": {"x" : -0,"tools" :[ {"name":"secret_1"} , ${a}\t,${b} ,{"name":"secret_2","x":{"y":[1,"]"]}}], "cacheScope" : "public" ,"ttlMs":1.0},"id":1 , "jsonrpc":"2.0"} `,
    );
    expect(h.client.take()).toBe(
      `{"result": {"x" : -0,"tools" :[${a},${b}], "cacheScope" : "private" ,"ttlMs":1.0},"id":1 , "jsonrpc":"2.0"} \n`,
    );
  });

  it.each([
    ['first', ['secret', 'a', 'b']],
    ['last', ['a', 'b', 'secret']],
    ['between', ['a', 'secret', 'b']],
    ['all', ['secret', 'secret2', 'secret3']],
    ['none', ['a', 'b']],
    ['an empty list', []],
  ])('keeps the order: %s', (_title, names) => {
    const h = harness({ policy: denySecret });
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: { tools: names.map((name) => tool(name)), cacheScope: 'public' } });
    const [answer] = h.client.messages();
    expect(answer?.result?.tools?.map(({ name }) => name)).toEqual(names.filter((name) => !name.startsWith('secret')));
    const hidden = names.some((name) => name.startsWith('secret'));
    expect(answer?.result?.['cacheScope']).toBe(hidden ? 'private' : 'public');
  });

  it('shows what asks, hides what denies', () => {
    const h = harness({ policy: policyOf('ask', [rule('deny', 'del*'), rule('allow', 'get')]) });
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: { tools: [tool('get'), tool('put'), tool('delete')] } });
    expect(h.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['get', 'put']);
  });

  it('is one whatever was asked: no other answer carries it past the filter', () => {
    const h = harness({ policy: denySecret });
    h.fromClient({ id: 1, method: 'vendor/x' });
    h.fromServer({ id: 1, result: { tools: [tool('a'), tool('secret')] } });
    expect(h.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['a']);
  });

  it.each<[string, string]>([
    ['no list', '{"tools":{}}'],
    ['nothing', '{}'],
    ['null', 'null'],
    ['an element that is no tool', '{"tools":[{"name":"a"},1]}'],
    ['a key twice', '{"tools":[{"name":"a","name":"b"}]}'],
    ['two lists', '{"tools":[],"tools":[{"name":"a"}]}'],
    ['a look-alike of its list', '{"tools":[],"Tools":[{"name":"a"}]}'],
  ])('is refused whole: %s', (_title, result) => {
    const h = harness();
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
  });

  it('is refused when it is too long or too large', () => {
    const limits = { maxTools: 3, maxToolListBytes: 2000 };
    for (const tools of [[1, 2, 3, 4].map((n) => tool(`t${n}`)), [tool('a', { description: 'x'.repeat(2000) })]]) {
      const h = harness({ limits });
      h.fromClient({ id: 1, method: 'tools/list' });
      h.fromServer({ id: 1, result: { tools } });
      expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    }
  });

  it.each([
    ['an empty name', ['ok', '']],
    ['a space', ['ok', 'a b']],
    ['another script', ['ok', 'rеad']],
    ['an invisible character', ['ok', 'a\u200b']],
    ['129 characters', ['ok', 'x'.repeat(129)]],
    ['a control character', ['ok', 'a\u001b[31m']],
    ['no name', ['ok', undefined]],
    ['a number', ['ok', 5]],
  ])('hides a tool whose name is not safe, and goes on: %s', (_title, names) => {
    const h = harness();
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: { tools: names.map((name) => ({ name })) } });
    expect(h.client.messages()[0]?.result?.tools).toEqual([{ name: 'ok' }]);
  });

  it.each([
    ['the same name twice', ['a', 'a']],
    ['names that differ in case', ['read_file', 'Read_File']],
    ['look-alike digits and letters', ['list_1', 'list_l']],
    ['an invalid look-alike', ['read', 'rеad']],
  ])('hides both of two that cannot be told apart: %s', async (_title, names) => {
    const h = harness();
    listTools(h, [tool('ok'), ...names.map((name) => tool(name))]);
    h.fromClient({ id: 2, method: 'tools/list' });
    h.fromServer({ id: 2, result: { tools: [tool('ok'), ...names.map((name) => tool(name))] } });
    expect(h.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['ok']);
    for (const [index, name] of names.entries()) h.fromClient(call(index, name));
    await h.settle();
    expect(h.server.messages().filter((message) => message.method === 'tools/call')).toEqual([]);
  });

  it('an oversized tool is hidden, and its calls are answered as if it never was', async () => {
    const h = harness({ limits: { maxToolBytes: 500 } });
    listTools(h, [tool('small'), tool('large', { description: 'x'.repeat(500) })]);
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: { tools: [tool('small'), tool('large', { description: 'x'.repeat(500) })] } });
    expect(h.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['small']);
    h.server.take();
    h.fromClient(call(1, 'large'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe('{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unknown tool: large"}}\n');
    expect(h.trail()).toEqual(['intent deny oversized_tool large', 'outcome refused large']);
  });

  it('a tool that was seen small and comes back oversized is closed', async () => {
    const h = harness({ limits: { maxToolBytes: 500 } });
    listTools(h, [tool('a')]);
    listTools(h, [tool('a', { description: 'x'.repeat(500) })]);
    h.fromClient(call(1, 'a'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ error: { code: -32602 } }]);
  });

  it('what a server makes up fills no memory, and what is not remembered is closed', async () => {
    const h = harness({ limits: { maxToolBytes: 500, maxTools: 2 } });
    const large = { description: 'x'.repeat(500) };
    listTools(h, [tool('a'), tool('b')]);
    listTools(h, [tool('c', large), tool('b', large)]);
    listTools(h, [tool('d', large), tool('a', large)]);
    listTools(h, [tool('e'), tool('E')]);
    h.fromClient(...['a', 'b', 'c', 'd', 'e', 'E'].map((name) => call(name, name)));
    h.fromServer({ id: ownId(h), result: { tools: [] } });
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(
      h.client
        .messages()
        .map((answer) => `${String(answer.id)} ${answer.error?.code}`)
        .toSorted(),
    ).toEqual(['E', 'a', 'b', 'c', 'd', 'e'].map((id) => `${id} -32602`));
  });

  it('names without end do not push out those that are known', () => {
    const h = harness({ limits: { maxTools: 10 } });
    listTools(
      h,
      Array.from({ length: 10 }, (_, n) => tool(`${n}${'x'.repeat(200)}`)),
    );
    for (let page = 0; page < 20; page++)
      listTools(
        h,
        Array.from({ length: 10 }, (_, n) => tool(`t${page}_${n}`)),
      );
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: { tools: [tool('t0_0'), tool('t19_9')] } });
    expect(h.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['t0_0']);
  });
});

describe('a definition never becomes milder', () => {
  const readOnly = { annotations: { readOnlyHint: true } };

  it.each([
    ['read-only stays not read-only', {}, readOnly, 'ask'],
    ['a flipped annotation counts', readOnly, {}, 'ask'],
    ['a new acting argument counts', readOnly, { ...readOnly, inputSchema: { properties: { command: {} } } }, 'ask'],
    [
      'an acting argument that went away still counts',
      { ...readOnly, inputSchema: { properties: { command: {} } } },
      readOnly,
      'ask',
    ],
    ['nothing changed', readOnly, readOnly, 'allow'],
  ])('%s', (_title, first, second, effect) => {
    const h = harness({ policy: policyOf('read-only') });
    listTools(h, [tool('get_it', first)]);
    listTools(h, [tool('get_it', second)]);
    h.fromClient(call(1, 'get_it'));
    expect(h.server.messages()).toHaveLength(effect === 'allow' ? 1 : 0);
    expect(h.questions).toHaveLength(effect === 'ask' ? 1 : 0);
  });

  it('until the server says that its list changed', () => {
    const h = harness({ policy: policyOf('read-only') });
    listTools(h, [tool('get_it')]);
    h.fromServer({ method: 'notifications/tools/list_changed' });
    expect(h.client.messages()).toHaveLength(1);
    listTools(h, [tool('get_it', readOnly)]);
    h.fromClient(call(1, 'get_it'));
    expect(h.server.messages()).toMatchObject([{ method: 'tools/call' }]);
  });
});

describe('a call of a tool that was not listed', () => {
  it('is decided on what the server says of it; nothing of that reaches the client', async () => {
    const h = harness({ policy: denySecret });
    const line = JSON.stringify({ jsonrpc: '2.0', ...call(1, 'echo') });
    h.fromClient(line);
    const first = ownId(h);
    h.fromServer({ id: first, result: { tools: [tool('a')], nextCursor: 'p2' } });
    await h.settle();
    const [second] = h.server.messages();
    expect(second).toMatchObject({ method: 'tools/list', params: { cursor: 'p2' } });
    expect(second?.id).not.toBe(first);
    h.fromServer({ id: second?.id, result: { tools: [tool('echo'), tool('secret')] } });
    await h.settle();
    expect(h.server.take()).toBe(`${line}\n`);
    expect(h.client.take()).toBe('');
    h.fromServer({ id: 1, result: { content: [] } });
    expect(h.client.messages()).toMatchObject([{ id: 1 }]);
    // What was learned holds: no second lookup.
    h.fromClient(call(2, 'a'));
    expect(h.server.messages()).toMatchObject([{ id: 2, method: 'tools/call' }]);
  });

  it('is answered in the same bytes whether it is hidden or never was', async () => {
    const answers: string[] = [];
    for (const [listed, policy] of [
      [true, denySecret],
      [true, policyOf('deny')],
      [false, policyOf('allow')],
    ] as const) {
      const h = harness({ policy });
      h.fromClient(call(7, 'secret_tool', { a: 1 }));
      h.fromServer({ id: ownId(h), result: { tools: listed ? [tool('secret_tool')] : [] } });
      await h.settle();
      expect(h.server.take()).toBe('');
      answers.push(h.client.take());
    }
    expect(new Set(answers)).toEqual(
      new Set(['{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"Unknown tool: secret_tool"}}\n']),
    );
  });

  it.each(['read file', 'rеad', '', 'x'.repeat(200), 'a\u202eb', '__proto__ '])(
    'with a name that no tool may have is refused without asking: %j',
    (name) => {
      const h = harness();
      h.fromClient(call(1, name));
      expect(h.server.take()).toBe('');
      expect(h.client.messages()).toEqual([
        { jsonrpc: '2.0', id: 1, error: { code: -32602, message: `Unknown tool: ${name}` } },
      ]);
    },
  );

  it.each([
    ['no name', {}],
    ['a number', { name: 5 }],
    ['null', { name: null }],
    ['a list', { name: ['a'] }],
  ])('needs a name: %s', (_title, params) => {
    const h = harness();
    h.fromClient({ id: 1, method: 'tools/call', params });
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -32602 } }]);
  });

  it('names that objects have are no tools', async () => {
    const h = harness();
    listTools(h, [tool('a')]);
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      h.fromClient(call(name, name));
      h.fromServer({ id: ownId(h), result: { tools: [tool('a')] } });
      await h.settle();
      expect(h.client.messages()).toMatchObject([{ id: name, error: { code: -32602 } }]);
    }
  });

  it('one listing serves all that wait', async () => {
    const h = harness();
    h.fromClient(call(1, 'a'), call(2, 'b'), call(3, 'nope'));
    h.fromServer({ id: ownId(h), result: { tools: [tool('a'), tool('b')] } });
    await h.settle();
    expect(h.server.messages().map((message) => message.id)).toEqual([1, 2]);
    expect(h.client.messages()).toMatchObject([{ id: 3, error: { code: -32602 } }]);
  });

  it('other messages go on meanwhile', () => {
    const h = harness();
    h.fromClient(call(1, 'a'), { id: 2, method: 'ping' });
    expect(h.server.messages().map((message) => message.method)).toEqual(['tools/list', 'ping']);
    h.fromServer({ id: 2, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 2 }]);
  });

  it('a modern call lends its protocol members to the question, and no more', () => {
    const h = harness();
    h.fromClient({
      id: 1,
      method: 'tools/call',
      params: {
        name: 'a',
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
          'io.modelcontextprotocol/logLevel': 'debug',
          progressToken: 5,
          'x/y': 1,
        },
      },
    });
    expect(h.server.messages()[0]?.params).toEqual({
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    });
  });

  it.each<[string, (h: Harness, id: string) => void]>([
    ['the server answers with an error', (h, id) => h.fromServer({ id, error: { code: -32601, message: 'no' } })],
    ['the list is not one', (h, id) => h.fromServer({ id, result: { tools: 1 } })],
    ['the answer is broken', (h, id) => h.fromServer(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{x}}`)],
    [
      'the answer is too large',
      (h, id) =>
        h.fromServer(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools":["${'x'.repeat(3000)}"]}}`),
    ],
    [
      'it does not answer in time',
      (h) => {
        h.now += 30_000;
        h.session.tick();
      },
    ],
  ])('is refused when %s', async (_title, answer) => {
    const h = harness({ limits: { maxMessageBytes: 2000 } });
    h.fromClient(call(1, 'a'));
    answer(h, ownId(h));
    await h.settle();
    expect(h.server.take()).toBe('');
    const answers = h.client.messages();
    expect(answers).toMatchObject([{ id: 1, result: { isError: true } }]);
    expect(answers[0]?.result?._meta?.['com.runlayer/decision'].code).toBe('engine_error');
    expect(h.session.openCalls).toBe(0);
  });

  it('a late answer to the relay’s own question is dropped', async () => {
    const h = harness();
    h.fromClient(call(1, 'a'));
    const id = ownId(h);
    h.now += 30_001;
    h.session.tick();
    await h.settle();
    h.client.take();
    h.fromServer({ id, result: { tools: [tool('a')] } });
    expect(h.client.take()).toBe('');
    expect(h.dropped).toEqual(['server: answer to a question that was not asked']);
  });

  it.each([
    ['the same cursor again', () => 'again', 2],
    ['cursors that go round', (page: number) => `c${page % 3}`, 4],
    ['cursors without end', (page: number) => `c${page}`, 50],
  ])('listing ends: %s', async (_title, cursor, pages) => {
    const h = harness();
    h.fromClient(call(1, 'nope'));
    let asked = 0;
    for (; asked < 60; asked++) {
      const [question] = h.server.messages();
      if (question === undefined) break;
      h.fromServer({ id: question.id, result: { tools: [], nextCursor: cursor(asked) } });
      await h.settle();
    }
    expect(asked).toBe(pages);
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -32602 } }]);
  });

  it('what was announced as changed while it was read is read once more', async () => {
    const h = harness();
    h.fromClient(call(1, 'a'));
    h.fromServer({ id: ownId(h), result: { tools: [tool('a')], nextCursor: 'p2' } });
    await h.settle();
    const [second] = h.server.messages();
    h.fromServer({ method: 'notifications/tools/list_changed' }, { id: second?.id, result: { tools: [] } });
    await h.settle();
    h.fromServer({ id: ownId(h), result: { tools: [tool('a')] } });
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ id: 1, method: 'tools/call' }]);
  });
});
