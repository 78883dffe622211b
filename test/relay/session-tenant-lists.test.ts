import { describe, expect, it } from 'vitest';
import { call, policyOf, rule, tool } from './harness.ts';
import { allow, codes, DENY, json, listAll, tenantHarness, type TenantHarness } from './tenant-harness.ts';

/** The client's question is with the server. */
async function asked(options: Parameters<typeof tenantHarness>[0] = {}): Promise<TenantHarness> {
  const h = tenantHarness(options);
  h.fromClient({ id: 1, method: 'tools/list' });
  await h.pre(allow('c'));
  h.server.take();
  return h;
}

const names = (h: TenantHarness): string[] =>
  h.client.messages().flatMap(({ result }) => result?.tools?.map(({ name }) => name) ?? []);

async function replaced(h: TenantHarness, own: readonly object[], list: string): Promise<void> {
  h.fromServer({ id: 1, result: { tools: own } });
  await h.post({ kind: 'replace', value: json(list) });
}

describe('a list of a tenant’s connector', () => {
  it('is asked about before it is read, and is the tenant’s where that differs', async () => {
    const h = tenantHarness();
    const line = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}';
    h.fromClient(line);
    expect(h.server.take()).toBe('');
    expect(h.session.openCalls).toBe(1);
    const question = await h.pre(allow('c'));
    expect(question).toEqual({ method: 'tools/list', params: undefined });
    expect(h.server.take()).toBe(`${line}\n`);

    const a = '{"name":"a","n":1.0}';
    h.fromServer(
      `{"result":{"x":-0,"tools":[ ${a} , {"name":"b"},{"name":"c"}],"cacheScope":"public","nextCursor":"y"},"id":1,"jsonrpc":"2.0"}`,
    );
    expect(h.client.take()).toBe('');
    const seen = await h.post({
      kind: 'replace',
      value: json(`[{"name":"c","description":"\\u0041","v":9007199254740993}, ${a}]`),
    });
    expect(seen.correlation).toBe('c');
    expect(seen.result?.toString()).toContain('{"x":-0,"tools":[');
    expect(h.client.take()).toBe(
      `{"result":{"tools":[{"name":"c","description":"\\u0041","v":9007199254740993},${a}],"cacheScope":"private","nextCursor":"y"},"id":1,"jsonrpc":"2.0"}\n`,
    );
    expect(h.records).toEqual([]);
  });

  it('is not read where the tenant denies it', async () => {
    const h = tenantHarness();
    h.fromClient({ id: 1, method: 'tools/list' });
    await h.pre(DENY);
    expect(h.server.take()).toBe('');
    const text = h.client.take();
    expect(text).not.toContain('secret rule');
    expect(JSON.parse(text)).toMatchObject({ id: 1, error: { code: -31001 } });
    expect(h.session.openCalls).toBe(0);
  });

  it.each([
    ['with one of its own', { result: json('{"tools":[]}') }],
    ['with arguments', { arguments: json('{}') }],
  ])('is refused where the tenant answers %s', async (_title, extra) => {
    const h = tenantHarness();
    h.fromClient({ id: 1, method: 'tools/list' });
    await h.pre(allow('c', extra));
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual([-31001]);
  });

  it('is refused when the gate throws or never answers', async () => {
    const h = tenantHarness();
    h.gate.throws = new Error('broken');
    h.fromClient({ id: 1, method: 'tools/list' });
    await h.settle();
    h.gate.throws = undefined;
    h.fromClient({ id: 2, method: 'tools/list' });
    h.now = 45_000;
    h.session.tick();
    await h.settle();
    expect(codes(h)).toEqual([-31001, -31001]);
    await h.pre(allow('late'));
    expect(h.server.take()).toBe('');
    expect(h.fatal).toEqual([]);
  });

  it('is the server’s, as far as it is open here, where managed settings say so', async () => {
    const h = tenantHarness({ policy: policyOf('allow', [rule('deny', 'b')]) });
    h.fromClient({ id: 1, method: 'tools/list' });
    await h.pre({ kind: 'open', reason: 'away' });
    h.fromServer({ id: 1, result: { tools: [tool('a'), tool('b')] } });
    expect(names(h)).toEqual(['a']);
  });

  it('holds no tool that the server does not list, and none twice', async () => {
    const h = await asked();
    await replaced(
      h,
      [tool('a'), tool('b')],
      JSON.stringify([tool('synthetic'), tool('b'), tool('A'), tool('b', { evil: 1 }), tool('a')]),
    );
    expect(names(h)).toEqual(['b', 'a']);
    expect(h.dropped).toEqual(Array(3).fill('server: a tool of the tenant that the server does not list'));
    h.fromClient(call(2, 'synthetic'));
    const [own] = h.server.messages();
    h.fromServer({ id: own?.id, result: { tools: [tool('a'), tool('b')] } });
    await h.settle();
    expect(h.client.messages()).toMatchObject([{ error: { message: 'Unknown tool: synthetic' } }]);
    expect(h.gate.pres).toEqual([]);
  });

  it.each([
    ['{"tools":[],"extra":"sesame","_meta":{"tools":["sesame"]}}', '{"tools":[]}'],
    [
      '{"resultType":"complete","ttlMs":1.0,"cacheScope":"public","nextCursor":"\\u0041","tools":[]}',
      '{"resultType":"complete","ttlMs":1.0,"cacheScope":"private","nextCursor":"\\u0041","tools":[]}',
    ],
    ['{"ttlMs":{"sesame":1},"cacheScope":["sesame"],"nextCursor":{"sesame":1},"tools":[]}', '{"tools":[]}'],
  ])('keeps of the server’s only what says how it is to be read: %s', async (own, delivered) => {
    const h = await asked();
    h.fromServer(`{"jsonrpc":"2.0","more":"sesame","id":1,"result":${own}}`);
    await h.post({ kind: 'replace', value: json('[]') });
    expect(h.client.take()).toBe(`{"jsonrpc":"2.0","id":1,"result":${delivered}}\n`);
  });

  it('hides what is denied here', async () => {
    const h = await asked({ policy: policyOf('allow', [rule('deny', 'b')]) });
    await replaced(h, [tool('a'), tool('b')], JSON.stringify([tool('b'), tool('a')]));
    expect(names(h)).toEqual(['a']);
  });

  it.each([
    ['deliver', { kind: 'deliver' } as const],
    ['withhold', { kind: 'withhold', code: 'tenant_deny', reason: 'sesame' } as const],
    ['an object', { kind: 'replace', value: json('{"tools":[]}') } as const],
    ['a tool without a name', { kind: 'replace', value: json('[{"description":"x"}]') } as const],
    ['no tool', { kind: 'replace', value: json('[1]') } as const],
    ['a tool with two names', { kind: 'replace', value: json('[{"name":"open","name":"b"}]') } as const],
    ['too deep', { kind: 'replace', value: json(`[{"name":"b","x":${'['.repeat(70)}${']'.repeat(70)}}]`) } as const],
    ['too large', { kind: 'replace', value: json(`[{"name":"b","x":"${'y'.repeat(3000)}"}]`) } as const],
    [
      'more than a list',
      { kind: 'replace', value: { value: [], source: Buffer.from('[],"tools":[{"name":"b"}]') } } as const,
    ],
    [
      'another list than it says',
      { kind: 'replace', value: { value: [{ name: 'b' }], source: Buffer.from('[{"name":"evil"}]') } } as const,
    ],
  ])('is withheld if the tenant says: %s', async (_title, verdict) => {
    const h = await asked({ limits: { maxMessageBytes: 2000 } });
    h.fromServer({ id: 1, result: { tools: [tool('open'), tool('b')] } });
    await h.post(verdict);
    const text = h.client.take();
    expect(text).not.toMatch(/open|sesame|evil/);
    expect(JSON.parse(text)).toMatchObject({ id: 1, error: { code: -31001 } });
    expect(h.fatal).toEqual([]);
  });

  it.each([
    '{"tools":{}}',
    '{"tools":[],"tools":[{"name":"open"}]}',
    '{"tools":[],"Tools":[]}',
    '{"tools":[1]}',
    'null',
  ])('of the server that is none is not put to the tenant: %s', async (result) => {
    const h = await asked();
    h.fromServer(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
    const seen = await h.post({ kind: 'deliver' });
    expect(seen).toMatchObject({ result: undefined, error: { type: 'protocol' } });
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
  });

  it('makes no tool milder than the server says, nor than the tenant says', async () => {
    const mild = { annotations: { readOnlyHint: true } };
    const h = await asked({ policy: policyOf('read-only') });
    await replaced(
      h,
      [tool('a'), tool('b', mild), tool('c', mild)],
      JSON.stringify([tool('a', mild), tool('b'), tool('c', mild)]),
    );
    h.client.take();
    for (const name of ['a', 'b', 'c']) {
      h.fromClient(call(name, name));
      await h.pre(allow(name));
    }
    expect(h.questions.map(({ request }) => request.tool)).toEqual(['a', 'b']);
  });
});

describe('a tool that the tenant left out', () => {
  async function hidden(): Promise<TenantHarness> {
    const h = await asked();
    await replaced(h, [tool('a'), tool('b')], JSON.stringify([tool('a')]));
    h.client.take();
    return h;
  }

  it('is answered as one that never was, by nobody but us', async () => {
    const h = await hidden();
    h.fromClient(call(2, 'b'));
    await h.settle();
    expect(h.client.take()).toBe('{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Unknown tool: b"}}\n');
    expect(h.gate.pres).toEqual([]);
    expect(h.server.take()).toBe('');
    expect(h.records[0]).toMatchObject({ decision: { effect: 'deny', decidedBy: 'tenant', code: 'tenant_hidden' } });
  });

  it('stays hidden when the server says that its list changed, until it is listed again', async () => {
    const h = await hidden();
    h.fromServer({ method: 'notifications/tools/list_changed' });
    h.fromClient(call(2, 'b'));
    await h.settle();
    expect(h.server.take()).toBe('');
    await listAll(h, [tool('a'), tool('b')]);
    h.fromClient(call(3, 'b'));
    await h.pre(allow('c'));
    expect(h.server.messages()).toMatchObject([{ id: 3 }]);
  });

  it('stays hidden in a list that the tenant could not be asked about, before or after it was read', async () => {
    const h = await hidden();
    const own = [tool('a'), tool('b'), tool('c')];
    h.fromClient({ id: 2, method: 'tools/list' });
    await h.pre({ kind: 'open', reason: 'away' });
    h.fromServer({ id: 2, result: { tools: own } });
    expect(names(h)).toEqual(['a', 'c']);

    h.fromClient({ id: 3, method: 'tools/list' });
    await h.pre(allow('d'));
    h.fromServer({ id: 3, result: { tools: own, cacheScope: 'public' } });
    await h.post({ kind: 'replace', value: json(JSON.stringify(own)), unasked: true });
    expect(names(h)).toEqual(['a', 'c']);

    h.server.take();
    h.fromClient(call(4, 'b'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(codes(h)).toEqual([-32602]);
  });

  it('is told page by page', async () => {
    const h = await hidden();
    await listAll(h, [tool('c')]);
    h.fromClient(call(2, 'b'), call(3, 'c'));
    expect(h.gate.pres.map(({ question }) => question.params?.name)).toEqual(['c']);
  });

  it('while the call waited for the tenant is not made', async () => {
    const h = tenantHarness();
    await listAll(h, [tool('b')]);
    h.fromClient(call(2, 'b'));
    const [pre] = h.gate.pres.splice(0);
    h.fromClient({ id: 1, method: 'tools/list' });
    await h.pre(allow('l'));
    h.server.take();
    await replaced(h, [tool('b')], '[]');
    pre?.answer(allow('c'));
    await h.settle();
    expect(h.server.take()).toBe('');
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c', type: 'local_denial' }]);
  });
});

describe('a list while something else happens', () => {
  it('the server says that it changed: the client hears of it after the old one, too', async () => {
    const h = await asked({ policy: policyOf('read-only') });
    h.fromServer({ id: 1, result: { tools: [tool('a', { annotations: { readOnlyHint: true } })] } });
    h.fromServer({ method: 'notifications/tools/list_changed' });
    h.client.take();
    await h.post({
      kind: 'replace',
      value: json(JSON.stringify([tool('a', { annotations: { readOnlyHint: true } })])),
    });
    expect(h.client.messages()).toMatchObject([{ id: 1 }, { method: 'notifications/tools/list_changed' }]);
    // Nothing of the old list decides any more.
    h.fromClient(call(2, 'a'));
    expect(h.gate.pres).toEqual([]);
    expect(h.server.messages()).toMatchObject([{ method: 'tools/list' }]);
  });

  it('the server says that it changed: what it named twice is not shown for once in the tenant’s list', async () => {
    const h = await asked();
    h.fromServer({ id: 1, result: { tools: [tool('a'), tool('b'), tool('b', { other: 1 })] } });
    h.fromServer({ method: 'notifications/tools/list_changed' });
    await h.post({ kind: 'replace', value: json(JSON.stringify([tool('a'), tool('b')])) });
    expect(names(h)).toEqual(['a']);
  });

  it('the tenant is back: whoever listed before is told', async () => {
    const h = tenantHarness();
    for (const listener of h.gate.recovered) listener();
    expect(h.client.take()).toBe('');
    await listAll(h, [tool('a')]);
    for (const listener of h.gate.recovered) listener();
    expect(h.client.messages()).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }]);
  });

  it('the client takes it back, before and after the server answered', async () => {
    const h = tenantHarness();
    h.fromClient({ id: 1, method: 'tools/list' }, { method: 'notifications/cancelled', params: { requestId: 1 } });
    h.fromClient({ id: 1, method: 'tools/list' });
    await h.pre(allow('late'));
    expect(h.server.take()).toBe('');
    await h.pre(allow('c'));
    expect(h.server.messages()).toMatchObject([{ id: 1, method: 'tools/list' }]);
    h.fromServer({ id: 1, result: { tools: [tool('a')] } });
    h.fromClient({ method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(h.session.openCalls).toBe(0);
    await h.post({ kind: 'replace', value: json('[]') });
    expect(h.client.take()).toBe('');
    expect(h.server.take()).toBe('');
  });

  it('the server ends before it is asked', async () => {
    const h = tenantHarness();
    h.fromClient({ id: 1, method: 'tools/list' });
    h.session.serverEnded();
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    await h.pre(allow('late'));
    expect(h.server.take()).toBe('');
    expect(h.session.openCalls).toBe(0);
  });

  it('the client sends no more: the list is still read', async () => {
    const h = tenantHarness();
    h.fromClient({ id: 1, method: 'tools/list' });
    h.session.clientEnded();
    expect(h.server.ended).toBe(false);
    await h.pre(allow('c'));
    expect(h.server.messages()).toHaveLength(1);
    expect(h.server.ended).toBe(true);
    await replaced(h, [tool('a')], JSON.stringify([tool('a')]));
    expect(names(h)).toEqual(['a']);
  });

  it('an id is used twice', async () => {
    const h = tenantHarness();
    h.fromClient({ id: 1, method: 'tools/list' }, { id: 1, method: 'tools/list' });
    expect(codes(h)).toEqual([-32600]);
    await h.pre(allow('c'));
    h.fromServer({ id: 1, result: { tools: [] } });
    h.fromClient({ id: 1, method: 'ping' });
    expect(codes(h)).toEqual([-32600]);
  });

  it('the relay’s own list is asked about nowhere and reaches nobody', async () => {
    const h = tenantHarness();
    h.fromClient(call(1, 'a'));
    const [own] = h.server.messages();
    expect(own?.method).toBe('tools/list');
    h.fromServer({ id: own?.id, result: { tools: [tool('a')] } });
    await h.settle();
    expect(h.client.take()).toBe('');
    expect(h.gate.posts).toEqual([]);
    await h.pre(allow('c'));
    expect(h.server.messages()).toMatchObject([{ id: 1 }]);
  });
});
