import { describe, expect, it } from 'vitest';
import { VERSION_KEY, SUBSCRIPTION_KEY, MODERN_META, modern, modernCall } from './messages.ts';
import { rig, real } from './rig.ts';
import { server, tool } from './scripted-server.ts';

const listChanged = { method: 'notifications/tools/list_changed' };

describe('the server that the aggregate is', () => {
  it.each([
    ['2025-11-25', '2025-11-25'],
    ['2024-11-05', '2024-11-05'],
    ['2026-07-28', '2025-11-25'],
    ['1999-01-01', '2025-11-25'],
    [undefined, '2025-11-25'],
  ])('answers initialize for %s with %s', async (requested, agreed) => {
    const r = rig({ m: real(server({ tools: [] })) });
    const [answer] = await r.ask({ id: 'i', method: 'initialize', params: { protocolVersion: requested } });
    expect(answer?.text).toBe(
      `{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"${agreed}","capabilities":{"tools":{"listChanged":true}},` +
        '"serverInfo":{"name":"runlayer-companion","version":"1.2.3"},' +
        '"instructions":"The tools of all connectors of this Runlayer companion, each named <connector>__<tool>."}}',
    );
    expect(r.opened.size).toBe(0);
  });

  it('answers server/discover', async () => {
    const r = rig({});
    const [answer] = await r.ask({ id: 1, method: 'server/discover', ...modern() });
    expect(answer?.json.result).toEqual({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true } },
      instructions: expect.stringContaining('<connector>__<tool>') as unknown,
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'runlayer-companion', version: '1.2.3' } },
    });
  });

  it('answers a ping', async () => {
    expect((await rig({}).ask({ id: 1, method: 'ping' }))[0]?.text).toBe('{"jsonrpc":"2.0","id":1,"result":{}}');
  });

  it.each<[string, object]>([
    ['server/discover', {}],
    ['subscriptions/listen', {}],
    ['resources/list', {}],
    ['logging/setLevel', {}],
    ['initialize', modern()],
    ['ping', modern()],
    ['prompts/get', modern()],
    ['tasks/get', modern()],
  ])('does not know %s %j', async (method, params) => {
    const [answer] = await rig({}).ask({ id: 1, method, ...params });
    expect(answer?.json.error).toEqual({ code: -32601, message: `Method not found: ${method}` });
  });

  it.each<[object, object]>([
    [{ [VERSION_KEY]: '2030-01-01' }, { code: -32022, data: { supported: ['2026-07-28'], requested: '2030-01-01' } }],
    [{ [VERSION_KEY]: 5 }, { code: -32602 }],
    [{ 'io.modelcontextprotocol/clientCapabilities': undefined }, { code: -32602 }],
    [{ 'io.modelcontextprotocol/clientCapabilities': [] }, { code: -32602 }],
  ])('refuses a modern request that says %j', async (meta, error) => {
    const r = rig({ m: real(server({ tools: [tool('x')] })) });
    const [answer] = await r.ask(modernCall(1, 'm__x', {}, meta));
    expect(answer?.json.error).toMatchObject(error);
    expect(r.opened.size).toBe(0);
  });

  it('refuses what cannot be parsed, where it can be answered', async () => {
    const r = rig({});
    expect((await r.ask('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}'))[0]?.json).toMatchObject({
      id: 1,
      error: { code: -32600 },
    });
    expect((await r.ask('no json'))[0]?.text).toContain('"id":null');
    expect(await r.ask('{"jsonrpc":"2.0","id":1,"result":{},"error":{}}')).toEqual([]);
  });

  it('says nothing to notifications and answers', async () => {
    const r = rig({});
    for (const method of ['notifications/initialized', 'notifications/roots/list_changed', 'tools/call', 'x'])
      expect(await r.ask({ method })).toEqual([]);
    expect(await r.ask({ id: 1, result: {} })).toEqual([]);
  });
});

describe('subscriptions/listen', () => {
  const listen = (id: unknown, notifications: unknown): object => ({
    id,
    method: 'subscriptions/listen',
    ...modern({ notifications }),
  });

  it('is acknowledged, and told of changes in its own name', async () => {
    const r = rig({ m: real(server({ tools: [tool('x')] })) }, { era: 'modern' });
    const [acknowledged] = await r.ask(listen(5, { toolsListChanged: true, promptsListChanged: true }));
    expect(acknowledged).toMatchObject({
      related: 'n5',
      json: {
        method: 'notifications/subscriptions/acknowledged',
        params: { _meta: { [SUBSCRIPTION_KEY]: 5 }, notifications: { toolsListChanged: true } },
      },
    });
    expect(r.session.openCalls).toBe(1);
    await r.list();
    await r.ask(listen('"\u00e9', { toolsListChanged: true }));
    r.member('m').say(listChanged);
    r.member('m').say(listChanged);
    await r.settle();
    expect(r.client.take().map(({ related, json }) => [related, json.method, json.params])).toEqual([
      ['n5', listChanged.method, { _meta: { [SUBSCRIPTION_KEY]: 5 } }],
      ['s"\u00e9', listChanged.method, { _meta: { [SUBSCRIPTION_KEY]: '"\u00e9' } }],
    ]);
  });

  it('that came after a change was told to others is told of the next', async () => {
    const r = rig({ m: real(server({ tools: [tool('x')] })) }, { era: 'modern' });
    await r.list();
    await r.ask(listen(1, { toolsListChanged: true }));
    r.member('m').say(listChanged);
    await r.settle();
    await r.ask(listen(2, { toolsListChanged: true }));
    r.client.take();
    r.member('m').say(listChanged);
    await r.settle();
    expect(r.client.take().map(({ related }) => related)).toEqual(['n2']);
  });

  it('for what we have not is over at once', async () => {
    const r = rig({});
    const [acknowledged, over] = await r.ask(listen(5, { promptsListChanged: true }));
    expect(acknowledged?.json.params?.['notifications']).toEqual({});
    expect(over?.text).toBe(
      `{"jsonrpc":"2.0","id":5,"result":{"resultType":"complete","_meta":{"${SUBSCRIPTION_KEY}":5}}}`,
    );
    expect(r.session.openCalls).toBe(0);
  });

  it('must say what for', async () => {
    expect((await rig({}).ask(listen(5, undefined)))[0]?.json.error?.code).toBe(-32602);
  });

  it('ends when it is taken back', async () => {
    const r = rig({ m: real(server({ tools: [tool('x')] })) }, { era: 'modern' });
    await r.list();
    await r.ask(listen(5, { toolsListChanged: true }));
    expect(await r.ask({ method: 'notifications/cancelled', params: { requestId: 5 } })).toEqual([]);
    r.member('m').say(listChanged);
    await r.settle();
    expect(r.client.take()).toEqual([]);
    expect(r.session.openCalls).toBe(0);
  });

  it('tells a modern client nothing that it did not ask for', async () => {
    const r = rig({ m: real(server({ tools: [tool('x')] })) }, { era: 'modern' });
    await r.list();
    r.member('m').say(listChanged);
    await r.settle();
    expect(r.client.take()).toEqual([]);
    expect(MODERN_META[VERSION_KEY]).toBe('2026-07-28');
  });
});
