import { describe, expect, it } from 'vitest';
import { MODERN_META, VERSION_KEY, modern, modernCall, call } from './messages.ts';
import { rig, real, realMember } from './rig.ts';
import { server, tool } from './scripted-server.ts';

const echoTools = [tool('echo'), tool('a__b')];
const legacy = real(server({ tools: echoTools, era: 'legacy' }));
const both = real(server({ tools: echoTools }));

describe('the eras', () => {
  it('modern client, legacy member: what only modern requests say is left out, the result is completed', async () => {
    const r = rig({ files: legacy });
    const meta = { progressToken: 5, traceparent: 'x', 'io.modelcontextprotocol/logLevel': 'info' };
    const [answer] = await r.ask(modernCall(1, 'files__echo', { a: 1 }, meta));
    const sent = r.member('files').last('tools/call');
    expect(sent.params?.['_meta']).toEqual({ traceparent: 'x', progressToken: sent.id });
    expect(answer?.json.result).toMatchObject({ resultType: 'complete', content: [{ text: '["echo",{"a":1}]' }] });
  });

  it.each([
    ['{}', '{"resultType":"complete"}'],
    ['{ "content":[]}', '{"resultType":"complete", "content":[]}'],
    ['{"resultType":"input_required","content":[]}', '{"resultType":"complete","content":[]}'],
  ])('a legacy result %s is the answer', async (result, completed) => {
    const on = {
      'tools/call': (m: { readonly id?: unknown }, s: { say(text: string): void }) =>
        s.say(`{"jsonrpc":"2.0","id":${String(m.id)},"result":${result}}`),
    };
    const r = rig({ files: real(server({ tools: echoTools, era: 'legacy', on })) });
    const [answer] = await r.ask(modernCall(1, 'files__echo'));
    expect(answer?.text).toBe(`{"jsonrpc":"2.0","id":1,"result":${completed}}`);
  });

  it('legacy client, modern member: each request says what modern ones must', async () => {
    const r = rig({ files: real(server({ tools: echoTools, era: 'modern' })) });
    const bare = await r.ask({ id: 1, method: 'tools/call', params: { name: 'files__echo' } });
    const own = {
      [VERSION_KEY]: '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'runlayer-companion', version: '1.2.3' },
    };
    expect(r.member('files').last('tools/call').params).toEqual({ name: 'echo', _meta: own });
    expect(bare[0]?.json.result).toMatchObject({ resultType: 'complete' });
    const meta = { progressToken: 'x', y: 1, 'io.modelcontextprotocol/clientInfo': 'forged' };
    await r.ask({ id: 2, method: 'tools/call', params: { name: 'files__echo', _meta: meta } });
    const sent = r.member('files').last('tools/call');
    expect(sent.params?.['_meta']).toEqual({ y: 1, progressToken: sent.id, ...own });
    await r.ask({ id: 3, method: 'tools/call', params: { _meta: 5, name: 'files__echo' } });
    expect(r.member('files').last('tools/call').params?.['_meta']).toEqual(own);
    for (const { method, params } of r.member('files').messages) {
      if (method?.startsWith('notifications/') !== true) expect(params?.['_meta']).toMatchObject(own);
    }
  });

  it('modern client, modern member: as it is, but for extensions, which we do not offer', async () => {
    const r = rig({ files: both });
    const capabilities = { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} }, sampling: {} };
    const meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
    await r.ask(modernCall(1, 'files__echo', {}, meta));
    expect(r.member('files').last('tools/call').params?.['_meta']).toEqual({
      ...MODERN_META,
      'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {} },
    });
  });

  it('a call that asks for a task is made as any other', async () => {
    const r = rig({ files: legacy });
    const [answer] = await r.ask({ id: 1, method: 'tools/call', params: { task: { ttl: 1 }, name: 'files__echo' } });
    expect(r.member('files').last('tools/call').params).toEqual({ name: 'echo' });
    expect(answer?.json.result).toBeDefined();
  });
});

describe('a member that needs input', () => {
  const asks = real(
    server({
      tools: echoTools,
      era: 'modern',
      on: {
        'tools/call': ({ id, params }, s) =>
          s.answer(
            id,
            params?.['requestState'] === 's-1'
              ? { resultType: 'complete', content: [{ type: 'text', text: JSON.stringify(params['inputResponses']) }] }
              : { resultType: 'input_required', requestState: 's-1', inputRequests: { q: { method: 'roots/list' } } },
          ),
      },
    }),
  );

  it('asks a modern client, whose retry is one call with the first attempt', async () => {
    const r = rig({ files: asks });
    const [first] = await r.ask(modernCall(1, 'files__echo', { a: 1 }));
    expect(first?.json.result).toMatchObject({ resultType: 'input_required', requestState: 's-1' });
    const [second] = await r.ask({
      id: 2,
      method: 'tools/call',
      ...modern({
        name: 'files__echo',
        arguments: { a: 1 },
        requestState: 's-1',
        inputResponses: { q: { roots: [] } },
      }),
    });
    expect(second?.json.result?.content?.[0]?.text).toBe('{"q":{"roots":[]}}');
    expect(realMember(r, 'files').h.trail()).toEqual([
      'intent allow default_allow echo',
      'intent allow default_allow echo',
      'outcome ok echo',
    ]);
  });

  it('cannot ask a legacy client', async () => {
    const [answer] = await rig({ files: asks }).ask(call(1, 'files__echo'));
    expect(answer?.json.error).toEqual({
      code: -31002,
      message:
        'The server of "files" needs input that this client cannot be asked for. Use a client that speaks MCP 2026-07-28 or newer.',
    });
  });
});

describe('errors', () => {
  const failing = (code: number) =>
    real(
      server({
        tools: echoTools,
        on: { 'tools/call': ({ id }, s) => s.say({ id, error: { code, message: 'no', data: { x: 1 } } }) },
      }),
    );

  it('of a member are the answer', async () => {
    const [answer] = await rig({ files: failing(-32602) }).ask(modernCall('x', 'files__echo'));
    expect(answer?.text).toBe('{"jsonrpc":"2.0","id":"x","error":{"code":-32602,"message":"no","data":{"x":1}}}');
  });

  it.each([-32601, -32020, -32022])('about how it is spoken to (%s) are not the client’s', async (code) => {
    const [answer] = await rig({ files: failing(code) }).ask(modernCall(1, 'files__echo'));
    expect(answer?.json.error?.code).toBe(-31002);
  });
});
