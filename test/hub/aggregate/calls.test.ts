import { describe, expect, it } from 'vitest';
import { CompanionError, type JsonObject } from '../../../preload/contract/index.ts';
import { modernCall, call } from './messages.ts';
import { rig, real, realMember } from './rig.ts';
import { server, tool } from './scripted-server.ts';

const echoTools = [tool('echo'), tool('a__b')];
const legacy = real(server({ tools: echoTools, era: 'legacy' }));
const both = real(server({ tools: echoTools }));
const noAnswer = { 'tools/call': () => {} };

describe('tools/call', () => {
  it('goes to the connector that it names, listing only that one first', async () => {
    const r = rig({ files: both, mail: both });
    const [answer] = await r.ask(call(7, 'mail__echo', { text: 'hi' }));
    expect(answer?.json).toMatchObject({ id: 7, result: { content: [{ text: '["echo",{"text":"hi"}]' }] } });
    expect([...r.opened.keys()]).toEqual(['mail']);
    const [other] = await r.ask(call(8, 'files__a__b'));
    expect(other?.json.result?.content?.[0]?.text).toBe('["a__b",{}]');
  });

  it('changes nothing but the name, the id and the progress token on the way, and puts them back', async () => {
    const r = rig({ files: real(server({ tools: echoTools, era: 'legacy', on: noAnswer })) });
    await r.list();
    const params = (name: string, token: string): string =>
      `{ "arguments": {"n":1.0, "big":12345678901234567890,"s":"\\u00e9 \\ud800"},"_meta" :{"progressToken" : ${token} ,"x":-0}, "name" : ${name}}`;
    r.send(
      `{"params":${params('"files__\\u0065cho"', '"t\\u006fk"')}, "method":"tools\\/call" ,"id" : "caf\\u00e9","jsonrpc":"2.0"}`,
    );
    await r.settle();
    const sent = r.member('files').lastText('tools/call');
    const { id } = JSON.parse(sent) as { readonly id: number };
    expect(sent).toBe(
      `{"params":${params('"echo"', String(id))}, "method":"tools\\/call" ,"id" : ${id},"jsonrpc":"2.0"}\n`,
    );
    const rest = '"result": {"content":[] , "n":1.0,"big":12345678901234567890}, "jsonrpc":"2.0"';
    r.member('files').say({ method: 'notifications/progress', params: { progressToken: id, progress: 1 } });
    r.member('files').say(`{${rest} , "id":${id} }`);
    await r.settle();
    expect(r.client.take()).toMatchObject([
      { related: 'scafé', json: { params: { progressToken: 'tok', progress: 1 } } },
      { text: `{${rest} , "id":"caf\\u00e9" }`, related: undefined },
    ]);
  });

  it.each(['9007199254740993', '-5', '0', '"0"', '""'])('keeps the id %s', async (id) => {
    const r = rig({ files: both });
    const [answer] = await r.ask(`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"files__echo"}}`);
    expect(answer?.text).toContain(`"id":${id}`);
    expect(answer?.text).toContain('"result"');
  });

  it('of a name that nobody has is unknown, whoever is asked', async () => {
    const r = rig({ files: both });
    for (const name of ['echo', 'files', 'files_echo', 'none__echo', 'files__Echo', 'FILES__echo', '', '__echo']) {
      const [answer] = await r.ask(call(1, name));
      expect(answer?.text).toBe(`{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unknown tool: ${name}"}}`);
    }
    const [nameless] = await r.ask({ id: 2, method: 'tools/call', params: {} });
    expect(nameless?.json.error).toEqual({ code: -32602, message: 'tools/call needs the name of a tool.' });
  });

  it('of a connector that cannot be opened says what to do', async () => {
    const r = rig({ files: () => Promise.reject(new CompanionError('E_X', 'It is not agreed to.', 'Say yes.')) });
    const [answer] = await r.ask(call(1, 'files__echo'));
    expect(answer?.json.error).toEqual({ code: -31003, message: 'It is not agreed to. Say yes.' });
  });

  it('under way keeps its id, and too many are refused', async () => {
    const r = rig({ files: real(server({ tools: echoTools, on: noAnswer })) }, { limits: { maxInFlight: 2 } });
    await r.ask(call(1, 'files__echo'));
    expect((await r.ask(call(1, 'files__echo')))[0]?.json.error?.code).toBe(-32600);
    await r.ask(call(2, 'files__echo'));
    expect((await r.ask(call(3, 'files__echo')))[0]?.json.error?.code).toBe(-32603);
    expect(r.session.openCalls).toBe(2);
    expect(r.member('files').methods.filter((method) => method === 'tools/call')).toHaveLength(2);
  });

  it('is gated by the session of its connector, which is told who calls', async () => {
    const said: (JsonObject | undefined)[] = [];
    const claimed = (params?: JsonObject) => {
      said.push(params);
      const meta = params?.['_meta'] as JsonObject | undefined;
      const info = meta?.['io.modelcontextprotocol/clientInfo'] as { readonly name: string } | undefined;
      return { client: info?.name ?? 'unsaid' };
    };
    const r = rig({ old: legacy, new: both }, { claimed });
    await r.ask(modernCall(1, 'old__echo'));
    await r.ask(modernCall(2, 'new__echo'));
    for (const name of ['old', 'new']) {
      const { h } = realMember(r, name);
      expect(h.trail()).toEqual(['intent allow default_allow echo', 'outcome ok echo']);
      expect(h.records[0]).toMatchObject({ claimed: { client: 'test-client' }, connector: name });
    }
    expect(JSON.stringify(said)).not.toContain('runlayer-companion');
  });
});

describe('progress', () => {
  it('comes to the call that it is of, and to no other', async () => {
    const r = rig({
      a: real(server({ tools: echoTools, on: noAnswer })),
      b: real(server({ tools: echoTools, on: noAnswer })),
    });
    await r.list();
    const withToken = (id: number, name: string, progressToken: unknown): object => ({
      id,
      method: 'tools/call',
      params: { name, _meta: { progressToken } },
    });
    r.send(withToken(1, 'a__echo', 700));
    r.send(withToken(2, 'b__echo', '7'));
    r.send(call(3, 'a__echo'));
    await r.settle();
    const [first, third] = r.member('a').messages.filter(({ method }) => method === 'tools/call');
    const tell = (name: string, progressToken: unknown): void =>
      r.member(name).say({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    tell('a', first?.id);
    tell('b', r.member('b').last('tools/call').id);
    // Not asked for, of another's call, as the client wrote it, after the answer.
    tell('a', third?.id);
    tell('b', first?.id);
    tell('a', 700);
    tell('a', '7');
    r.member('a').answer(first?.id, { content: [] });
    tell('a', first?.id);
    await r.settle();
    expect(r.client.take().map(({ json, related }) => [related, json.params?.['progressToken'] ?? json.id])).toEqual([
      ['n1', 700],
      ['n2', '7'],
      [undefined, 1],
    ]);
  });
});
