import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../main/policy/decide.ts';
import { call, decision, harness, listTools, policyOf, rule, tool, type Harness } from './harness.ts';

const ASK = policyOf('ask');

function asking(extra: Parameters<typeof harness>[0] = {}): Harness {
  const h = harness({ policy: ASK, ...extra });
  listTools(h, [tool('write'), tool('other')]);
  return h;
}

function codeOf(h: Harness): (string | undefined)[] {
  return h.client.messages().map((answer) => answer.result?._meta?.['com.runlayer/decision'].code);
}

describe('an allowed call', () => {
  it('leaves with its intent written, and its outcome is written before the answer is delivered', () => {
    const order: string[] = [];
    const h = harness({
      session: {
        record: (records) => {
          for (const record of records) if (record.kind !== 'event') order.push(record.kind);
        },
      },
    });
    h.server.write = (chunks) => {
      for (const line of Buffer.concat([...chunks])
        .toString()
        .split('\n'))
        if (line.includes('tools/call')) order.push('left');
      return true;
    };
    h.client.write = () => {
      order.push('delivered');
      return true;
    };
    listTools(h, [tool('a')]);
    order.length = 0;
    h.fromClient(call(1, 'a'), call(2, 'a'));
    h.fromServer({ id: 1, result: {} });
    h.fromServer({ id: 2, result: { isError: true } });
    expect(order).toEqual(['intent', 'intent', 'left', 'left', 'outcome', 'delivered', 'outcome', 'delivered']);
  });

  it.each<[string, object, string]>([
    ['ok', { result: { content: [] } }, 'ok'],
    ['a tool error', { result: { isError: true } }, 'tool_error'],
    ['isError that is not true', { result: { isError: 'true' } }, 'ok'],
    ['an error', { error: { code: -32000, message: 'x' } }, 'error'],
    ['a result that is no object', { result: null }, 'ok'],
  ])('ends as what the server said: %s', (_title, answer, outcome) => {
    const h = harness();
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'));
    h.now = 12.3456;
    h.fromServer({ id: 1, ...answer });
    expect(h.trail()).toEqual(['intent allow default_allow a', `outcome ${outcome} a`]);
    expect(h.records[1]).toMatchObject({ duration_ms: 12.346, call: 'id-1', 'jsonrpc.request.id': '1' });
  });
});

describe('a denied call', () => {
  it('never leaves, and is recorded with its decision', () => {
    const h = harness({ policy: policyOf('allow', [rule('deny', 'a')]) });
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'), call(2, 'A'), call(3, 'a'));
    expect(h.server.messages().map((message) => message.method)).toEqual(['tools/list']);
    expect(h.trail().slice(0, 2)).toEqual(['intent deny rule_deny a', 'outcome refused a']);
  });

  it('without an id never leaves either: a server might carry it out', () => {
    const h = harness();
    listTools(h, [tool('a')]);
    h.fromClient(
      { method: 'tools/call', params: { name: 'a' } },
      '{"jsonrpc":"2.0","method":"tools\\/call","params":{"name":"a"}}',
      { method: 'resources/read', params: { uri: 'x' } },
      { method: 'prompts/get', params: { name: 'x' } },
    );
    expect(h.server.take()).toBe('');
    expect(h.dropped).toEqual(Array(4).fill('client: a request without an id'));
  });

  it('of arguments in protected paths is refused with a reason, and stays listed', () => {
    const policy = compilePolicy({
      connector: 'files',
      default: 'allow',
      rules: [],
      protectedPaths: {
        roots: ['/home/me/.runlayer'],
        homes: ['/home/me'],
        separator: '/',
        foldsCase: false,
        resolve: (text) => [text],
      },
    });
    const h = harness({ policy });
    listTools(h, [tool('read')]);
    h.fromClient(call(1, 'read', { path: '/home/me/.runlayer/settings.json' }));
    h.fromClient({ id: 2, method: 'resources/read', params: { uri: '/home/me/.runlayer/x' } });
    h.fromClient({ id: 3, method: 'prompts/get', params: { name: 'p', arguments: { file: '/home/me/.runlayer/x' } } });
    h.fromClient({ id: 4, method: 'resources/subscribe', params: { uri: '/home/me/.runlayer/x' } });
    h.fromClient({ id: 5, method: 'resources/read', params: { uri: '/home/me/other' } });
    expect(h.server.messages().map((message) => message.id)).toEqual([5]);
    const answers = h.client.messages();
    expect(answers[0]?.result?._meta?.['com.runlayer/decision'].code).toBe('protected_path');
    expect(answers.slice(1).map((answer) => answer.error?.code)).toEqual([-31001, -31001, -31001]);
    expect(JSON.stringify(answers)).not.toContain('/home/me');
  });
});

describe('a call that waits for a person', () => {
  it('leaves as the bytes that came in once it is approved', async () => {
    const h = asking();
    const line = '{"id":1,"params":{"arguments":{"n":1.0},"name":"write"},"method":"tools/call","jsonrpc":"2.0"}';
    h.fromClient(line);
    expect(h.server.take()).toBe('');
    expect(h.session.openCalls).toBe(1);
    expect(h.questions[0]?.request).toMatchObject({ connector: 'files', tool: 'write', client: 'unknown client' });
    expect(h.questions[0]?.request.argumentsText()).toBe('{"n":1.0}');
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    expect(h.server.take()).toBe(`${line}\n`);
    expect(h.trail()).toEqual(['intent allow approval_granted write']);
    h.fromServer({ id: 1, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 1 }]);
    expect(h.session.openCalls).toBe(0);
  });

  it.each(['approval_denied', 'approval_timeout', 'approval_cancelled', 'approval_unavailable'] as const)(
    'is refused as what it was: %s',
    async (code) => {
      const h = asking();
      h.fromClient(call(1, 'write'));
      h.questions[0]?.answer(decision('deny', code));
      await h.settle();
      expect(h.server.take()).toBe('');
      const [answer] = h.client.messages();
      expect(answer).toMatchObject({ id: 1, result: { isError: true } });
      expect(answer?.result?._meta?.['com.runlayer/decision']).toEqual({ code, ref: 'id-1' });
      expect(h.trail()).toEqual([`intent deny ${code} write`, 'outcome refused write']);
    },
  );

  it('a modern call gets a result that says it is complete', async () => {
    const h = asking();
    h.fromClient({
      id: 1,
      method: 'tools/call',
      params: { name: 'write', _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
    });
    h.questions[0]?.answer(decision('deny', 'approval_denied'));
    await h.settle();
    expect(h.client.messages()[0]?.result?.['resultType']).toBe('complete');
  });

  it('is not approved by an answer that is neither yes nor no', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    h.questions[0]?.answer({ ...decision('deny', 'rule_ask'), effect: 'ask' });
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { isError: true } }]);
  });

  it.each<[string, (h: Harness) => void, string]>([
    ['a rule denies it', (h) => (h.policy = policyOf('ask', [rule('deny', 'write')])), 'rule_deny'],
    ['the default denies it', (h) => (h.policy = policyOf('deny')), 'default_deny'],
    [
      'its name became ambiguous',
      (h) => {
        h.fromServer({ method: 'notifications/tools/list_changed' });
        listTools(h, [tool('write'), tool('Write')]);
      },
      'ambiguous_tool_name',
    ],
    ['the server took it back', (h) => h.fromServer({ method: 'notifications/tools/list_changed' }), 'unknown_tool'],
  ])('is refused although approved when meanwhile %s', async (_title, change, code) => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    change(h);
    h.client.take();
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toContain('Unknown tool: write');
    expect(h.trail()).toEqual([`intent deny ${code} write`, 'outcome refused write']);
  });

  it('goes when meanwhile a rule allows it, on the person’s word', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    h.policy = policyOf('allow');
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    expect(h.trail()).toEqual(['intent allow approval_granted write']);
    expect(h.server.messages()).toHaveLength(1);
  });

  it('each on its own, identical ones too, in the order of the answers', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'), call(2, 'write'), call(3, 'other'));
    expect(h.questions).toHaveLength(3);
    h.questions[2]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    h.questions[1]?.answer(decision('deny', 'approval_denied'));
    await h.settle();
    expect(h.server.messages().map((message) => message.id)).toEqual([3, 1]);
    expect(h.client.messages().map((message) => message.id)).toEqual([2]);
  });

  it('keeps its id taken', () => {
    const h = asking();
    h.fromClient(call(1, 'write'), { id: 1, method: 'ping' });
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -32600 } }]);
  });

  it('is taken back by the client: the server never hears of it, the question ends, the id is free at once', async () => {
    const h = asking();
    h.fromClient(
      call(1, 'write'),
      { method: 'notifications/cancelled', params: { requestId: 1 } },
      { id: 1, method: 'ping' },
    );
    expect(h.server.messages()).toMatchObject([{ id: 1, method: 'ping' }]);
    expect(h.questions[0]?.signal.aborted).toBe(true);
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe('');
    expect(h.trail()).toEqual(['intent deny approval_cancelled write', 'outcome cancelled write']);
  });

  it('is not taken back by an id of another type', () => {
    const h = asking();
    h.fromClient(call(1, 'write'), { method: 'notifications/cancelled', params: { requestId: '1' } });
    expect(h.questions[0]?.signal.aborted).toBe(false);
    expect(h.session.openCalls).toBe(1);
  });

  it('is told when the server dies', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    h.session.serverEnded();
    expect(codeOf(h)).toEqual(['approval_cancelled']);
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe('');
    expect(h.trail()).toEqual(['intent deny approval_cancelled write', 'outcome refused write']);
  });

  it('is told even when the session is closed right behind the server’s end', () => {
    const h = asking();
    h.fromClient(call(1, 'write'), { id: 2, method: 'ping' });
    h.session.serverEnded();
    h.session.close('server_gone');
    expect(h.client.messages().map((message) => message.id)).toEqual([1, 2]);
    expect(h.trail()).toEqual(['intent deny approval_cancelled write', 'outcome refused write']);
  });

  it('ends with the session, in the record too', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    h.session.close('client_gone');
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe('');
    expect(h.trail()).toEqual(['intent deny approval_cancelled write', 'outcome cancelled write']);
  });

  it('answered in the same moment as the session ends does not leave', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    h.session.close('client_gone');
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.trail()).toEqual(['intent deny approval_cancelled write', 'outcome cancelled write']);
  });

  it('is refused when the client’s input ends: nobody is left to wait', () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    h.session.clientEnded();
    expect(codeOf(h)).toEqual(['approval_cancelled']);
    expect(h.server.ended).toBe(true);
  });

  it.each(['throws', 'rejects'])('is refused when asking %s', async (how) => {
    const h = asking({
      session: {
        ask: () => {
          if (how === 'throws') throw new Error('broken');
          return Promise.reject(new Error('broken'));
        },
      },
    });
    h.fromClient(call(1, 'write'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(codeOf(h)).toEqual(['engine_error']);
    expect(h.session.openCalls).toBe(0);
  });
});

describe('cancellation of what was forwarded', () => {
  it('reaches the server, ends the record, and a late answer is dropped', () => {
    const h = harness();
    listTools(h, [tool('a')]);
    const cancel = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\\u0061","reason":"x"}}';
    h.fromClient(call('a', 'a'));
    h.server.take();
    h.fromClient(cancel);
    expect(h.server.take()).toBe(`${cancel}\n`);
    h.fromServer({ id: 'a', result: {} });
    expect(h.client.take()).toBe('');
    expect(h.trail()).toEqual(['intent allow default_allow a', 'outcome cancelled a']);
    expect(h.session.openCalls).toBe(0);
  });

  it('of initialize does not count', () => {
    const h = harness();
    h.fromClient({ id: 0, method: 'initialize' }, { method: 'notifications/cancelled', params: { requestId: 0 } });
    h.fromServer({ id: 0, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 0 }]);
  });

  it('by the server ends its own question; the client’s late answer is dropped', () => {
    const h = harness();
    h.fromServer(
      { id: 5, method: 'elicitation/create' },
      { method: 'notifications/cancelled', params: { requestId: 5 } },
    );
    expect(h.client.messages()).toHaveLength(2);
    h.fromClient({ id: 5, result: {} });
    expect(h.server.take()).toBe('');
    expect(h.dropped).toEqual(['client: answer to a question that was not asked']);
  });

  it('by the client does not end the server’s question of the same id', () => {
    const h = harness();
    h.fromServer({ id: 5, method: 'elicitation/create' });
    h.fromClient({ method: 'notifications/cancelled', params: { requestId: 5 } }, { id: 5, result: {} });
    expect(h.server.messages()).toMatchObject([{ method: 'notifications/cancelled' }, { id: 5, result: {} }]);
  });

  it('of a lookup frees the call', async () => {
    const h = harness();
    h.fromClient(call(1, 'a'), { method: 'notifications/cancelled', params: { requestId: 1 } });
    const [question] = h.server.messages();
    h.fromServer({ id: question?.id, result: { tools: [tool('a')] } });
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe('');
    expect(h.trail()).toEqual(['intent deny approval_cancelled a', 'outcome cancelled a']);
  });
});

describe('when the journal cannot be written', () => {
  it('no call leaves, each is told, nothing hangs', async () => {
    const h = asking();
    h.policy = policyOf('allow', [rule('ask', 'other')]);
    h.journalFails = true;
    h.fromClient(call(1, 'write'), call(2, 'other'), { id: 3, method: 'resources/read', params: { uri: 'x' } });
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    expect(h.server.take()).toBe('');
    const answers = h.client.messages();
    expect(new Set(answers.map((answer) => answer.id))).toEqual(new Set([1, 2, 3]));
    expect(answers).toHaveLength(3);
    expect(
      answers
        .map((answer) => answer.result?._meta?.['com.runlayer/decision'].code ?? String(answer.error?.code))
        .toSorted(),
    ).toEqual(['-31001', 'audit_unavailable', 'audit_unavailable']);
    expect(h.session.openCalls).toBe(0);
  });

  it('everything else goes on', () => {
    const h = harness();
    h.journalFails = true;
    h.fromClient({ id: 1, method: 'tools/list' }, { id: 2, method: 'vendor/x' }, { method: 'notifications/y' });
    h.fromServer({ id: 1, result: { tools: [] } }, { id: 2, result: {} });
    expect(h.server.messages()).toHaveLength(3);
    expect(h.client.messages()).toHaveLength(2);
  });

  it('refusals stay refusals', () => {
    const h = harness({ policy: policyOf('deny') });
    listTools(h, [tool('a')]);
    h.journalFails = true;
    h.fromClient(call(1, 'a'), { id: 2, method: 'resources/read' });
    expect(h.client.messages()).toMatchObject([
      { id: 1, error: { code: -32602 } },
      { id: 2, error: { code: -31001 } },
    ]);
    expect(h.server.take()).toBe('');
  });

  it('only the calls whose own record is lost stay', () => {
    const h = harness();
    listTools(h, [tool('a'), tool('b')]);
    h.journalFails = (record) => record.kind === 'intent' && record['gen_ai.tool.name'] === 'b';
    h.fromClient(call(1, 'a'), call(2, 'b'), call(3, 'a'));
    expect(h.server.messages().map((message) => message.id)).toEqual([1, 3]);
    expect(codeOf(h)).toEqual(['audit_unavailable']);
  });

  it('a call that was cancelled before its record was lost leaves its id free', () => {
    const h = harness();
    listTools(h, [tool('a'), tool('b')]);
    h.journalFails = (record) => record.kind === 'intent' && record['gen_ai.tool.name'] === 'b';
    h.fromClient(call(1, 'b'), { method: 'notifications/cancelled', params: { requestId: 1 } });
    h.fromClient(call(1, 'a'));
    expect(h.server.messages().filter((message) => message.method === 'tools/call')).toMatchObject([
      { params: { name: 'a' } },
    ]);
    h.client.take();
    h.fromServer({ id: 1, result: { n: 1 } });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { n: 1 } }]);
  });

  it('an outcome that is lost does not keep the answer', () => {
    const h = harness();
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'));
    h.journalFails = true;
    h.fromServer({ id: 1, result: {} });
    expect(h.client.messages()).toMatchObject([{ id: 1 }]);
  });
});

describe('when a gate throws', () => {
  const broken = (): never => {
    throw new Error('policy is broken');
  };

  it('a call is refused as an engine error', () => {
    const h = harness({ session: { policy: broken } });
    h.fromClient({ id: 1, method: 'ping' });
    expect(h.server.messages()).toHaveLength(1);
    const good = harness();
    listTools(good, [tool('a')]);
    good.policy = { ...policyOf('allow'), decideCall: broken, decideTool: broken };
    good.fromClient(call(1, 'a'));
    expect(good.server.take()).toBe('');
    expect(codeOf(good)).toEqual(['engine_error']);
    expect(good.trail()).toEqual(['intent deny engine_error a', 'outcome refused a']);
  });

  it('other requests and notifications are refused too, and the session lives', () => {
    const h = harness({ session: { policy: broken } });
    h.fromClient({ id: 1, method: 'resources/read' }, { id: 2, method: 'vendor/x' }, { method: 'vendor/y' });
    h.fromClient({ id: 3, method: 'initialize' });
    expect(h.server.messages().map((message) => message.id)).toEqual([3]);
    expect(h.client.messages().map((answer) => [answer.id, answer.error?.code])).toEqual([
      [1, -31001],
      [2, -31001],
    ]);
    expect(h.fatal).toEqual([]);
  });

  it('a list that cannot be filtered is not shown', () => {
    const h = harness({ session: { policy: broken } });
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: { tools: [tool('a')] } });
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
  });

  it('a lookup that cannot be filtered refuses the call', async () => {
    const h = harness({ session: { policy: broken } });
    h.fromClient(call(1, 'a'));
    const [question] = h.server.messages();
    h.fromServer({ id: question?.id, result: { tools: [tool('a')] } });
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(codeOf(h)).toEqual(['engine_error']);
  });

  it('arguments that cannot be described refuse the call, and the refusal is recorded', () => {
    const h = harness({
      session: {
        shape: () => {
          throw new Error('shape is broken');
        },
      },
    });
    listTools(h, [tool('a')]);
    h.fromClient(call(1, 'a'));
    expect(h.server.take()).toBe('');
    expect(codeOf(h)).toEqual(['engine_error']);
    expect(h.trail()).toEqual(['intent deny engine_error a', 'outcome refused a']);
  });

  it('what nobody foresaw ends this session and throws nothing', () => {
    const h = harness({
      session: {
        alive: () => {
          throw new Error('unforeseen');
        },
      },
    });
    h.fromClient({ id: 1, method: 'ping' });
    h.fromServer({ id: 1, result: {} });
    expect(h.fatal).toEqual(['unforeseen']);
  });
});

describe('who calls', () => {
  it.each<[string, object]>([
    ['initialize', { id: 1, method: 'initialize', params: { clientInfo: { name: 'cursor' } } }],
    [
      'a modern request',
      { id: 1, method: 'ping', params: { _meta: { 'io.modelcontextprotocol/clientInfo': { name: 'cursor' } } } },
    ],
  ])('is learned from %s', (_title, message) => {
    const h = harness();
    h.fromClient({ id: 0, method: 'ping', params: { clientInfo: { name: 'not here' } } }, message, {
      id: 2,
      method: 'initialize',
      params: { clientInfo: { name: 'another' } },
    });
    expect(h.introduced).toEqual(['cursor']);
  });

  it('is cut to 64 characters, and is not asked of a client that said it before', () => {
    const h = harness();
    h.fromClient({ id: 1, method: 'initialize', params: { clientInfo: { name: 'x'.repeat(500) } } });
    expect(h.introduced).toEqual(['x'.repeat(64)]);
    const named = harness({ session: { claimed: () => ({ client: 'zed' }) } });
    named.fromClient({ id: 1, method: 'initialize', params: { clientInfo: { name: 'x' } } });
    expect(named.introduced).toEqual([]);
  });
});
