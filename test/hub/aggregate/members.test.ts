import { describe, expect, it } from 'vitest';
import type { FakeSession, Script } from './fake-sessions.ts';
import { modern, call, type Said } from './messages.ts';
import { rig, real, fake, refusing } from './rig.ts';
import { server, tool } from './scripted-server.ts';

const tools = [tool('echo')];
const changed = { method: 'notifications/tools/list_changed' };

describe('a member that ended', () => {
  it('fails what was under way, and is opened again by the next call', async () => {
    const r = rig({ m: fake(server({ tools, on: { 'tools/call': () => {} } })), other: real(server({ tools })) });
    await r.list();
    r.send(call(1, 'm__echo'));
    await r.settle();
    r.member('m').end();
    await r.settle();
    expect(r.client.take().map(({ json }) => json.error?.message)).toEqual([
      'The server of "m" has ended. Call again to start it anew.',
    ]);
    await r.ask(call(2, 'm__echo'));
    expect(r.opened.get('m')).toHaveLength(2);
    expect(r.opened.get('other')).toHaveLength(1);
  });

  it('and cannot be opened again says why', async () => {
    const r = rig({ m: real(server({ tools })) });
    await r.list();
    r.member('m').end();
    r.connectors.set('m', refusing('It is paused.', 'Wait.'));
    await r.settle();
    expect((await r.ask(call(1, 'm__echo')))[0]?.json.error).toEqual({ code: -31003, message: 'It is paused. Wait.' });
  });

  it('is opened once for two who call at the same time', async () => {
    const r = rig({ m: real(server({ tools })) });
    r.send(call(1, 'm__echo'));
    r.send(call(2, 'm__echo'));
    r.send({ id: 3, method: 'tools/list' });
    await r.settle();
    expect(new Set(r.client.take().map(({ json }) => json.id))).toEqual(new Set([1, 2, 3]));
    expect(r.opened.get('m')).toHaveLength(1);
  });

  it('by throwing takes nobody with it', async () => {
    const throwing: Script = (message, session) => {
      if (message.method === 'tools/call') throw new Error('bang');
      server({ tools })(message, session);
    };
    const r = rig({ m: fake(throwing), other: real(server({ tools })) });
    await r.list();
    expect((await r.ask(call(1, 'm__echo')))[0]?.json.error?.code).toBe(-31002);
    expect((await r.ask(call(2, 'other__echo')))[0]?.json.result).toBeDefined();
  });
});

describe('sessions of members', () => {
  it('are counted while they are there, and may wait for input', async () => {
    const r = rig({ m: fake(server({ tools })), other: fake(server({ tools })) });
    expect(r.session.weight).toBe(0);
    await r.list();
    expect([r.session.weight, r.session.awaitsInput]).toEqual([2, false]);
    r.member('m').awaitsInput = true;
    expect(r.session.awaitsInput).toBe(true);
    r.member('m').end();
    await r.settle();
    expect([r.session.weight, r.session.awaitsInput]).toEqual([1, false]);
    r.session.clientGone();
    await r.settle();
    expect(r.session.weight).toBe(0);
  });
});

describe('changes', () => {
  const start = async (r: ReturnType<typeof rig>): Promise<void> => {
    await r.ask({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    await r.list();
  };

  it.each(['legacy', 'modern'] as const)('of a %s member are told once, until the client lists again', async (era) => {
    const r = rig({ m: real(server({ tools, era })), other: real(server({ tools, era })) });
    await start(r);
    r.member('m').say(changed);
    r.member('m').say(changed);
    r.member('other').say(changed);
    await r.settle();
    expect(r.client.take()).toMatchObject([
      { text: '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}', related: undefined },
    ]);
    await r.list();
    r.member('other').say(changed);
    await r.settle();
    expect(r.client.take()).toHaveLength(1);
  });

  it('before the client listed are no news', async () => {
    const r = rig({ m: real(server({ tools })) });
    await r.ask({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    await r.ask(call(1, 'm__echo'));
    r.member('m').say(changed);
    await r.settle();
    expect(r.client.take()).toEqual([]);
  });

  it('take effect for calls at once', async () => {
    let now = [tool('old')];
    const on = { 'tools/list': ({ id }: Said, s: FakeSession) => s.answer(id, { tools: now }) };
    const r = rig({ m: real(server({ tools: [], era: 'legacy', on })) });
    expect(await r.list()).toEqual(['m__old']);
    now = [tool('new')];
    r.member('m').say(changed);
    expect((await r.ask(call(1, 'm__old')))[0]?.json.error?.message).toBe('Unknown tool: m__old');
    expect((await r.ask(call(2, 'm__new')))[0]?.json.result).toBeDefined();
  });

  it('are listened to again after the member ended that', async () => {
    const r = rig({ m: real(server({ tools, era: 'modern' })) });
    await r.list();
    await r.list();
    const asked = (): number => r.member('m').methods.filter((method) => method === 'subscriptions/listen').length;
    expect(asked()).toBe(1);
    r.member('m').answer(r.member('m').last('subscriptions/listen').id, {});
    await r.settle();
    await r.list();
    expect(asked()).toBe(2);
  });

  it('of the connectors end those that are gone, and are told', async () => {
    const silent = real(server({ tools, on: { 'tools/call': () => {} } }));
    const r = rig({ m: silent, other: silent });
    await start(r);
    r.send(call(1, 'm__echo'));
    await r.settle();
    r.connectors.delete('m');
    r.connectors.set('new', silent);
    r.changed();
    await r.settle();
    expect(r.member('m').gone).toBe(1);
    expect(r.member('other').gone).toBe(0);
    expect(r.client.take().map(({ json }) => json.error?.code ?? json.method)).toEqual([-31003, changed.method]);
    expect((await r.ask(call(2, 'm__echo')))[0]?.json.error?.message).toBe('Unknown tool: m__echo');
    expect(await r.list()).toEqual(['other__echo', 'new__echo']);
    expect(r.opened.get('m')).toHaveLength(1);
  });

  it('of the connectors count for calls before they are told', async () => {
    const r = rig({ m: real(server({ tools })) });
    await r.list();
    r.connectors.delete('m');
    expect((await r.ask(call(2, 'm__echo')))[0]?.json.error?.message).toBe('Unknown tool: m__echo');
    expect(r.member('m').methods).not.toContain('tools/call');
  });
});

describe('a client that is gone', () => {
  it('ends all members, and the session is done when they are', async () => {
    let open = (): void => {};
    const held = new Promise<void>((resolve) => {
      open = resolve;
    });
    const silent = real(server({ tools, on: { 'tools/call': () => {} } }));
    const r = rig({ m: silent, late: async (client, name) => held.then(() => silent(client, name)) });
    r.send(call(1, 'm__echo'));
    r.send(call(2, 'late__echo'));
    r.send({ id: 3, method: 'tools/list', ...modern() });
    await r.settle();
    let isDone = false;
    void r.session.done.then(() => {
      isDone = true;
    });
    r.session.clientGone();
    r.session.clientGone();
    await r.settle();
    expect(r.member('m').gone).toBe(1);
    expect(isDone).toBe(false);
    open();
    await r.settle();
    expect(isDone).toBe(true);
    expect(r.member('late').gone).toBe(1);
    expect(r.member('late').methods).toEqual([]);
    expect(r.client.take()).toEqual([]);
    expect(r.session.openCalls).toBe(0);
    expect(r.scheduled).toBe(0);
    expect(await r.ask({ id: 9, method: 'ping' })).toEqual([]);
    expect(r.isListening).toBe(false);
    expect(r.opened.size).toBe(2);
  });

  it('opens nothing any more, not for what was under way either', async () => {
    const r = rig({ m: real(server({ tools, on: { 'tools/list': () => {} } })), other: real(server({ tools })) });
    r.send(call(1, 'm__echo'));
    await r.settle();
    r.session.clientGone();
    await r.session.done;
    await r.settle();
    expect([...r.opened.keys()]).toEqual(['m']);
    expect(r.opened.get('m')).toHaveLength(1);
  });
});
