import { afterEach, describe, expect, test } from 'vitest';
import { breakOff, event, events, json, META, result, Stage, type Seen } from './rig.ts';

const stage = new Stage();
afterEach(() => stage.close());

const modern = (id: unknown, method: string, params: object = {}): object => ({
  id,
  method,
  params: { ...params, _meta: META },
});

const TOOLS = [
  {
    name: 'query',
    inputSchema: {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        limit: { type: 'integer', 'x-mcp-header': 'Limit' },
        nested: { type: 'object', properties: { deep: { type: 'boolean', 'x-mcp-header': 'Deep' } } },
        sql: { type: 'string' },
      },
    },
  },
  { name: 'broken', inputSchema: { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } } },
  { name: 'plain', inputSchema: { type: 'object' } },
];

const answer = (seen: Seen): void => {
  const { method } = seen.json;
  if (method === 'tools/list') result(seen, { resultType: 'complete', tools: TOOLS });
  else result(seen, { resultType: 'complete', did: method });
};

describe('a modern request', () => {
  test('says in its headers what its body says, and nothing of a session', async () => {
    const { r, server } = await stage.start(answer);
    r.send(modern(1, 'server/discover'));
    r.send(modern(2, 'prompts/get', { name: 'greet' }));
    r.send(modern(3, 'resources/read', { uri: 'file:///ä b' }));
    await r.receive(3);
    const [discover, prompt, resource] = server.seen;
    expect(discover?.headers).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' });
    expect(discover?.headers).not.toHaveProperty('mcp-name');
    expect(discover?.headers).not.toHaveProperty('mcp-session-id');
    expect(prompt?.headers).toMatchObject({ 'mcp-method': 'prompts/get', 'mcp-name': 'greet' });
    expect(resource?.headers['mcp-name']).toBe(`=?base64?${Buffer.from('file:///ä b').toString('base64')}?=`);
    await r.upstream.stop(1000);
    expect(server.seen.filter(({ method }) => method !== 'POST')).toEqual([]);
  });

  test('mirrors the parameters that the server wants mirrored, though the client never listed its tools', async () => {
    const { r, server } = await stage.start(answer);
    const args = { region: ' eu ', limit: 42, nested: { deep: false }, sql: 'SELECT 1' };
    r.send(modern(1, 'tools/call', { name: 'query', arguments: args }));
    expect((await r.receive())[0]?.result).toMatchObject({ did: 'tools/call' });
    expect(server.of('tools/list')[0]?.headers).toMatchObject({ 'mcp-method': 'tools/list' });
    const { headers } = server.of('tools/call')[0] as Seen;
    expect(headers).toMatchObject({
      'mcp-method': 'tools/call',
      'mcp-name': 'query',
      'mcp-param-region': `=?base64?${Buffer.from(' eu ').toString('base64')}?=`,
      'mcp-param-limit': '42',
      'mcp-param-deep': 'false',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('mcp-param-'))).toHaveLength(3);
  });

  test('of a tool whose annotation is invalid is refused as unknown, and the tool is not shown', async () => {
    const { r, server } = await stage.start(answer);
    r.send(modern(1, 'tools/list'));
    expect((await r.receive())[0]?.result?.tools?.map(({ name }) => name)).toEqual(['query', 'plain']);
    r.send(modern(2, 'tools/call', { name: 'broken', arguments: { a: 1 } }));
    expect((await r.receive())[0]?.error).toEqual({ code: -32602, message: 'Unknown tool: broken' });
    expect(server.of('tools/call')).toEqual([]);
  });

  test('is cancelled by the end of its exchange, not by a message', async () => {
    const { r, server } = await stage.start((seen) => {
      if (seen.json.id === 1) events(seen);
      else answer(seen);
    });
    r.send(modern(1, 'x'));
    await r.bell.until(() => server.of('x').length === 1);
    r.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await r.bell.until(() => server.of('x')[0]?.gone === true);
    r.send(modern(2, 'x'));
    await r.receive();
    expect(server.of('notifications/cancelled')).toEqual([]);
  });

  test('whose stream breaks is not resumed, ids or not', async () => {
    const { r, server } = await stage.start((seen) => {
      events(seen);
      event(seen, { method: 'notifications/message', params: {} }, 'e-1');
      breakOff(seen);
    });
    r.send(modern(1, 'x'));
    expect((await r.receive(2))[1]?.error?.message).toContain('it broke off its answer');
    expect(server.seen).toHaveLength(1);
  });

  test('gets the errors of the era with their data', async () => {
    const { r } = await stage.start((seen) => {
      if (seen.json.id === 1)
        json(seen, { id: 1, error: { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } } }, {}, 400);
      else json(seen, { id: 2, error: { code: -32601, message: 'unknown' } }, {}, 404);
    });
    r.send(modern(1, 'server/discover'), modern(2, 'vendor/x'));
    const errors = (await r.receive(2)).sort((a, b) => Number(a.id) - Number(b.id)).map(({ error }) => error);
    expect(errors).toEqual([
      { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } },
      { code: -32601, message: 'unknown' },
    ]);
  });

  test.each([
    ['a method', modern(1, 'vendor/\u00e4')],
    ['a name', modern(1, 'resources/read', { uri: `file:///${'x'.repeat(70_000)}` })],
    [
      'a version',
      { id: 1, method: 'x', params: { _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': 'a\nb' } } },
    ],
  ])('with %s that no header can hold is not sent', async (_, message) => {
    const { r, server } = await stage.start(answer);
    r.send(message);
    expect((await r.receive())[0]?.error?.message).toContain('cannot be written into HTTP headers');
    expect(server.seen).toEqual([]);
    expect(r.upstream.peer.backlog()).toBe(0);
  });

  test('to listen is one long stream', async () => {
    const { r, server } = await stage.start((seen) => {
      events(seen);
      event(seen, { method: 'notifications/subscriptions/acknowledged', params: {} });
    });
    r.send(modern('l', 'subscriptions/listen'));
    await r.receive();
    const [listening] = server.seen as [Seen];
    event(listening, { method: 'notifications/tools/list_changed' });
    expect((await r.receive())[0]?.method).toBe('notifications/tools/list_changed');
    expect(r.related).toEqual(['sl', 'sl']);
    expect(r.timers.pending).toEqual([]);
    listening.response.end();
    expect((await r.receive())[0]?.error?.message).toContain('it broke off its answer');
  });

  test('is followed by notifications of its era', async () => {
    const { r, server } = await stage.start((seen) => {
      if (seen.json.id === undefined) seen.response.writeHead(202).end();
      else answer(seen);
    });
    r.send(modern(1, 'x'), { method: 'notifications/vendor' });
    await r.receive();
    await r.bell.until(() => server.of('notifications/vendor').length === 1);
    expect(server.of('notifications/vendor')[0]?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'notifications/vendor',
    });
  });
});
