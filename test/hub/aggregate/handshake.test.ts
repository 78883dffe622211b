import { describe, expect, it } from 'vitest';
import type { FakeSession, Script } from './fake-sessions.ts';
import { call, type Said } from './messages.ts';
import { real, rig } from './rig.ts';
import { server, tool } from './scripted-server.ts';

const tools = [tool('echo')];
const INIT = ['initialize', 'notifications/initialized'];

function sessions(r: ReturnType<typeof rig>, connector = 'm'): (string | undefined)[][] {
  return (r.opened.get(connector) ?? []).map(({ methods }) => methods);
}

/** Ends where it is sent this. */
function endsAt(method: string, script: Script): Script {
  return (message, session) => {
    if (message.method === method) session.end();
    else script(message, session);
  };
}

describe('the era of a member', () => {
  it('is modern where it answers a modern question, which is asked to tell of changes', async () => {
    const r = rig({ m: real(server({ tools, era: 'modern' })) });
    expect(await r.list()).toEqual(['m__echo']);
    expect(sessions(r)).toEqual([['server/discover', 'subscriptions/listen', 'tools/list']]);
    expect(r.member('m').last('subscriptions/listen').params?.['notifications']).toEqual({ toolsListChanged: true });
  });

  it('is legacy where it does not, in the same session', async () => {
    const r = rig({ m: real(server({ tools, era: 'legacy' })) });
    expect(await r.list()).toEqual(['m__echo']);
    expect(sessions(r)).toEqual([['server/discover', ...INIT, 'tools/list']]);
    expect(r.member('m').last('initialize').params).toEqual({
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'runlayer-companion', version: '1.2.3' },
    });
  });

  it.each<[string, (id: unknown) => object]>([
    ['another error', (id) => ({ id, error: { code: -32602, message: 'x' } })],
    ['no object', (id) => ({ id, result: [] })],
    ['only revisions that we do not speak', (id) => ({ id, result: { supportedVersions: ['2030-01-01'] } })],
    ['what is no list', (id) => ({ id, result: { supportedVersions: '2026-07-28' } })],
  ])('is legacy where the answer is %s', async (_title, answer) => {
    const on = { 'server/discover': (message: Said, s: FakeSession) => s.say(answer(message.id)) };
    const r = rig({ m: real(server({ tools, on })) });
    expect(await r.list()).toEqual(['m__echo']);
    expect(sessions(r)).toEqual([['server/discover', ...INIT, 'tools/list']]);
  });

  it('is spoken in the revision of a legacy client', async () => {
    const r = rig({ m: real(server({ tools, era: 'legacy' })) });
    await r.ask({ id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05' } });
    await r.list();
    expect(r.member('m').last('initialize').params?.['protocolVersion']).toBe('2024-11-05');
  });

  it('is legacy where a question makes it end; that is remembered', async () => {
    const r = rig({ m: real(endsAt('server/discover', server({ tools, era: 'legacy' }))) });
    expect(await r.list()).toEqual(['m__echo']);
    expect(sessions(r)).toEqual([['server/discover'], [...INIT, 'tools/list']]);
    r.member('m').end();
    await r.settle();
    const [answer] = await r.ask(call(1, 'm__echo'));
    expect(answer?.json.result).toBeDefined();
    // The relay lists for itself before it decides.
    expect(sessions(r)[2]).toEqual([...INIT, 'tools/list', 'tools/call']);
    expect(r.scheduled).toBe(0);
  });

  it('is legacy where it is of no use after a question', async () => {
    let asked = 0;
    const script = server({ tools, era: 'legacy' });
    const confused: Script = (message, session) => {
      if (message.method === 'server/discover') asked++;
      const isSpoilt = session.methods.includes('server/discover');
      if (isSpoilt) session.say({ id: message.id, error: { code: -32602, message: 'before initialize' } });
      else script(message, session);
    };
    const r = rig({ m: real(confused) });
    expect(await r.list()).toEqual(['m__echo']);
    expect(asked).toBe(1);
    expect(r.opened.get('m')?.[0]?.gone).toBe(1);
  });

  it('is legacy where it says nothing to the question', async () => {
    const r = rig({ m: real(server({ tools, era: 'legacy', on: { 'server/discover': () => {} } })) });
    r.send({ id: 1, method: 'tools/list' });
    await r.pass(4999);
    expect(r.client.take()).toEqual([]);
    await r.pass(1);
    expect(r.client.take()[0]?.json.result?.tools).toHaveLength(1);
    expect(sessions(r)).toEqual([['server/discover', ...INIT, 'tools/list']]);
    expect(r.scheduled).toBe(0);
  });

  it('is modern where it starts slowly and takes nothing after its answer', async () => {
    const held: unknown[] = [];
    const slow = server({
      tools,
      era: 'modern',
      on: { 'server/discover': ({ id }) => void held.push(id), initialize: () => {} },
    });
    const r = rig({ m: real(slow) });
    r.send({ id: 1, method: 'tools/list' });
    await r.pass(6000);
    const init = r.member('m').last('initialize');
    r.member('m').say({ id: init.id, error: { code: -32600, message: 'modern' } });
    await r.settle();
    r.member('m').answer(held[0], { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } });
    await r.settle();
    expect(r.client.take()[0]?.json.result?.tools).toHaveLength(1);
    expect(sessions(r)).toEqual([['server/discover', 'initialize', 'tools/list']]);
  });

  it('that changes with its server is found out again', async () => {
    let script = server({ tools, era: 'legacy' });
    const r = rig({ m: real((message, session) => script(message, session)) });
    await r.list();
    script = server({ tools, era: 'modern' });
    r.member('m').end();
    await r.settle();
    expect((await r.ask(call(1, 'm__echo')))[0]?.json.error?.code).toBe(-31002);
    expect((await r.ask(call(2, 'm__echo')))[0]?.json.result).toBeDefined();
  });

  it('that is neither is a failure, once', async () => {
    const r = rig({
      m: real(
        server({
          tools,
          era: 'modern',
          on: { 'server/discover': (message, s) => s.say({ id: message.id, error: { code: 1, message: '' } }) },
        }),
      ),
    });
    const [answer] = await r.ask(call(1, 'm__echo'));
    expect(answer?.json.error?.message).toContain('did not begin a conversation');
    expect(sessions(r)).toEqual([['server/discover', 'initialize'], ['initialize']]);
    expect(r.opened.get('m')?.map(({ gone }) => gone)).toEqual([1, 1]);
    expect(r.scheduled).toBe(0);
  });
});
