import { describe, expect, it } from 'vitest';
import type { Decision } from '../../preload/contract/index.ts';
import { OPEN_PINS } from '../fixtures/open-gates.ts';
import { call, decision, harness, listTools, policyOf, rule, tool, type Harness } from './harness.ts';

const ASK = policyOf('allow', [rule('ask', 'write')]);
const YES = decision('allow', 'approval_granted');

function asking(): Harness {
  const h = harness({ policy: ASK });
  listTools(h, [tool('write')]);
  h.records.length = 0;
  return h;
}

function keys(h: Harness): string[] {
  return h.questions.map(({ request }) => request.key);
}

describe('what a yes is bound to', () => {
  it('is the same for the same call, however it is written', () => {
    const h = asking();
    h.fromClient(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","arguments":{"a":1,"b":"x"}}}',
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"arguments":{ "b":"\\u0078","a":1 },"name":"write","_meta":{"progressToken":7}}}',
    );
    expect(new Set(keys(h)).size).toBe(1);
  });

  it.each([
    ['another argument', { a: 2 }],
    ['a number that is written in another way', undefined],
    ['one argument more', { a: 1, b: 1 }],
  ])('is another for %s', (_what, args) => {
    const h = asking();
    h.fromClient(call(1, 'write', { a: 1 }));
    h.fromClient(
      args === undefined
        ? '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write","arguments":{"a":1.0}}}'
        : call(2, 'write', args),
    );
    expect(new Set(keys(h)).size).toBe(2);
  });

  it('is another once the rules are others, or the tool is', () => {
    let print = 'x';
    const h = harness({ policy: ASK, session: { pins: { ...OPEN_PINS, fingerprint: () => print } } });
    listTools(h, [tool('write')]);
    h.fromClient(call(1, 'write'));
    h.policy = policyOf('allow', [rule('ask', 'write'), rule('deny', 'other')]);
    h.fromClient(call(2, 'write'));
    print = 'y';
    h.fromClient(call(3, 'write'), call(4, 'write'));
    expect(new Set(keys(h)).size).toBe(3);
  });
});

describe('the bytes that leave', () => {
  it('are those that were shown, numbers and all', async () => {
    const h = asking();
    const line =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","arguments":{"n":9007199254740993}}}';
    h.fromClient(line);
    expect(h.questions[0]?.request.argumentsText()).toBe('{"n":9007199254740993}');
    h.questions[0]?.answer(YES);
    await h.settle();
    expect(h.server.take()).toBe(`${line}\n`);
  });

  it.each([
    ['a rule denies it by then', (h: Harness) => (h.policy = policyOf('allow', [rule('deny', 'write')]))],
    [
      'the server lists it no more',
      (h: Harness) => {
        h.fromServer({ method: 'notifications/tools/list_changed' });
        listTools(h, [tool('other')]);
      },
    ],
  ])('do not leave where %s', async (_why, change) => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    change(h);
    h.questions[0]?.answer(YES);
    await h.settle();
    expect(h.server.messages().filter(({ method }) => method === 'tools/call')).toEqual([]);
  });

  it('are asked about once more where what a yes is bound to changed meanwhile, and then refused', async () => {
    let print = 'x';
    const h = harness({ policy: ASK, session: { pins: { ...OPEN_PINS, fingerprint: () => print } } });
    listTools(h, [tool('write')]);
    h.fromClient(call(1, 'write'));
    print = 'y';
    h.questions[0]?.answer(YES);
    await h.settle();
    expect(h.server.take()).not.toContain('tools/call');
    expect(h.questions[1]?.request.decision.reason).toContain('changed while you were asked');
    h.policy = policyOf('allow', [rule('ask', 'write'), rule('ask', 'x')]);
    h.questions[1]?.answer(YES);
    await h.settle();
    expect(h.client.messages().at(-1)?.result?._meta?.['com.runlayer/decision'].code).toBe('approval_cancelled');
    expect(h.server.take()).toBe('');
  });

  it('leave where nothing asks any more', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    h.policy = policyOf('allow');
    h.questions[0]?.answer(YES);
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ id: 1 }]);
  });

  it('leave once for each yes: two identical calls are two questions', async () => {
    const h = asking();
    h.fromClient(call(1, 'write', { a: 1 }), call(2, 'write', { a: 1 }));
    expect(h.questions).toHaveLength(2);
    h.questions[1]?.answer(YES);
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ id: 2 }]);
  });
});

describe('while a person is waited for', () => {
  const withToken = (token: unknown): object => ({
    id: 1,
    method: 'tools/call',
    params: { name: 'write', arguments: {}, _meta: { progressToken: token } },
  });
  const wait = (h: Harness, seconds: number): void => {
    for (let i = 0; i < seconds; i++) {
      h.now += 1000;
      h.session.tick();
    }
  };

  it.each(['t', 7])('progress is sent every ten seconds, to the token %j', (token) => {
    const h = asking();
    h.fromClient(withToken(token));
    wait(h, 31);
    const sent = h.client.messages();
    expect(sent.map(({ method, params }) => [method, params?.['progressToken']])).toEqual(
      Array.from({ length: 3 }, () => ['notifications/progress', token]),
    );
    const steps = sent.map(({ params }) => Number(params?.['progress']));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(Math.max(...steps)).toBeLessThan(0.001);
  });

  it('no progress is sent without a token, or after the answer', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    wait(h, 30);
    expect(h.client.take()).toBe('');
    h.fromClient({ ...withToken('t'), id: 2 });
    h.questions[1]?.answer(YES);
    await h.settle();
    h.client.take();
    wait(h, 30);
    expect(h.client.take()).toBe('');
  });

  it('a question that stays open is named in the answer', async () => {
    const h = asking();
    h.fromClient(call(1, 'write'));
    const pending: Decision = { ...decision('deny', 'approval_pending'), approvalId: 'a1b2' };
    h.questions[0]?.answer(pending);
    await h.settle();
    const [answer] = h.client.messages();
    expect(answer?.result?._meta?.['com.runlayer/decision']).toEqual({ code: 'approval_pending', ref: 'a1b2' });
    expect(answer?.result?.content?.[0]?.text).toContain('a1b2');
    expect(h.trail()).toEqual(['intent deny approval_pending write', 'outcome refused write']);
  });
});

describe('what is read', () => {
  it.each([
    ['resource', 'resources/read', 'test://x', { uri: 'test://x' }],
    ['prompt', 'prompts/get', 'review', { name: 'review', arguments: { a: '1' } }],
  ])('a %s can be asked about too', async (kind, method, name, params) => {
    const what = kind === 'resource' ? { resource: 'test://*' } : { prompt: 'review' };
    const { tool: _, ...base } = rule('ask', 'x');
    const h = harness({ policy: policyOf('allow', [{ ...base, ...what }]) });
    h.fromClient({ id: 1, method, params });
    expect(h.server.take()).toBe('');
    expect(h.questions[0]?.request).toMatchObject({ about: 'call', tool: `${kind} ${name}` });
    h.questions[0]?.answer(YES);
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ id: 1, method }]);
    h.fromClient({ id: 2, method, params });
    h.questions[1]?.answer(decision('deny', 'approval_denied'));
    await h.settle();
    expect(h.client.messages()).toMatchObject([{ id: 2, error: { code: -31001 } }]);
  });

  it.each([
    ['resource', 'resources/read', 'resources/list', { uri: 'test://x' }],
    ['prompt', 'prompts/get', 'prompts/list', { name: 'review' }],
  ])('a %s that is denied is neither listed nor read', (kind, method, list, item) => {
    const what = kind === 'resource' ? { resource: 'test://*' } : { prompt: 'review' };
    const { tool: _, ...base } = rule('deny', 'x');
    const h = harness({ policy: policyOf('allow', [{ ...base, ...what }]) });
    h.fromClient({ id: 1, method: list });
    h.fromServer({ id: 1, result: { [`${kind}s`]: [item, { uri: 'other://y', name: 'other' }] } });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { [`${kind}s`]: [{ name: 'other' }] } }]);
    h.server.take();
    h.fromClient({ id: 2, method, params: item });
    expect(h.client.messages()).toMatchObject([{ id: 2, error: { code: -31001 } }]);
    expect(h.server.take()).toBe('');
  });
});
