import { describe, expect, it } from 'vitest';
import { call, tool } from './harness.ts';
import { allow, codes, json, listAll, tenantHarness, type TenantHarness } from './tenant-harness.ts';

const MODERN = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };

/** One call is with the server. */
async function made(options: Parameters<typeof tenantHarness>[0] = {}, meta?: object): Promise<TenantHarness> {
  const h = tenantHarness(options);
  await listAll(h, [tool('a')]);
  h.records.length = 0;
  h.fromClient({ id: 1, method: 'tools/call', params: { name: 'a', ...(meta === undefined ? {} : { _meta: meta }) } });
  await h.pre(allow('c'));
  h.server.take();
  return h;
}

const withhold = (code: 'tenant_deny' | 'tenant_unavailable' | 'tenant_unauthorized' | 'tenant_invalid') =>
  ({ kind: 'withhold', code, reason: 'sesame' }) as const;

describe('a result that the tenant replaces', () => {
  it.each([
    ['{"content":[1,{"secret":2}]}', '{"content":[{"n":1.0}]}', '{"content":[{"n":1.0}]}'],
    ['{"content":["s"],"structuredContent":{"s":1}}', '{"content":[]}', '{"content":[]}'],
    [
      '{"content":["s"],"structuredContent":{"s":1}}',
      '{"structuredContent":{"m":-0}}',
      '{"content":[],"structuredContent":{"m":-0}}',
    ],
    ['{"content":["s"]}', '{"content":[],"structuredContent":{}}', '{"content":[],"structuredContent":{}}'],
    ['{"isError":true,"content":["s"]}', '{"content":[]}', '{"content":[],"isError":true}'],
    ['{"isError":true,"content":["s"]}', '{"content":[],"isError":false}', '{"content":[],"isError":false}'],
    [
      '{"content":["s"],"_meta":{"x":"s"},"resultType":"complete"}',
      '{"content":[]}',
      '{"content":[],"resultType":"complete"}',
    ],
    [
      '{"content":["s"],"_meta":{"x":"s"}}',
      '{"content":[],"_meta":{"x":1.0},"other":2}',
      '{"content":[],"_meta":{"x":1.0}}',
    ],
    ['{"content":["s"],"isError":"s"}', '{"content":[]}', '{"content":[]}'],
    [
      '{"content":["s"],"isError":true,"structuredContent":{"s":1},"_meta":{"s":1}}',
      '{"content":[1],"structuredContent":null,"isError": null ,"_meta":null}',
      '{"content":[1],"isError":true}',
    ],
    ['{"content":["s"],"toolResult":"s","vendor":"s"}', '{"content":[]}', '{"content":[]}'],
  ])('%s by %s', async (given, replacement, delivered) => {
    const h = await made();
    h.fromServer(`{"result": ${given} , "id":1,"jsonrpc":"2.0"}`);
    await h.post({ kind: 'replace', value: json(replacement) });
    expect(h.client.take()).toBe(`{"result": ${delivered} , "id":1,"jsonrpc":"2.0"}\n`);
    const failed = delivered.includes('"isError":true');
    expect(h.records[1]).toMatchObject({
      kind: 'outcome',
      outcome: failed ? 'tool_error' : 'ok',
      result_from: 'tenant',
    });
  });

  it.each([
    ['nothing of a result', '{}'],
    ['content that is no list', '{"content":{}}'],
    ['structured content that is no object', '{"structuredContent":[]}'],
    ['an error that is neither', '{"content":[],"isError":"no"}'],
    ['metadata that is no object', '{"content":[],"_meta":1}'],
    ['content that is nothing', '{"content":null,"structuredContent":null}'],
    ['a key twice', '{"content":[],"content":[]}'],
    ['a key twice, below', '{"content":[{"text":"x","t\\u0065xt":"y"}]}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['too deep', `{"content":${'['.repeat(70)}${']'.repeat(70)}}`],
    ['too large', `{"content":["${'x'.repeat(3000)}"]}`],
  ])('is withheld if the replacement is %s', async (_title, replacement) => {
    const h = await made({ limits: { maxMessageBytes: 2000 } });
    h.fromServer({ id: 1, result: { content: ['sesame'] } });
    await h.post({ kind: 'replace', value: json(replacement) });
    const text = h.client.take();
    expect(text).not.toContain('sesame');
    expect(text).toContain('tenant_invalid');
    expect(h.trail()).toEqual(['intent allow tenant_allow a', 'outcome withheld a']);
  });

  it('is withheld if it is a question to the client: what it asks would pass beside the replacement', async () => {
    const h = await made({}, MODERN);
    h.fromServer({
      id: 1,
      result: { resultType: 'input_required', requestState: 's', inputRequests: { q: 'sesame' } },
    });
    await h.post({ kind: 'replace', value: json('{"content":[]}') });
    expect(h.client.take()).not.toContain('sesame');
    expect(h.session.awaitsInput).toBe(false);
  });
});

describe('a result that the tenant withholds', () => {
  it.each(['tenant_deny', 'tenant_unavailable', 'tenant_unauthorized', 'tenant_invalid'] as const)(
    'is recorded as such, and the agent knows that the call was made: %s',
    async (code) => {
      const h = await made({}, MODERN);
      h.fromServer({ id: 1, result: { content: ['open'], isError: false } });
      await h.post(withhold(code));
      const text = h.client.take();
      expect(text).not.toMatch(/open|sesame/);
      expect(JSON.parse(text)).toMatchObject({
        id: 1,
        result: {
          isError: true,
          resultType: 'complete',
          content: [{ text: expect.stringContaining('the call was made') }],
          _meta: { 'com.runlayer/decision': { code } },
        },
      });
      expect(h.records[1]).toMatchObject({ outcome: 'withheld', 'error.type': code });
      expect(h.session.openCalls).toBe(0);
    },
  );

  it('because the gate throws, or never answers', async () => {
    const h = await made();
    h.fromClient(call(2, 'a'));
    await h.pre(allow('d'));
    h.fromServer({ id: 1, result: { content: ['open'] } }, { id: 2, result: { content: ['open'] } });
    h.gate.posts.shift()?.fail(new Error('broken'));
    await h.settle();
    expect(codes(h)).toEqual(['engine_error']);
    h.now = 45_000;
    h.session.tick();
    await h.settle();
    expect(codes(h)).toEqual(['engine_error']);
    await h.post({ kind: 'deliver' });
    expect(h.client.take()).toBe('');
    expect(h.fatal).toEqual([]);
  });
});

describe('an answer that says two things, or another thing', () => {
  it.each([
    ['two contents', '{"content":["open"],"content":[]}'],
    ['a key twice, below', '{"content":[{"text":"open","text":"x"}]}'],
    ['a look-alike', '{"content":[],"Content":["open"]}'],
    ['a list of tools', '{"tools":[{"name":"open"}]}'],
    ['a task', '{"task":{"taskId":"open"}}'],
    ['a task of the modern era', '{"resultType":"task","taskId":"open"}'],
    ['no object', '["open"]'],
    ['null', 'null'],
  ])('reaches neither the tenant nor the client: %s', async (_title, result) => {
    const h = await made();
    h.fromServer(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
    const seen = await h.post({ kind: 'deliver' });
    expect(seen.result).toBeUndefined();
    expect(seen.error).toMatchObject({ type: 'protocol' });
    const text = h.client.take();
    expect(text).not.toContain('open');
    expect(JSON.parse(text)).toMatchObject({ id: 1, error: { code: -31002 } });
    expect(h.records[1]).toMatchObject({ outcome: 'failed', 'error.type': 'protocol' });
  });

  it('is delivered without what stands beside the result, which the tenant is not shown', async () => {
    const h = await made();
    h.fromClient(call(2, 'a'));
    await h.pre(allow('d'));
    h.fromServer('{"jsonrpc":"2.0","more":"sesame","id":1,"result":{"content":[1.0]}}');
    h.fromServer('{"jsonrpc":"2.0","id":2,"result":{"content":["s"]},"more":"sesame"}');
    expect((await h.post({ kind: 'deliver' })).result?.toString()).toBe('{"content":[1.0]}');
    await h.post({ kind: 'replace', value: json('{"content":[]}') });
    expect(h.client.lines()).toEqual([
      '{"jsonrpc":"2.0","id":1,"result":{"content":[1.0]}}',
      '{"jsonrpc":"2.0","id":2,"result":{"content":[]}}',
    ]);
  });

  it('is refused where nobody was asked about it too', async () => {
    const h = tenantHarness();
    h.fromClient({ id: 1, method: 'vendor/x' });
    h.fromServer({ id: 1, result: { tools: [tool('a')] } });
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
  });
});

describe('an error of the server', () => {
  const told = (code: number, message: string): string =>
    `${JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code, message } })}\n`;

  it.each([
    ['data', '{"code":-32000,"message":"open","data":"sesame"}', '-32000', told(-32_000, 'open')],
    ['two messages', '{"code":-32000,"message":"sesame","message":"open"}', '-32000', told(-32_000, 'open')],
    ['two codes', '{"code":1,"message":"open","code":2}', '2', told(2, 'open')],
    ['no message', '{"code":-32000,"message":{"sesame":1}}', '-32000', told(-32_000, 'error')],
    ['a code that is none', '{"code":"sesame","message":"open"}', 'error', told(-31_002, 'open')],
    ['a code with a fraction', '{"code":1.5,"message":"open"}', '1.5', told(-31_002, 'open')],
    ['more than an error', '{"code":1,"message":"open"},"more":"sesame"', '1', told(1, 'open')],
  ])('reaches the client as the tenant was shown it, and no further: %s', async (_title, error, type, delivered) => {
    const h = await made();
    h.fromServer(`{"jsonrpc":"2.0","id":1,"error":${error}}`);
    expect(h.client.take()).toBe('');
    const seen = await h.post({ kind: 'deliver' });
    expect(seen).toMatchObject({ correlation: 'c', result: undefined, error: { type } });
    expect(delivered).toContain(seen.error?.message);
    expect(h.client.take()).toBe(delivered);
    expect(h.records[1]).toMatchObject({ outcome: 'error', 'error.type': type });
  });

  it('is cut where the tenant is surely shown all of it, whoever wrote it', async () => {
    const h = await made();
    h.fromClient(call(2, 'a'));
    await h.pre(allow('d'));
    const message = `${'x'.repeat(2048)}sesame`;
    h.fromServer({ id: 1, error: { code: 1, message } });
    h.session.requestFailed('n2', message);
    expect((await h.post({ kind: 'deliver' })).error?.message).toBe(message);
    expect((await h.post({ kind: 'deliver' })).error?.message).toBe(message);
    const text = h.client.take();
    expect(text.match(/x{2048}/g)).toHaveLength(2);
    expect(text).not.toContain('sesame');
  });

  it.each([withhold('tenant_deny'), { kind: 'replace', value: json('{"content":[]}') } as const])(
    'is told in our words otherwise',
    async (verdict) => {
      const h = await made();
      h.fromServer({ id: 1, error: { code: -32000, message: 'open' } });
      await h.post(verdict);
      const text = h.client.take();
      expect(text).not.toMatch(/open|sesame/);
      expect(JSON.parse(text)).toMatchObject({ id: 1, error: { code: -31002 } });
      expect(h.records[1]).toMatchObject({ outcome: 'withheld' });
    },
  );

  it('is told whole: whoever sends it redacts first, then cuts', async () => {
    const h = await made();
    const message = 'e'.repeat(10_000);
    h.fromServer({ id: 1, error: { code: -32000, message } });
    expect((await h.post({ kind: 'deliver' })).error?.message).toBe(message);
  });

  it('of its transport too', async () => {
    const h = await made();
    h.session.requestFailed('n1', 'it answered 503 open');
    expect((await h.post(withhold('tenant_deny'))).error).toMatchObject({
      type: 'protocol',
      message: 'it answered 503 open',
    });
    expect(h.client.take()).not.toContain('open');
  });

  it('that is an answer too large is the tenant’s to know as well', async () => {
    const h = await made({ limits: { maxMessageBytes: 2000 } });
    h.fromServer({ id: 1, result: { content: ['x'.repeat(3000)] } });
    expect((await h.post({ kind: 'deliver' })).error).toMatchObject({ type: 'protocol' });
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
  });
});

describe('a server that says nothing more', () => {
  it('is told to the client at once, and to the tenant', async () => {
    const h = await made();
    h.session.serverEnded();
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    expect(h.gate.posts).toEqual([]);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c', type: 'server_ended' }]);
    expect(h.session.openCalls).toBe(0);
  });

  it('in time, where calls have a limit', async () => {
    const h = await made({ limits: { callMs: 10 } });
    h.now = 10;
    h.session.tick();
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c', type: 'timeout' }]);
  });
});

describe('the end comes while the tenant looks at a result', () => {
  it('the client takes the call back: nothing is delivered, and the server is left alone', async () => {
    const h = await made();
    h.fromServer({ id: 1, result: { content: ['open'] } });
    const { signal } = h.gate.posts[0] ?? {};
    h.fromClient({ method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(signal?.aborted).toBe(true);
    expect(h.server.take()).toBe('');
    expect(h.trail()).toEqual(['intent allow tenant_allow a', 'outcome cancelled a']);
    expect(h.session.openCalls).toBe(0);
    h.fromClient(call(1, 'a'));
    await h.post({ kind: 'deliver' });
    expect(h.client.take()).toBe('');
    expect(h.gate.pres).toHaveLength(1);
  });

  it('the server ends: the result is still delivered', async () => {
    const h = await made();
    h.fromServer({ id: 1, result: { content: ['last'] } });
    h.session.serverEnded();
    expect(h.session.openCalls).toBe(1);
    await h.post({ kind: 'deliver' });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { content: ['last'] } }]);
    expect(h.session.openCalls).toBe(0);
  });

  it('the client sends no more: the result is still delivered', async () => {
    const h = await made();
    h.session.clientEnded();
    h.fromServer({ id: 1, result: { content: ['last'] } });
    expect(h.session.openCalls).toBe(1);
    await h.post({ kind: 'deliver' });
    expect(h.client.messages()).toMatchObject([{ id: 1 }]);
  });

  it.each([
    ['client_gone', 'cancelled'],
    ['stopped', 'cancelled'],
    ['server_gone', 'failed'],
  ] as const)('the session ends: %s', async (reason, outcome) => {
    const h = await made();
    h.fromServer({ id: 1, result: { content: ['open'] } });
    const { signal } = h.gate.posts[0] ?? {};
    h.session.close(reason);
    expect(signal?.aborted).toBe(true);
    expect(h.session.openCalls).toBe(0);
    await h.post({ kind: 'deliver' });
    expect(h.client.take()).toBe('');
    expect(h.trail()).toEqual(['intent allow tenant_allow a', `outcome ${outcome} a`]);
    expect(h.fatal).toEqual([]);
    expect(h.gate.recovered.size).toBe(0);
  });
});

describe('the end comes while the tenant decides', () => {
  async function asked(): Promise<TenantHarness> {
    const h = tenantHarness();
    await listAll(h, [tool('a')]);
    h.records.length = 0;
    h.fromClient(call(1, 'a'));
    return h;
  }

  it('the client takes the call back: the server never hears of it, a late yes finds nobody', async () => {
    const h = await asked();
    const { signal } = h.gate.pres[0] ?? {};
    h.fromClient({ method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(signal?.aborted).toBe(true);
    h.fromClient(call(1, 'a', { second: true }));
    await h.pre(allow('late'));
    expect(h.server.take()).toBe('');
    expect(h.gate.unmade).toMatchObject([{ correlation: 'late', type: 'cancelled' }]);
    await h.pre(allow('second'));
    expect(h.server.messages()).toMatchObject([{ id: 1, params: { arguments: { second: true } } }]);
    expect(h.trail()).toEqual([
      'intent deny approval_cancelled a',
      'outcome cancelled a',
      'intent allow tenant_allow a',
    ]);
  });

  it('the server ends: the call is refused', async () => {
    const h = await asked();
    h.session.serverEnded();
    expect(codes(h)).toEqual(['approval_cancelled']);
    await h.pre(allow('late'));
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe('');
    expect(h.gate.unmade).toMatchObject([{ correlation: 'late' }]);
  });

  it('the client sends no more: the call is still made, and only then the input ends', async () => {
    const h = await asked();
    h.session.clientEnded();
    expect(h.server.ended).toBe(false);
    await h.pre(allow('c'));
    expect(h.server.messages()).toMatchObject([{ id: 1 }]);
    expect(h.server.ended).toBe(true);
  });

  it('the session ends: nothing leaves', async () => {
    const h = await asked();
    h.session.close('client_gone');
    await h.pre(allow('late'));
    expect(h.server.take()).toBe('');
    expect(h.client.take()).toBe('');
    expect(h.trail()).toEqual(['intent deny approval_cancelled a', 'outcome cancelled a']);
    expect(h.session.openCalls).toBe(0);
  });

  it('after it did: a call that is with the server is taken back there, and the tenant knows', async () => {
    const h = await asked();
    await h.pre(allow('c'));
    h.server.take();
    h.fromClient({ method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(h.server.messages()).toMatchObject([{ method: 'notifications/cancelled' }]);
    expect(h.gate.unmade).toMatchObject([{ correlation: 'c', type: 'cancelled' }]);
    h.fromServer({ id: 1, result: { content: ['open'] } });
    expect(h.gate.posts).toEqual([]);
    expect(h.client.take()).toBe('');
  });
});
