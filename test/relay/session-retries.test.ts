/** MCP 2026-07-28, multi round-trip requests: a call whose server asks for input, and its retry, are one call. */
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../main/policy/decide.ts';
import type { WireLimits } from '../../main/relay/limits.ts';
import type { SessionOptions } from '../../main/relay/session-options.ts';
import type { JsonObject, NewAuditRecord } from '../../preload/contract/index.ts';
import { decision, harness, listTools, policyOf, rule, tool, type Harness } from './harness.ts';

const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
const RESPONSES = { inputResponses: { name: { action: 'accept', content: { name: 'Ada' } } } };
const again = (requestState: unknown): object => ({ ...RESPONSES, requestState });

function call(id: unknown, extra: object = {}, name = 'a', args: unknown = { q: 1 }): object {
  return { id, method: 'tools/call', params: { _meta: META, name, arguments: args, ...extra } };
}

function needsInput(id: unknown, requestState?: unknown, extra: object = {}): object {
  const state = requestState === undefined ? {} : { requestState };
  const inputRequests = { name: { method: 'elicitation/create', params: { message: 'Who?' } } };
  return { id, result: { resultType: 'input_required', inputRequests, ...state, ...extra } };
}

const done = (id: unknown): object => ({ id, result: { resultType: 'complete', content: [] } });

function open(
  options: { limits?: Partial<WireLimits>; session?: Partial<SessionOptions>; tools?: object[] } = {},
): Harness {
  const { limits = {}, session = {}, tools = [tool('a'), tool('b')] } = options;
  const h = harness({ limits, session: { shape: (value) => value as never, ...session } });
  listTools(h, tools);
  return h;
}

/** `1 intent`, `2 intent #2`, `1 outcome ok`: calls by the order in which they came, attempts from the second on. */
function story(h: Harness): string[] {
  const calls: string[] = [];
  return h.records.map((record) => {
    if (record.kind === 'event') return record.event;
    if (!calls.includes(record.call)) calls.push(record.call);
    const number = calls.indexOf(record.call) + 1;
    if (record.kind === 'intent') return `${number} intent${record.attempt === undefined ? '' : ` #${record.attempt}`}`;
    const error = record['error.type'];
    return `${number} outcome ${record.outcome}${error === undefined ? '' : ` ${error}`}`;
  });
}

const recordsOf = <K extends NewAuditRecord['kind']>(h: Harness, kind: K) =>
  h.records.filter((record): record is Extract<NewAuditRecord, { kind: K }> => record.kind === kind);

/** A call of `a` that now waits for input with this state. */
function asked(h: Harness, state = 's', id: unknown = 1): void {
  h.fromClient(call(id));
  h.fromServer(needsInput(id, state));
  h.client.take();
  h.server.take();
}

describe('a call that needed input', () => {
  it('is one call: an intent for each attempt, one outcome, over the whole time', () => {
    const h = open();
    h.now = 1000;
    h.fromClient(call(1));
    h.now = 1500;
    h.fromServer(needsInput(1, 's'));
    expect(story(h)).toEqual(['1 intent']);
    h.now = 61_000;
    h.fromClient(call('two', again('s')));
    expect(story(h)).toEqual(['1 intent', '1 intent #2']);
    h.now = 61_250;
    h.fromServer(done('two'));
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome ok']);
    const [first, second] = recordsOf(h, 'intent');
    const [outcome] = recordsOf(h, 'outcome');
    expect(first).toMatchObject({ 'jsonrpc.request.id': '1', arguments: { q: 1 } });
    expect(first).not.toHaveProperty('attempt');
    expect(first).not.toHaveProperty('input_responses');
    expect(second).toMatchObject({
      call: first?.call,
      attempt: 2,
      'jsonrpc.request.id': '"two"',
      'mcp.session.id': 's-1',
      'gen_ai.tool.name': 'a',
      arguments: { q: 1 },
      input_responses: RESPONSES.inputResponses,
      decision: { effect: 'allow' },
    });
    expect(outcome).toMatchObject({ call: first?.call, duration_ms: 60_250, 'jsonrpc.request.id': '"two"' });
  });

  it('passes in the bytes that came in, both ways, state included', () => {
    const h = open();
    const asking = `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"\\u0065\\/ 1.0","n":1.0}}`;
    const retry = `{"jsonrpc":"2.0", "id":2,"method":"tools/call","params":{"requestState":"e/ 1.0","_meta":${JSON.stringify(META)},"arguments":{"q":1},"name":"a"}}`;
    h.fromClient(call(1));
    h.server.take();
    h.fromServer(asking);
    expect(h.client.take()).toBe(`${asking}\n`);
    h.fromClient(retry);
    expect(h.server.take()).toBe(`${retry}\n`);
    h.fromServer(done(2));
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome ok']);
  });

  it('may need it again and again', () => {
    const h = open();
    asked(h, 'round 1');
    for (let round = 2; round < 12; round++) {
      h.fromClient(call(round, again(`round ${round - 1}`)));
      h.fromServer(needsInput(round, `round ${round}`));
    }
    h.fromClient(call(12, again('round 11')));
    h.fromServer({ id: 12, result: { resultType: 'complete', isError: true, content: [] } });
    const intents = Array.from({ length: 11 }, (_, n) => `1 intent #${n + 2}`);
    expect(story(h)).toEqual(['1 intent', ...intents, '1 outcome tool_error tool_error']);
  });

  it.each<[string, unknown, object]>([
    ['state and answers', 's', again('s')],
    ['answers alone', undefined, RESPONSES],
    ['state alone, as a busy server hands it out', 's', { requestState: 's' }],
    ['an empty state', '', again('')],
    ['a state of half a megabyte', 'x'.repeat(500_000), again('x'.repeat(500_000))],
    ['a state with a lone surrogate', '\ud800', again('\ud800')],
  ])('goes on with %s', (_title, state, extra) => {
    const h = open();
    h.fromClient(call(1));
    h.fromServer(needsInput(1, state));
    h.fromClient(call(2, extra));
    h.fromServer(done(2));
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome ok']);
  });

  it.each([
    ['prompts/get', { name: 'greet', arguments: { who: 'x' } }],
    ['resources/read', { uri: 'file:///x' }],
  ])('may be %s', (method, params) => {
    const h = open();
    const request = (id: number, extra: object): object => ({
      id,
      method,
      params: { _meta: META, ...params, ...extra },
    });
    h.fromClient(request(1, {}));
    h.fromServer(needsInput(1, 's'));
    h.fromClient(request(2, again('s')));
    h.fromServer(done(2));
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome ok']);
    expect(recordsOf(h, 'intent')[1]).toMatchObject({ input_responses: RESPONSES.inputResponses });
  });

  it('is nothing that the client waits for', () => {
    const h = open();
    asked(h);
    expect(h.session.openCalls).toBe(0);
  });
});

describe('a retry is told by what it repeats', () => {
  it.each<[string, string]>([
    ['order of keys and white space', `{"name":"a", "arguments":{"b":[1, 2],"a":"é/"},"_meta":${JSON.stringify(META)}`],
    ['escapes', `{"_meta":${JSON.stringify(META)},"name":"\\u0061","arguments":{"a":"\\u00e9\\/","b":[1,2]}`],
    ['other metadata', `{"_meta":{"progressToken":1},"name":"a","arguments":{"a":"é/","b":[1,2]}`],
  ])('whatever its %s', (_title, params) => {
    const h = open();
    h.fromClient(call(1, {}, 'a', { a: 'é/', b: [1, 2] }));
    h.fromServer(needsInput(1, 's'));
    h.fromClient(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":${params},"requestState":"s"}}`);
    expect(story(h)).toEqual(['1 intent', '1 intent #2']);
  });

  const other = (params: object): object => ({ id: 2, method: 'tools/call', params: { _meta: META, ...params } });
  const same = { name: 'a', arguments: { q: 1 } };
  it.each<[string, unknown, object | string]>([
    ['another state', 's', other({ ...same, ...again('S') })],
    ['no state', 's', other({ ...same, ...RESPONSES })],
    ['a state where none was handed out', undefined, other({ ...same, ...again('s') })],
    ['neither state nor answers', undefined, other(same)],
    ['other arguments', 's', other({ ...same, ...again('s'), arguments: { q: 2 } })],
    ['no arguments', 's', other({ name: 'a', ...again('s') })],
    ['another tool', 's', other({ ...same, ...again('s'), name: 'b' })],
    ['another method', 's', { ...other({ ...same, ...again('s') }), method: 'prompts/get' }],
    [
      'a number that is written differently',
      's',
      `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","arguments":{"q":1.0},"requestState":"s"}}`,
    ],
    ['a state that is no text, handed out and sent back', 7, other({ ...same, ...again(7) })],
    ['null for a state', null, other({ ...same, ...again(null) })],
  ])('with %s it is a call of its own', (_title, state, retry) => {
    const h = open();
    h.fromClient(call(1));
    h.fromServer(needsInput(1, state));
    h.fromClient(retry);
    h.fromServer(done(2));
    expect(story(h)).toEqual(['1 intent', '2 intent', '2 outcome ok']);
    h.session.close('client_gone');
    expect(story(h).slice(3)).toEqual(['1 outcome cancelled input_not_given']);
  });

  it('a call of its own that carries answers is recorded with them', () => {
    const h = open();
    h.fromClient(call(1, again('made up')));
    expect(recordsOf(h, 'intent')).toMatchObject([{ input_responses: RESPONSES.inputResponses }]);
    expect(recordsOf(h, 'intent')[0]).not.toHaveProperty('attempt');
  });

  it('once: a state that was spent joins nothing', () => {
    const h = open();
    asked(h);
    h.fromClient(call(2, again('s')), call(3, again('s')));
    h.fromServer(done(3), done(2));
    h.fromClient(call(4, again('s')));
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '2 intent', '2 outcome ok', '1 outcome ok', '3 intent']);
  });

  it('calls that look the same and were handed the same are each gone on with once', () => {
    const h = open();
    h.fromClient(call(1), call(2));
    h.fromServer(needsInput(1, 's'), needsInput(2, 's'));
    h.fromClient(call(3, again('s')), call(4, again('s')), call(5, again('s')));
    h.fromServer(done(4), done(3));
    expect(story(h).slice(0, 5)).toEqual(['1 intent', '2 intent', '1 intent #2', '2 intent #2', '3 intent']);
    expect(story(h).slice(5)).toEqual(['2 outcome ok', '1 outcome ok']);
  });

  it('by the same client, where a session has several', () => {
    const claimed = (params?: JsonObject): { client?: string } => {
      const meta = params?.['_meta'] as { client?: string } | undefined;
      return meta?.client === undefined ? {} : { client: meta.client };
    };
    const h = open({ session: { claimed } });
    const by = (client: string): object => ({ _meta: { ...META, client } });
    h.fromClient(call(1, by('one')));
    h.fromServer(needsInput(1, 's'));
    h.fromClient(call(2, { ...by('other'), ...again('s') }), call(3, { ...by('one'), ...again('s') }));
    expect(story(h)).toEqual(['1 intent', '2 intent', '1 intent #2']);
    expect(recordsOf(h, 'intent').map((record) => record.claimed.client)).toEqual(['one', 'other', 'one']);
  });

  it('in the session that handed the state out', () => {
    asked(open());
    const h = open();
    h.fromClient(call(2, again('s')));
    expect(story(h)).toEqual(['1 intent']);
    expect(recordsOf(h, 'intent')[0]).not.toHaveProperty('attempt');
  });
});

describe('only the modern era asks so', () => {
  it('to a legacy request such a result is an answer like any other', () => {
    const h = open();
    h.fromClient({ id: 1, method: 'tools/call', params: { name: 'a', arguments: {} } });
    h.fromServer(needsInput(1, 's'));
    expect(story(h)).toEqual(['1 intent', '1 outcome ok']);
  });

  it('in answers to methods that are recorded', () => {
    const h = open();
    h.fromClient({ id: 1, method: 'completion/complete', params: { _meta: META } });
    h.fromServer(needsInput(1, 's'));
    h.fromClient({ id: 2, method: 'completion/complete', params: { _meta: META, ...again('s') } });
    expect(h.client.messages()).toHaveLength(1);
    expect(h.server.messages()).toHaveLength(2);
    expect(h.records).toEqual([]);
  });

  it.each([
    [
      'an error that says so',
      { id: 1, error: { code: 1, message: 'm', data: { resultType: 'input_required' } } },
      'error 1',
    ],
    ['another kind of result', { id: 1, result: { resultType: 'task', requestState: 's' } }, 'ok'],
    ['the word elsewhere', { id: 1, result: { content: [{ resultType: 'input_required' }] } }, 'ok'],
  ])('not in %s', (_title, answer, outcome) => {
    const h = open();
    h.fromClient(call(1));
    h.fromServer(answer);
    expect(story(h)).toEqual(['1 intent', `1 outcome ${outcome}`]);
  });

  it('a list of tools in it is filtered as everywhere', () => {
    const h = open();
    h.policy = policyOf('allow', [rule('deny', 'b')]);
    h.fromClient(call(1));
    h.fromServer(needsInput(1, 's', { tools: [tool('a'), tool('b')] }));
    expect(h.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['a']);
    h.fromClient(call(2, again('s')));
    expect(story(h)).toEqual(['1 intent', '1 intent #2']);
  });

  it('a call whose answer holds a list of tools ends all the same', () => {
    const h = open();
    h.fromClient(call(1), call(2));
    h.fromServer({ id: 1, result: { content: [], tools: [tool('a')] } }, { id: 2, result: { tools: [tool('a'), 1] } });
    expect(story(h)).toEqual(['1 intent', '2 intent', '1 outcome ok', '2 outcome failed protocol']);
  });
});

describe('each attempt passes the gates', () => {
  it('and ends the call where it does not', () => {
    const h = open();
    asked(h);
    h.policy = policyOf('allow', [rule('deny', 'a')]);
    h.fromClient(call(2, again('s')));
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ id: 2, error: { code: -32602 } }]);
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome refused rule_deny']);
    expect(recordsOf(h, 'intent')[1]).toMatchObject({
      decision: { effect: 'deny', code: 'rule_deny' },
      input_responses: RESPONSES.inputResponses,
    });
    h.policy = policyOf('allow');
    h.fromClient(call(3, again('s')));
    expect(story(h).slice(3)).toEqual(['2 intent']);
  });

  it.each(['prompts/get', 'resources/read'])('%s too', (method) => {
    const h = open();
    const params = { _meta: META, name: 'review', uri: 'test://x' };
    h.fromClient({ id: 1, method, params });
    h.fromServer(needsInput(1, 's'));
    h.policy = policyOf('deny');
    h.fromClient({ id: 2, method, params: { ...params, requestState: 's' } });
    expect(h.client.messages()).toMatchObject([{ id: 1 }, { id: 2, error: { code: -31001 } }]);
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome refused method_denied']);
  });

  it('with what the client answers, which may no more name what is closed than arguments may', () => {
    const h = open();
    asked(h);
    h.policy = compilePolicy({
      connector: 'files',
      default: 'allow',
      rules: [],
      protectedPaths: {
        roots: ['/home/p/.runlayer'],
        homes: [],
        separator: '/',
        foldsCase: false,
        resolve: (text) => [text],
      },
    });
    const inputResponses = { name: { action: 'accept', content: { file: '/home/p/.runlayer/settings.json' } } };
    h.fromClient(call(2, { inputResponses, requestState: 's' }));
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([
      { id: 2, result: { isError: true, _meta: { 'com.runlayer/decision': { code: 'protected_path' } } } },
    ]);
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome refused protected_path']);
  });

  it('a person is asked each time, about all of what leaves', async () => {
    const h = open({ session: { showArguments: (source) => `shown ${source}` } });
    h.policy = policyOf('ask');
    h.fromClient(call(1));
    h.questions[0]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    h.fromServer(needsInput(1, 's'));
    h.fromClient(call(2, again('s')));
    expect(h.questions.map(({ request }) => request.argumentsText())).toEqual([
      'shown {"q":1}',
      `shown {"arguments":{"q":1},"inputResponses":${JSON.stringify(RESPONSES.inputResponses)},"requestState":"s"}`,
    ]);
    expect(story(h)).toEqual(['1 intent']);
    h.questions[1]?.answer(decision('allow', 'approval_granted'));
    await h.settle();
    h.fromServer(done(2));
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome ok']);
  });

  it('and one that a person says no to ends the call', async () => {
    const h = open();
    asked(h);
    h.policy = policyOf('ask');
    h.fromClient(call(2, again('s')));
    h.questions[0]?.answer(decision('deny', 'approval_denied'));
    await h.settle();
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome refused approval_denied']);
  });

  it('one that is taken back while a person is asked ends the call', async () => {
    const h = open();
    asked(h);
    h.policy = policyOf('ask');
    h.fromClient(call(2, again('s')), { method: 'notifications/cancelled', params: { requestId: 2 } });
    await h.settle();
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome cancelled']);
    expect(h.server.take()).toBe('');
  });

  it('one that has to wait for a list goes on with its call', async () => {
    const h = open();
    asked(h);
    h.fromServer({ method: 'notifications/tools/list_changed' });
    h.fromClient(call(2, again('s')));
    const [question] = h.server.messages();
    expect(question).toMatchObject({ method: 'tools/list' });
    h.fromServer({ id: question?.id, result: { tools: [tool('a')] } });
    await h.settle();
    h.fromServer(done(2));
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome ok']);
  });

  it('one whose tool is gone ends the call', async () => {
    const h = open();
    asked(h);
    h.fromServer({ method: 'notifications/tools/list_changed' });
    h.fromClient(call(2, again('s')));
    const [question] = h.server.messages();
    h.fromServer({ id: question?.id, result: { tools: [] } });
    await h.settle();
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome refused unknown_tool']);
  });
});

describe('a call that waits for input ends once', () => {
  it('when its time is up, and a later retry is a call of its own', () => {
    const h = open();
    asked(h);
    h.now = 599_999;
    h.session.tick();
    expect(story(h)).toEqual(['1 intent']);
    h.now = 600_000;
    h.session.tick();
    h.session.tick();
    expect(story(h)).toEqual(['1 intent', '1 outcome cancelled input_not_given']);
    expect(recordsOf(h, 'outcome')[0]).toMatchObject({ duration_ms: 600_000, result_bytes: 0 });
    h.fromClient(call(2, again('s')));
    expect(story(h).slice(2)).toEqual(['2 intent']);
    expect(h.server.messages()).toHaveLength(1);
  });

  it('with each round its time begins anew', () => {
    const h = open();
    asked(h);
    h.now = 599_000;
    h.fromClient(call(2, again('s')));
    h.fromServer(needsInput(2, 't'));
    h.now = 1_198_999;
    h.session.tick();
    h.fromClient(call(3, again('t')));
    h.fromServer(done(3));
    expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 intent #3', '1 outcome ok']);
    expect(recordsOf(h, 'outcome')[0]).toMatchObject({ duration_ms: 1_198_999 });
  });

  it.each([
    ['client_gone', 'cancelled input_not_given'],
    ['stopped', 'cancelled input_not_given'],
    ['server_gone', 'failed server_gone'],
  ] as const)('when the session ends by %s: %s', (reason, outcome) => {
    const h = open();
    asked(h);
    h.session.close(reason);
    h.session.close(reason);
    expect(story(h)).toEqual(['1 intent', `1 outcome ${outcome}`]);
  });

  it('when the server is gone in between; the retry is told so', () => {
    const h = open();
    asked(h);
    h.session.serverEnded();
    expect(story(h)).toEqual(['1 intent', '1 outcome failed server_ended']);
    h.fromClient(call(2, again('s')));
    expect(h.client.messages()).toMatchObject([{ id: 2, error: { code: -31002 } }]);
    h.session.close('server_gone');
    expect(h.records).toHaveLength(2);
  });

  it('when more wait than may: the oldest makes room', () => {
    const h = open({ limits: { maxAwaitingInput: 2 } });
    for (const id of [1, 2, 3]) asked(h, `s${id}`, id);
    expect(story(h)).toEqual(['1 intent', '2 intent', '3 intent', '1 outcome cancelled too_many_wait_for_input']);
    h.fromClient(call(4, again('s1')), call(5, again('s2')), call(6, again('s3')));
    expect(story(h).slice(4)).toEqual(['4 intent', '2 intent #2', '3 intent #2']);
  });

  it.each<[string, (h: Harness) => void, string]>([
    ['taken back', (h) => h.fromClient({ method: 'notifications/cancelled', params: { requestId: 2 } }), 'cancelled'],
    ['answered with an error', (h) => h.fromServer({ id: 2, error: { code: -32603, message: 'm' } }), 'error -32603'],
    ['never answered', (h) => ((h.now = 5000), h.session.tick()), 'failed timeout'],
    ['not answered by its transport', (h) => h.session.requestFailed('n2', 'no connection'), 'failed protocol'],
    ['with the server', (h) => h.session.serverEnded(), 'failed server_ended'],
    ['with the session', (h) => h.session.close('client_gone'), 'cancelled client_gone'],
  ])('when its retry is %s', (_title, end, outcome) => {
    const h = open({ limits: { callMs: 5000 } });
    asked(h);
    h.fromClient(call(2, again('s')));
    end(h);
    // Too late, whatever it says.
    h.fromServer(needsInput(2, 'late'));
    h.session.close('client_gone');
    expect(story(h)).toEqual(['1 intent', '1 intent #2', `1 outcome ${outcome}`]);
  });

  it('though its retry cannot be recorded: refused, and recorded once that is possible', () => {
    const h = open();
    asked(h);
    h.journalFails = true;
    h.fromClient(call(2, again('s')));
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([
      { id: 2, result: { _meta: { 'com.runlayer/decision': { code: 'audit_unavailable' } } } },
    ]);
    h.journalFails = false;
    h.session.tick();
    expect(story(h)).toEqual(['1 intent', '1 outcome refused audit_unavailable']);
  });

  it('though its retry cannot be recorded and was taken back in the same breath', () => {
    const h = open();
    asked(h);
    h.journalFails = (record) => record.kind === 'intent';
    h.fromClient(call(2, again('s')), { method: 'notifications/cancelled', params: { requestId: 2 } });
    h.session.tick();
    expect(story(h)).toEqual(['1 intent', '1 outcome cancelled']);
  });

  it('though what the client answers cannot be described', () => {
    const shape = (value: unknown): never => {
      if (JSON.stringify(value).includes('Ada')) throw new Error('cannot be described');
      return value as never;
    };
    for (const method of ['tools/call', 'prompts/get']) {
      const h = open({ session: { shape } });
      h.fromClient({ ...call(1), method });
      h.fromServer(needsInput(1, 's'));
      h.server.take();
      h.fromClient({ ...call(2, again('s')), method });
      expect(h.server.take()).toBe('');
      expect(h.fatal).toEqual([]);
      expect(story(h)).toEqual(['1 intent', '1 intent #2', '1 outcome refused engine_error']);
      expect(recordsOf(h, 'intent')[1]).not.toHaveProperty('input_responses');
    }
  });

  it('through any order of events', () => {
    for (let seed = 1; seed <= 300; seed++) {
      let state = seed;
      const next = (below: number): number => {
        state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
        return (state >> 8) % below;
      };
      const h = open({ limits: { maxAwaitingInput: 3, callMs: 5000, maxComparedBytes: next(2) * 400 } });
      for (let step = 0; step < 60; step++) {
        const id = next(12);
        const extra = next(2) === 0 ? {} : again(`s${next(3)}`);
        const acts = [
          () => h.fromClient(call(100 + step, extra, 'a', { q: next(2) })),
          () => h.fromClient(call(id, extra)),
          () => h.fromServer(needsInput(next(2) === 0 ? id : 100 + next(step + 1), `s${next(3)}`)),
          () => h.fromServer(done(next(2) === 0 ? id : 100 + next(step + 1))),
          () => h.fromClient({ method: 'notifications/cancelled', params: { requestId: 100 + next(step + 1) } }),
          () => ((h.now += next(8) === 0 ? 600_000 : 500), h.session.tick()),
          () => (h.policy = policyOf('allow', next(3) === 0 ? [rule('deny', 'a')] : [])),
          () => (h.journalFails = next(6) === 0),
        ];
        acts[next(acts.length)]?.();
      }
      h.journalFails = false;
      h.session.tick();
      h.session.close('client_gone');
      const ends = new Map<string, number>();
      const attempts = new Map<string, number>();
      for (const record of h.records) {
        if (record.kind === 'event') continue;
        if (record.kind === 'outcome') ends.set(record.call, (ends.get(record.call) ?? 0) + 1);
        else {
          // An attempt after the end, or one that was counted twice, would be another call's.
          expect([seed, ends.has(record.call)]).toEqual([seed, false]);
          expect(record.attempt ?? 1).toBeGreaterThan(attempts.get(record.call) ?? 0);
          attempts.set(record.call, record.attempt ?? 1);
        }
      }
      expect(Math.max(...ends.values())).toBe(1);
      // Outcomes that came while nothing could be written are lost, as those of any call are.
      for (const name of ends.keys()) expect(attempts.has(name)).toBe(true);
      expect(h.fatal).toEqual([]);
    }
  });
});
