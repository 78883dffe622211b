import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../main/policy/decide.ts';
import { call, decision, policyOf, rule, tool } from './harness.ts';
import { allow, argumentsOf, codes, DENY, json, listAll, tenantHarness, type TenantHarness } from './tenant-harness.ts';

async function ready(options: Parameters<typeof tenantHarness>[0] = {}, tools = [tool('a')]): Promise<TenantHarness> {
  const h = tenantHarness(options);
  await listAll(h, tools);
  h.records.length = 0;
  return h;
}

const KNOWS_SESSION = tool('a', { inputSchema: { type: 'object', properties: { _runlayer_session_id: {} } } });
const GRANTED = decision('allow', 'approval_granted');

describe('arguments that the tenant rewrites', () => {
  it('take the place of the client’s; everything else keeps its bytes', async () => {
    const h = await ready();
    h.fromClient(
      '{ "jsonrpc":"2.0","id":7 ,"method":"tools/call","params":{"x":1.0,"\\u0061rguments" : {"old":1} , "name":"a","y":[-0]} }',
    );
    await h.pre(allow('c', { arguments: json('{"n":9007199254740993,"k\\u0065y":1e400, "z":-0}') }));
    expect(h.server.take()).toBe(
      '{ "jsonrpc":"2.0","id":7 ,"method":"tools/call","params":{"x":1.0,"\\u0061rguments" : {"n":9007199254740993,"k\\u0065y":1e400, "z":-0} , "name":"a","y":[-0]} }\n',
    );
    expect(h.records).toMatchObject([{ kind: 'intent', arguments_from: 'tenant', decision: { code: 'tenant_allow' } }]);
    h.fromServer({ id: 7, result: { content: [] } });
    const seen = await h.post({ kind: 'deliver' });
    expect(argumentsOf(seen.request)).toBe('{"n":9007199254740993,"k\\u0065y":1e400, "z":-0}');
  });

  it('are added where the client sent none', async () => {
    const h = await ready();
    h.fromClient('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{ "name":"a"}}');
    await h.pre(allow('c', { arguments: json('{"x":1}') }));
    expect(h.server.take()).toBe(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"x":1}, "name":"a"}}\n',
    );
  });

  it.each([
    ['no object', json('[]')],
    ['null', json('null')],
    ['too deep', json(`{"x":${'['.repeat(70)}${']'.repeat(70)}}`)],
    ['too large', json(`{"x":"${'y'.repeat(3000)}"}`)],
    ['a key twice', json('{"x":1,"x":2}')],
    ['a key twice, below', json('{"x":{"y":1,"\\u0079":2}}')],
    ['more than one value', { value: {}, source: Buffer.from('{},"name":"b"') }],
    ['more than one value, new to the message', { value: {}, source: Buffer.from('{},"task":{"ttl":1}') }],
    [
      'the end of the message',
      {
        value: {},
        source: Buffer.from('{}}}\n{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"b","arguments":{}'),
      },
    ],
    ['no JSON', { value: {}, source: Buffer.from('{x}') }],
    ['no UTF-8', { value: {}, source: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) }],
  ])('are refused if they are %s', async (_title, given) => {
    const h = await ready({ limits: { maxMessageBytes: 2000 } });
    h.fromClient(call(1, 'a'));
    await h.pre(allow('c', { arguments: given }));
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual(['tenant_invalid']);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c', type: 'local_denial' }]);
    expect(h.fatal).toEqual([]);
  });

  it('leave as one line, whatever white space they hold', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    await h.pre(allow('c', { arguments: { value: { x: 1 }, source: Buffer.from(' {\n"x":\r1}\n') } }));
    expect(h.server.lines()).toEqual([
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{ "x": 1}}}',
    ]);
  });

  it('pass the policy again, and a refusal is told to the tenant', async () => {
    const protectedPaths = {
      roots: ['/home/me/.runlayer'],
      homes: ['/home/me'],
      separator: '/' as const,
      foldsCase: false,
      resolve: (text: string) => [text],
    };
    const h = await ready({
      policy: compilePolicy({ connector: 'files', default: 'allow', rules: [], protectedPaths }),
    });
    h.fromClient(call(1, 'a', { path: '/tmp/x' }));
    await h.pre(allow('c', { arguments: json('{"path":"/home/me/.runlayer/settings.json"}') }));
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual(['protected_path']);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c', type: 'local_denial' }]);
    expect(JSON.stringify(h.gate.unmade)).not.toContain('/home/me"');
    expect(h.records[0]).toMatchObject({ arguments_from: 'tenant', decision: { code: 'protected_path' } });
  });

  it('are what a person is shown, and what leaves', async () => {
    const h = await ready({ policy: policyOf('ask') });
    h.fromClient(call(1, 'a', { to: 'me' }));
    await h.pre(allow('c', { arguments: json('{"to":"you"}') }));
    expect(h.questions[0]?.request.argumentsText()).toBe('{"to":"you"}');
    expect(h.server.take()).toBe('');
    h.questions[0]?.answer(GRANTED);
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ params: { arguments: { to: 'you' } } }]);
    expect(h.records).toMatchObject([
      { decision: { code: 'approval_granted' }, tenant: { correlation_id: 'c' }, arguments_from: 'tenant' },
    ]);
  });

  it('do not keep a retry from being known: the client repeats its own', async () => {
    const h = await ready();
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    const params = { name: 'a', arguments: { x: 1 }, _meta };
    h.fromClient({ id: 1, method: 'tools/call', params });
    await h.pre(allow('c', { arguments: json('{"x":2}') }));
    h.fromServer({ id: 1, result: { resultType: 'input_required', requestState: 's' } });
    await h.post({ kind: 'deliver' });
    expect(h.session.awaitsInput).toBe(true);
    h.fromClient({ id: 2, method: 'tools/call', params: { ...params, requestState: 's', inputResponses: {} } });
    await h.pre(allow('d', { arguments: json('{"x":2}') }));
    h.fromServer({ id: 2, result: { resultType: 'complete', content: [] } });
    await h.post({ kind: 'deliver' });
    expect(h.trail()).toEqual(['intent allow tenant_allow a', 'intent allow tenant_allow a', 'outcome ok a']);
    expect(new Set(h.records.map((record) => (record.kind === 'event' ? '' : record.call))).size).toBe(1);
    expect(h.records).toMatchObject([
      { tenant: { correlation_id: 'c' } },
      { attempt: 2, tenant: { correlation_id: 'd' } },
      {},
    ]);
  });
});

describe('the session id that a hook adds', () => {
  it.each([
    ['{"_runlayer_session_id":"s"}', '{}'],
    ['{"_runlayer_session_id":"s","x":1.0}', '{"x":1.0}'],
    ['{ "x":1.0 , "_runlayer_session_id":{"y":[1]} }', '{ "x":1.0 }'],
    ['{"x":1.0,"\\u005frunlayer_session_id":"s","y":2}', '{"x":1.0,"y":2}'],
    ['{"x":{"_runlayer_session_id":"s"}}', '{"x":{"_runlayer_session_id":"s"}}'],
  ])('is what the tenant sees and not what leaves: %s', async (given, left) => {
    const h = await ready({ policy: policyOf('ask') });
    h.fromClient(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":${given}}}`);
    expect(argumentsOf(await h.pre(allow('c')))).toBe(given);
    expect(h.questions[0]?.request.argumentsText()).toBe(left);
    h.questions[0]?.answer(GRANTED);
    await h.settle();
    expect(h.server.take()).toBe(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":${left}}}\n`,
    );
    expect(h.records[0]).not.toHaveProperty('arguments_from');
  });

  it('is taken out again where the tenant brings it back', async () => {
    const h = await ready();
    h.fromClient(call(1, 'a'));
    await h.pre(allow('c', { arguments: json('{"x":1,"_runlayer_session_id":"s"}') }));
    expect(h.server.messages().map(({ params }) => params?.['arguments'])).toEqual([{ x: 1 }]);
    expect(JSON.stringify(h.records)).not.toContain('session_id"');
  });

  it('stays where the tool declares it itself', async () => {
    const h = await ready({}, [KNOWS_SESSION]);
    h.fromClient(call(1, 'a', { _runlayer_session_id: 's' }));
    await h.pre(allow('c'));
    expect(h.server.messages()).toMatchObject([{ params: { arguments: { _runlayer_session_id: 's' } } }]);
  });

  it.each([
    ['later', [tool('a')], [KNOWS_SESSION]],
    ['earlier', [KNOWS_SESSION], [tool('a')]],
  ])('does not stay where only the %s of two definitions declares it', async (_which, before, after) => {
    const h = await ready({}, before);
    await listAll(h, after);
    h.fromClient(call(1, 'a', { _runlayer_session_id: 's' }));
    await h.pre(allow('c'));
    expect(h.server.messages().map(({ params }) => params?.['arguments'])).toEqual([{}]);
  });
});

describe('an approval after the tenant let the call through', () => {
  async function asked(): Promise<TenantHarness> {
    const h = await ready({ policy: policyOf('ask') });
    h.fromClient(call(1, 'a', { x: 1 }));
    await h.pre(allow('c-1', { arguments: json('{"x":2}') }));
    return h;
  }
  const approve = async (h: TenantHarness, at: number): Promise<void> => {
    h.now = at;
    h.questions.shift()?.answer(GRANTED);
    await h.settle();
  };

  it('is enough for a minute', async () => {
    const h = await asked();
    h.wall = 60_000;
    await approve(h, 60_000);
    expect(h.gate.pres).toEqual([]);
    expect(h.server.messages()).toHaveLength(1);
  });

  it.each([
    ['the machine slept meanwhile, and the monotonic clock with it', 60_001],
    ['the clock of the wall was set back, so that nobody knows', -1],
  ])('is not enough where %s', async (_title, wall) => {
    const h = await asked();
    h.wall = wall;
    await approve(h, 1000);
    expect(h.server.take()).toBe('');
    await h.pre(allow('c-2', { arguments: json('{"x":2}') }));
    expect(h.server.messages()).toHaveLength(1);
  });

  it('is not enough later: the tenant is asked again, as at first, and the same bytes leave', async () => {
    const h = await asked();
    await approve(h, 60_001);
    expect(h.server.take()).toBe('');
    expect(argumentsOf(await h.pre(allow('c-2', { arguments: json('{"x":2}') })))).toBe('{"x":1}');
    expect(h.server.messages()).toMatchObject([{ id: 1, params: { arguments: { x: 2 } } }]);
    expect(h.records).toMatchObject([{ decision: { code: 'approval_granted' }, tenant: { correlation_id: 'c-2' } }]);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c-1', type: 'cancelled' }]);
  });

  it('counts for nothing when the tenant denies by then', async () => {
    const h = await asked();
    await approve(h, 60_001);
    await h.pre(DENY);
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual(['tenant_deny']);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c-1' }]);
  });

  it('is asked for once more when other bytes would leave, and then they are the ones', async () => {
    const h = await asked();
    await approve(h, 60_001);
    await h.pre(allow('c-2', { arguments: json('{"x":3}') }));
    expect(h.server.take()).toBe('');
    expect(h.questions[0]?.request.argumentsText()).toBe('{"x":3}');
    expect(h.questions[0]?.request.decision).toMatchObject({
      effect: 'ask',
      reason: expect.stringContaining('changed'),
    });
    await approve(h, 60_002);
    expect(h.server.messages()).toMatchObject([{ params: { arguments: { x: 3 } } }]);
    expect(h.gate.unmade.map(({ correlation }) => correlation)).toEqual(['c-1']);
  });

  it('is asked for again even if the rules ask no more', async () => {
    const h = await asked();
    await approve(h, 60_001);
    h.policy = policyOf('allow');
    await h.pre(allow('c-2', { arguments: json('{"x":3}') }));
    expect(h.server.take()).toBe('');
    expect(h.questions).toHaveLength(1);
  });

  it('is not asked for a third time', async () => {
    const h = await asked();
    await approve(h, 60_001);
    await h.pre(allow('c-2', { arguments: json('{"x":3}') }));
    await approve(h, 130_000);
    await h.pre(allow('c-3', { arguments: json('{"x":4}') }));
    expect(h.server.take()).toBe('');
    expect(h.questions).toEqual([]);
    expect(codes(h)).toEqual(['approval_cancelled']);
    expect(h.gate.unmade.map(({ correlation }) => correlation)).toEqual(['c-1', 'c-2', 'c-3']);
  });

  it('satisfies ask, never a rule that denies by then', async () => {
    const h = await asked();
    await approve(h, 60_001);
    h.policy = policyOf('ask', [rule('deny', 'a')]);
    await h.pre(allow('c-2', { arguments: json('{"x":2}') }));
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual([-32602]);
    expect(h.gate.unmade.map(({ correlation }) => correlation)).toEqual(['c-1', 'c-2']);
  });

  it.each(['approval_denied', 'approval_timeout', 'approval_cancelled', 'approval_unavailable'] as const)(
    'that is not given is told to the tenant: %s',
    async (code) => {
      const h = await asked();
      h.questions[0]?.answer(decision('deny', code));
      await h.settle();
      expect(codes(h)).toEqual([code]);
      expect(h.gate.unmade).toMatchObject([
        { correlation: 'c-1', type: 'local_denial', message: expect.stringContaining(code) },
      ]);
      expect(h.gate.unmade.map(({ request }) => argumentsOf(request))).toEqual(['{"x":2}']);
    },
  );
});
