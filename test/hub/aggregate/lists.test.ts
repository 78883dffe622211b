import { describe, expect, it } from 'vitest';
import { policyOf, rule } from '../../relay/harness.ts';
import { modern, call } from './messages.ts';
import { rig, real, fake, refusing, realMember } from './rig.ts';
import { server, tool } from './scripted-server.ts';

const echo = real(server({ tools: [tool('echo')] }));

function unknown(id: number, name: string): string {
  return `{"jsonrpc":"2.0","id":${id},"error":{"code":-32602,"message":"Unknown tool: ${name}"}}`;
}

describe('tools/list', () => {
  it('names the tools of each connector, and changes nothing else in their definitions', async () => {
    const odd =
      '{ "x": 1.0, "na\\u006de" : "r\\u0065ad", "inputSchema":{"type":"object"},"big":12345678901234567890 , "s":"]},\\ud800"}';
    const r = rig({ files: real(server({ tools: [odd, tool('write')] })), mail: echo });
    const [answer] = await r.ask({ id: 1, method: 'tools/list' });
    const moved = odd.replace('"r\\u0065ad"', '"files__read"');
    expect(answer?.text).toBe(
      `{"jsonrpc":"2.0","id":1,"result":{"tools":[${moved},` +
        '{"name":"files__write","inputSchema":{"type":"object"}},{"name":"mail__echo","inputSchema":{"type":"object"}}]}}',
    );
  });

  it('is one page of what a modern client may keep for itself', async () => {
    const r = rig({ files: real(server({ tools: [1, 2, 3, 4, 5].map((n) => tool(`t${n}`)), pageSize: 2 })) });
    const [answer] = await r.ask({ id: 1, method: 'tools/list', ...modern() });
    expect(answer?.json.result).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    expect(answer?.json.result).not.toHaveProperty('nextCursor');
    expect(answer?.json.result?.tools?.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((n) => `files__t${n}`));
    const [refused] = await r.ask({ id: 2, method: 'tools/list', params: { cursor: '2' } });
    expect(refused?.json.error?.code).toBe(-32602);
  });

  it('holds the tools of fifty connectors, in their order', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `c${String.fromCodePoint(97 + (index % 20))}${index}`);
    const r = rig(Object.fromEntries(names.map((name) => [name, real(server({ tools: [tool('one'), tool('two')] }))])));
    expect(await r.list()).toEqual(names.flatMap((name) => [`${name}__one`, `${name}__two`]));
    expect([...r.opened.values()].every((sessions) => sessions.length === 1)).toBe(true);
    expect(r.scheduled).toBe(0);
  });

  it('is empty without connectors, and where a server has no tools', async () => {
    expect(await rig({}).list()).toEqual([]);
    const none = server({ tools: [tool('x')], capabilities: {} });
    const r = rig({ none: real(none), empty: real(server({ tools: [] })) });
    expect(await r.list()).toEqual([]);
    expect(r.member('none').methods).not.toContain('tools/list');
  });

  it('is asked for once by two who ask at the same time, and anew by who asks later', async () => {
    const r = rig({ files: echo });
    r.send({ id: 1, method: 'tools/list' });
    const both = await r.ask({ id: 2, method: 'tools/list' });
    expect(both.map(({ json }) => json.id)).toEqual([1, 2]);
    expect(r.member('files').methods.filter((method) => method === 'tools/list')).toHaveLength(1);
    await r.list();
    expect(r.member('files').methods.filter((method) => method === 'tools/list')).toHaveLength(2);
  });

  it('that is taken back is not answered', async () => {
    const r = rig({ files: echo });
    r.send({ id: 1, method: 'tools/list' });
    r.send({ id: 2, method: 'tools/list' });
    expect(r.session.openCalls).toBe(2);
    const answers = await r.ask({ method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(answers.map(({ json }) => json.id)).toEqual([2]);
  });

  it('that began before a change is not shared by who asks after it', async () => {
    const held: unknown[] = [];
    const on = { 'tools/list': ({ id }: { readonly id?: unknown }) => void held.push(id) };
    const r = rig({ files: real(server({ tools: [], era: 'legacy', on })) });
    await r.ask({ id: 1, method: 'tools/list' });
    r.member('files').say({ method: 'notifications/tools/list_changed' });
    await r.ask({ id: 2, method: 'tools/list' });
    await r.ask({ id: 3, method: 'tools/list' });
    expect(held).toHaveLength(1);
    r.member('files').answer(held[0], { tools: [tool('old')] });
    await r.settle();
    r.member('files').answer(held[1], { tools: [tool('new')] });
    await r.settle();
    const answers = r.client.take().map(({ json }) => [json.id, json.result?.tools?.map(({ name }) => name)]);
    expect(answers).toEqual([
      [1, ['files__old']],
      [2, ['files__new']],
      [3, ['files__new']],
    ]);
    expect(held).toHaveLength(2);
  });

  it('shows what the policy of each connector shows, and a hidden tool is as unknown as one that never was', async () => {
    const tools = [tool('read'), tool('secret')];
    const r = rig({ files: real(server({ tools }), policyOf('allow', [rule('deny', 'secret')])), mail: echo });
    expect(await r.list()).toEqual(['files__read', 'mail__echo']);
    const [hidden] = await r.ask(call(1, 'files__secret'));
    const [never] = await r.ask(call(2, 'files__nothing'));
    expect(hidden?.text).toBe(unknown(1, 'files__secret'));
    expect(never?.text).toBe(unknown(2, 'files__nothing'));
  });

  it('that a policy changed since hides a tool in the same bytes', async () => {
    const r = rig({ files: real(server({ tools: [tool('read')] })) });
    expect(await r.list()).toEqual(['files__read']);
    realMember(r, 'files').h.policy = policyOf('deny');
    const [answer] = await r.ask(call(1, 'files__read'));
    expect(answer?.text).toBe(unknown(1, 'files__read'));
  });
});

describe('a member that fails', () => {
  const unavailable = 'com.runlayer/unavailable';

  it('is left out and named, in the list and once in the log; the others go on', async () => {
    const r = rig({ bad: refusing('"bad" is not agreed to.', 'Say yes.'), good: echo });
    const [answer] = await r.ask({ id: 1, method: 'tools/list' });
    expect(answer?.json.result?.tools?.map(({ name }) => name)).toEqual(['good__echo']);
    const reason = '"bad" is not agreed to. Say yes.';
    expect(answer?.json.result?._meta).toEqual({ [unavailable]: [{ connector: 'bad', reason }] });
    await r.list();
    expect(r.logs).toEqual([`The tools of "bad" are left out of a list: ${reason}`]);
    r.connectors.set('bad', echo);
    expect(await r.list()).toEqual(['bad__echo', 'good__echo']);
  });

  it.each<[string, Parameters<typeof real>[0]]>([
    ['refuses its list', ({ id }, s) => s.say({ id, error: { code: -32603, message: 'no \u202e list' } })],
    ['lists nothing', ({ id }, s) => s.answer(id, { tools: {} })],
    [
      'lists a key twice',
      ({ id }, s) => s.say(`{"jsonrpc":"2.0","id":${String(id)},"result":{"tools":[],"tools":[]}}`),
    ],
    ['ends', (_message, s) => s.end()],
  ])('since it %s', async (_title, list) => {
    const r = rig({ bad: real(server({ tools: [], on: { 'tools/list': list } })), good: echo });
    const [answer] = await r.ask({ id: 1, method: 'tools/list' });
    expect(answer?.json.result?.tools?.map(({ name }) => name)).toEqual(['good__echo']);
    expect(answer?.text).toContain(`{"connector":"bad","reason":"The server of \\"bad\\"`);
    expect(answer?.text).not.toContain('no ');
    expect(r.scheduled).toBe(0);
  });

  it('by being slow is left out in time, announced once it is there, and not waited for again meanwhile', async () => {
    let answerLate = (): void => {};
    const slow = server({
      tools: [],
      on: {
        'tools/list': ({ id }, s) => {
          answerLate = () => s.answer(id, { tools: [tool('late')] });
        },
      },
    });
    const r = rig({ slow: fake(slow), good: echo });
    r.send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    r.send({ id: 1, method: 'tools/list' });
    await r.pass(29_000);
    r.client.take();
    await r.pass(1000);
    const [answer] = r.client.take();
    expect(answer?.json.result?.tools?.map(({ name }) => name)).toEqual(['good__echo']);
    expect(answer?.text).toContain('did not answer in time');
    const [again] = await r.ask({ id: 2, method: 'tools/list' });
    expect(again?.text).toContain('is still starting');
    answerLate();
    await r.settle();
    expect(r.client.take().map(({ json }) => json.method)).toEqual(['notifications/tools/list_changed']);
    const [late] = await r.ask(call(3, 'slow__late'));
    expect(late?.json.result?.content?.[0]?.text).toBe('["late",{}]');
    expect(r.scheduled).toBe(0);
  });

  it('by never beginning a conversation is given up in time', async () => {
    const r = rig({ dead: fake(() => {}), good: echo });
    r.send({ id: 1, method: 'tools/list' });
    r.send(call(2, 'dead__x'));
    await r.pass(30_000);
    expect(r.client.take().map(({ json }) => json.error?.code ?? json.result?.tools?.length)).toEqual([1, -31002]);
    await r.pass(30_000);
    expect(r.opened.get('dead')?.map(({ gone }) => gone)).toEqual([1]);
    expect(r.scheduled).toBe(0);
  });

  it('by a cursor that leads nowhere stops at the limit', async () => {
    const endless = server({
      tools: [],
      on: { 'tools/list': ({ id }, s) => s.answer(id, { tools: [tool(`t${String(id)}`)], nextCursor: String(id) }) },
    });
    const r = rig({ endless: fake(endless), same: fake(loop) }, { limits: { maxToolPages: 5 } });
    const names = await r.list();
    expect(names.filter((name) => name.startsWith('endless__'))).toHaveLength(5);
    expect(names).toContain('same__t');
    expect(r.member('same').methods.filter((method) => method === 'tools/list')).toHaveLength(2);
  });
});

const loop = server({
  tools: [],
  on: {
    'tools/list': ({ id, params }, s) =>
      s.answer(id, { tools: params?.['cursor'] === undefined ? [tool('t')] : [], nextCursor: 'x' }),
  },
});

describe('a list that is too long', () => {
  const many = (count: number, extra: object = {}) =>
    real(server({ tools: Array.from({ length: count }, (_, index) => tool(`t${index}x`, extra)), pageSize: 10 }));

  it('in all leaves out who lists the most', async () => {
    const r = rig({ small: many(10), huge: many(70), middle: many(30) }, { limits: { maxTools: 100 } });
    const names = await r.list();
    expect(names).toHaveLength(40);
    expect(names.some((name) => name.startsWith('huge__'))).toBe(false);
    expect(r.logs).toHaveLength(1);
    // It may still be called by who knows what it has.
    expect((await r.ask(call(1, 'huge__t1x')))[0]?.json.result).toBeDefined();
  });

  it('in bytes leaves out who lists the most', async () => {
    const r = rig(
      { small: many(10), huge: many(20, { description: 'x'.repeat(1000) }) },
      { limits: { maxToolListBytes: 10_000 } },
    );
    expect(await r.list()).toHaveLength(10);
    expect(r.logs).toEqual([expect.stringContaining('"huge"')]);
  });

  it('of one member is that member’s failure', async () => {
    const r = rig(
      { huge: fake(server({ tools: Array.from({ length: 101 }, (_, n) => tool(`t${n}x`)) })), small: many(9) },
      {
        limits: { maxTools: 100 },
      },
    );
    expect(await r.list()).toHaveLength(9);
    const [answer] = await r.ask(call(1, 'huge__t1x'));
    expect(answer?.json.error?.message).toContain('Bind a token to it alone.');
  });
});

describe('a definition that clients cannot read', () => {
  const modernOnly = tool('list', { outputSchema: { type: 'array' } });
  const tools = [{ name: 'bare' }, tool('wrong', { description: 5 }), modernOnly, tool('ok')];

  it('is left out, because one would cost the client the tools of all connectors', async () => {
    expect(await rig({ a: real(server({ tools })), b: echo }).list()).toEqual(['a__ok', 'b__echo']);
  });

  it('is judged by what the era of the client knows', async () => {
    const r = rig({ a: real(server({ tools })) }, { era: 'modern' });
    expect(await r.list()).toEqual(['a__list', 'a__ok']);
  });
});
