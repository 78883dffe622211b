import { describe, expect, it } from 'vitest';
import { call, policyOf, rule, tool } from './harness.ts';
import {
  allow,
  argumentsOf,
  codes,
  DENY,
  HOST,
  json,
  listAll,
  SERVER,
  tenantHarness,
  type TenantHarness,
} from './tenant-harness.ts';

async function ready(options: Parameters<typeof tenantHarness>[0] = {}): Promise<TenantHarness> {
  const h = tenantHarness(options);
  await listAll(h, [tool('a'), tool('b')]);
  h.records.length = 0;
  return h;
}

describe('a call of a tenant’s connector', () => {
  it('leaves as the bytes that came in once the tenant let it through, and its answer once the tenant has seen it', async () => {
    const h = await ready();
    const line =
      '{"id":1,"params":{"_meta":{"x":1.0},"arguments":{"n":9007199254740993,"m":1e400,"z":-0},"name":"a"},"method":"tools/call","jsonrpc":"2.0"}';
    h.fromClient(line);
    expect(h.server.take()).toBe('');
    expect(h.session.openCalls).toBe(1);
    const asked = await h.pre(allow('c-1'));
    expect(asked.method).toBe('tools/call');
    expect(asked.params?.name).toBe('a');
    expect(argumentsOf(asked)).toBe('{"n":9007199254740993,"m":1e400,"z":-0}');
    expect(asked.params?.meta?.toString()).toBe('{"x":1.0}');
    expect(h.server.take()).toBe(`${line}\n`);

    const answer = '{"result":{"content":[],"big":12345678901234567890},"id":1,"jsonrpc":"2.0"}';
    h.fromServer(answer);
    expect(h.client.take()).toBe('');
    expect(h.session.openCalls).toBe(1);
    const seen = await h.post({ kind: 'deliver' });
    expect(seen.result?.toString()).toBe('{"content":[],"big":12345678901234567890}');
    expect(seen).toMatchObject({ correlation: 'c-1', error: undefined });
    expect(argumentsOf(seen.request)).toBe('{"n":9007199254740993,"m":1e400,"z":-0}');
    expect(h.client.take()).toBe(`${answer}\n`);
    expect(h.session.openCalls).toBe(0);
    expect(h.records).toMatchObject([
      {
        kind: 'intent',
        decision: {
          effect: 'allow',
          decidedBy: 'tenant',
          code: 'tenant_allow',
          reason: `${HOST} allows it. Here: The connector's default is allow.`,
        },
        tenant: { host: HOST, server: SERVER, correlation_id: 'c-1' },
      },
      { kind: 'outcome', outcome: 'ok' },
    ]);
    expect(h.records[0]).not.toHaveProperty('arguments_from');
    expect(h.records[1]).not.toHaveProperty('result_from');
    expect(h.gate.unmade).toEqual([]);
  });

  it('names the local rule that allows it too', async () => {
    const h = await ready({ policy: policyOf('deny', [rule('allow', 'a')]) });
    h.fromClient(call(1, 'a'));
    await h.pre(allow('c'));
    expect(h.records).toMatchObject([{ decision: { code: 'tenant_allow', ruleId: 'allow-a-*' } }]);
  });

  it('that is denied here is not asked about', async () => {
    const h = await ready({ policy: policyOf('allow', [rule('deny', 'b')]) });
    h.fromClient(call(1, 'b'));
    expect(h.gate.pres).toEqual([]);
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ error: { code: -32602, message: 'Unknown tool: b' } }]);
    expect(h.records[0]).not.toHaveProperty('tenant');
  });

  it.each(['tenant_deny', 'tenant_unavailable', 'tenant_unauthorized', 'tenant_invalid'] as const)(
    'that the tenant denies never leaves, and the tenant’s words stay here: %s',
    async (code) => {
      const h = await ready();
      h.fromClient(call(1, 'a'));
      await h.pre({ kind: 'deny', code, reason: 'sesame' });
      expect(h.server.take()).toBe('');
      const text = h.client.take();
      expect(text).not.toContain('sesame');
      expect(JSON.parse(text)).toMatchObject({
        id: 1,
        result: { isError: true, _meta: { 'com.runlayer/decision': { code } } },
      });
      expect(h.trail()).toEqual([`intent deny ${code} a`, 'outcome refused a']);
      expect(h.records[0]).toMatchObject({
        decision: { decidedBy: 'tenant', reason: 'sesame' },
        tenant: { host: HOST, server: SERVER },
      });
      expect(h.gate.unmade).toEqual([]);
      expect(h.session.openCalls).toBe(0);
    },
  );

  it('is refused when the gate throws, at once or later', async () => {
    const h = await ready();
    h.gate.throws = new Error('broken');
    h.fromClient(call(1, 'a'));
    await h.settle();
    h.gate.throws = undefined;
    h.fromClient(call(2, 'a'));
    h.gate.pres.shift()?.fail(new Error('broken'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual(['engine_error', 'engine_error']);
    expect(h.fatal).toEqual([]);
  });

  it('that no gate ever answers is refused in the end', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    h.now = 44_999;
    h.session.tick();
    await h.settle();
    expect(h.client.take()).toBe('');
    h.now = 45_000;
    h.session.tick();
    await h.settle();
    expect(codes(h)).toEqual(['engine_error']);
    await h.pre(allow('late'));
    expect(h.server.take()).toBe('');
    expect(h.gate.unmade).toMatchObject([{ correlation: 'late', type: 'cancelled' }]);
  });

  it('passes unseen by the tenant where managed settings say so, and the records say it', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    await h.pre({ kind: 'open', reason: 'The tenant is away.' });
    expect(h.server.messages()).toMatchObject([{ id: 1 }]);
    h.fromServer({ id: 1, result: { content: [] } });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { content: [] } }]);
    expect(h.gate.posts).toEqual([]);
    expect(h.trail()).toEqual(['intent allow tenant_outage_open a', 'outcome ok a']);
    expect(h.records[0]).toMatchObject({
      decision: { decidedBy: 'local', reason: expect.stringContaining('The tenant is away. Here:') },
    });
  });

  it('that a person is asked about here is asked about there first', async () => {
    const h = await ready({ policy: policyOf('ask') });
    h.fromClient(call(1, 'a'));
    expect(h.questions).toHaveLength(0);
    await h.pre({ kind: 'open', reason: 'The tenant is away.' });
    expect(h.questions).toHaveLength(1);
    h.questions[0]?.answer({ effect: 'allow', decidedBy: 'approval', code: 'approval_granted', reason: 'Yes.' });
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ id: 1 }]);
    expect(h.records).toMatchObject([{ decision: { code: 'approval_granted', reason: 'Yes. The tenant is away.' } }]);
  });

  it('is one of many that wait at once, each with its own verdict', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'), call('1', 'a'), call(3, 'b'));
    expect(h.session.openCalls).toBe(3);
    const [first, second, third] = h.gate.pres.splice(0);
    third?.answer(allow('c-3'));
    await h.settle();
    first?.answer(DENY);
    second?.answer(allow('c-2'));
    await h.settle();
    expect(h.server.messages().map(({ id }) => id)).toEqual([3, '1']);
    expect(h.client.messages().map(({ id }) => id)).toEqual([1]);
  });

  it('keeps its id in use while it waits, on either side of the server', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'), call(1, 'b'));
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -32600 } }]);
    await h.pre(allow('c'));
    h.fromServer({ id: 1, result: { content: [] } });
    h.fromClient(call(1, 'b'), { id: 1, method: 'ping' });
    expect(h.client.messages()).toMatchObject([{ error: { code: -32600 } }, { error: { code: -32600 } }]);
    h.fromServer({ id: 1, result: { content: [{ type: 'text', text: 'forged' }] } });
    expect(h.dropped).toContain('server: answer to a question that was not asked');
    await h.post({ kind: 'deliver' });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { content: [] } }]);
    h.fromClient({ id: 1, method: 'ping' });
    expect(h.server.messages()).toHaveLength(2);
  });

  it('is looked at by the policy of the moment when the tenant answers', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    h.policy = policyOf('allow', [rule('deny', 'a')]);
    await h.pre(allow('c'));
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual([-32602]);
    expect(h.gate.unmade).toMatchObject([
      { correlation: 'c', type: 'local_denial', message: expect.stringContaining('rule_deny') },
    ]);
    expect(h.records[0]).toMatchObject({ decision: { code: 'rule_deny' }, tenant: { correlation_id: 'c' } });
  });

  it('is decided on a list that was read again, if it changed while the tenant was asked', async () => {
    const h = await ready({ policy: policyOf('read-only') });
    h.fromClient(call(1, 'a'));
    h.fromServer({ method: 'notifications/tools/list_changed' });
    await h.pre(allow('c'));
    const [own] = h.server.messages();
    expect(own?.method).toBe('tools/list');
    h.fromServer({ id: own?.id, result: { tools: [tool('a', { annotations: { readOnlyHint: true } })] } });
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ id: 1 }]);
    expect(h.questions).toEqual([]);
  });

  it('does not leave when its intent cannot be written, and the tenant is told', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    h.journalFails = true;
    await h.pre(allow('c'));
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual(['audit_unavailable']);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c', type: 'audit_unavailable' }]);
    expect(h.session.openCalls).toBe(0);
  });

  it.each([
    ['a task, whose result the tenant would not see', { task: { ttl: 1 } }, {}, 'method_denied'],
    ['arguments that are no object', {}, [], 'engine_error'],
    ['arguments that are a text', {}, 'x', 'engine_error'],
  ])('is refused unasked: %s', async (_title, extra, args, code) => {
    const h = await ready();
    h.fromClient({ id: 1, method: 'tools/call', params: { name: 'a', arguments: args, ...extra } });
    await h.settle();
    expect(h.gate.pres).toEqual([]);
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual([code]);
  });

  it('without arguments is asked about with none', async () => {
    const h = await ready();
    h.fromClient(
      { id: 1, method: 'tools/call', params: { name: 'a' } },
      { id: 2, method: 'tools/call', params: { name: 'a', arguments: null } },
    );
    expect(h.gate.pres.map(({ question }) => argumentsOf(question))).toEqual(['{}', '{}']);
    await h.pre(allow('c'));
    await h.pre(allow('d'));
    expect(h.server.messages().map(({ params }) => params)).toEqual([{ name: 'a' }, { name: 'a', arguments: null }]);
  });

  it('has a name at the tenant, or is not made', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    await h.pre({ kind: 'allow', correlation: undefined });
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual(['tenant_invalid']);
  });

  it.each(['x'.repeat(257), 'a b', '\u{202e}', ''])(
    'is not recorded under a name that no record can hold: %j',
    async (name) => {
      const h = await ready();
      h.fromClient(call(1, 'a'));
      await h.pre(allow(name));
      expect(h.records).toMatchObject([{ tenant: { host: HOST, server: SERVER } }]);
      expect(JSON.stringify(h.records)).not.toContain('correlation_id');
    },
  );

  it('is not read on while much waits for the tenant', async () => {
    const h = await ready({ limits: { maxTenantBytes: 500 } });
    h.fromClient(call(1, 'a', { x: 'y'.repeat(300) }));
    expect(h.client.paused).toBe(false);
    h.fromClient(call(2, 'a', { x: 'y'.repeat(300) }));
    expect(h.client.paused).toBe(true);
    await h.pre(allow('c'));
    expect(h.client.paused).toBe(false);
    await h.pre(allow('d'));
    h.fromServer({ id: 1, result: { content: [{ type: 'text', text: 'y'.repeat(600) }] } });
    expect(h.server.paused).toBe(true);
    await h.post({ kind: 'deliver' });
    expect(h.server.paused).toBe(false);
  });
});

describe('what is no call', () => {
  it('is not asked about', async () => {
    const h = await ready();
    h.fromClient({ id: 1, method: 'resources/read', params: { uri: 'x' } }, { id: 2, method: 'prompts/list' });
    expect(h.server.messages()).toHaveLength(2);
    h.fromServer({ id: 1, result: { contents: [] } }, { id: 2, result: { prompts: [] } });
    expect(h.client.messages()).toHaveLength(2);
    expect(h.gate.pres).toEqual([]);
    expect(h.gate.posts).toEqual([]);
  });

  it.each(['tasks/result', 'tasks/get'])('and would bring the result of one is closed: %s', async (method) => {
    const h = await ready();
    h.fromClient({ id: 1, method, params: { taskId: 'x' } });
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31001 } }]);
    h.fromServer({ method: 'notifications/tasks/status', params: { result: 'sesame' } });
    expect(h.client.take()).toBe('');
  });
});

describe('an answer in the server’s place', () => {
  const MODERN = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };

  it('is delivered with the id of the client, and the server is not asked', async () => {
    const h = await ready();
    h.fromClient(
      '{"jsonrpc":"2.0","id":"\\u0061","method":"tools/call","params":{"name":"a","arguments":{"_runlayer_session_id":"s"}}}',
    );
    await h.pre(
      allow('c', {
        result: json('{"content":[{"type":"text","text":"\\u0041","n":9007199254740993}],"isError":true}'),
      }),
    );
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe(
      '{"jsonrpc":"2.0","id":"\\u0061","result":{"content":[{"type":"text","text":"\\u0041","n":9007199254740993}],"isError":true}}\n',
    );
    expect(h.records).toMatchObject([
      {
        kind: 'intent',
        decision: { effect: 'allow', decidedBy: 'tenant', code: 'tenant_answered' },
        tenant: { correlation_id: 'c' },
      },
      { kind: 'outcome', outcome: 'tool_error', result_from: 'tenant' },
    ]);
    expect(h.gate.posts).toEqual([]);
    expect(h.gate.unmade).toEqual([]);
    expect(h.session.openCalls).toBe(0);
  });

  it.each([
    ['{"content":[]}', '{"resultType":"complete","content":[]}'],
    ['{}', '{"resultType":"complete"}'],
    ['{"resultType":"complete","content":[]}', '{"resultType":"complete","content":[]}'],
  ])('is whole in the modern era: %s', async (given, result) => {
    const h = await ready();
    h.fromClient({ id: 1, method: 'tools/call', params: { name: 'a', _meta: MODERN } });
    await h.pre(allow('c', { result: json(given) }));
    expect(h.client.take()).toBe(`{"jsonrpc":"2.0","id":1,"result":${result}}\n`);
  });

  it.each([
    ['a list', '[]'],
    ['nothing', 'null'],
    ['a list of tools', '{"tools":[]}'],
    ['a list of tools in other words', '{"\\u0074ools":[]}'],
    ['a task', '{"task":{}}'],
    ['a question', '{"resultType":"input_required","inputRequests":{}}'],
    ['two results', '{"content":[],"content":[]}'],
    ['a deep one', `{"content":${'['.repeat(70)}${']'.repeat(70)}}`],
    ['a large one', `{"content":["${'x'.repeat(3000)}"]}`],
  ])('is refused if it is %s', async (_title, source) => {
    const h = await ready({ limits: { maxMessageBytes: 2000 } });
    h.fromClient(call(1, 'a'));
    await h.pre(allow('c', { result: json(source) }));
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual(['tenant_invalid']);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c', type: 'local_denial' }]);
  });

  it.each(['{}},"x":{', '{}}\n{"jsonrpc":"2.0","method":"evil"', '{} {}', '{},"x":{}'])(
    'that is not one value is refused: %j',
    async (source) => {
      const h = await ready();
      h.fromClient(call(1, 'a'));
      await h.pre(allow('c', { result: { value: {}, source: Buffer.from(source) } }));
      expect(codes(h)).toEqual(['tenant_invalid']);
    },
  );

  it('of a tool that is denied by now is not delivered', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    h.policy = policyOf('deny');
    await h.pre(allow('c', { result: json('{"content":[{"type":"text","text":"sesame"}]}') }));
    expect(h.client.take()).not.toContain('sesame');
    expect(h.gate.unmade).toHaveLength(1);
  });

  it('is not delivered when it cannot be recorded', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    h.journalFails = (record) => record.kind === 'intent';
    await h.pre(allow('c', { result: json('{"content":[{"type":"text","text":"sesame"}]}') }));
    const text = h.client.take();
    expect(text).not.toContain('sesame');
    expect(text).toContain('audit_unavailable');
    expect(h.records).toMatchObject([{ kind: 'outcome', outcome: 'refused', 'error.type': 'audit_unavailable' }]);
  });
});
