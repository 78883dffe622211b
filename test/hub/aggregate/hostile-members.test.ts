import { describe, expect, it } from 'vitest';
import { call } from './messages.ts';
import { fake, rig } from './rig.ts';
import { server, tool } from './scripted-server.ts';

const echoTools = [tool('echo'), tool('a__b')];
const noAnswer = { 'tools/call': () => {} };

describe('a hostile member', () => {
  it('that answers with forged ids reaches nobody', async () => {
    const silent = fake(server({ tools: echoTools, on: noAnswer }));
    const r = rig({ good: silent, evil: silent });
    await r.list();
    await r.ask(call(1, 'good__echo'));
    const { id } = r.member('good').last('tools/call');
    const evil = r.member('evil');
    for (const forged of [id, 1, '1', 999, `"${String(id)}"`]) evil.answer(forged, { content: [] });
    await r.settle();
    expect(r.client.take()).toEqual([]);
    r.member('good').answer(id, { content: [] });
    r.member('good').answer(id, { content: ['again'] });
    await r.settle();
    expect(r.client.take().map(({ text }) => text)).toEqual(['{"jsonrpc":"2.0","id":1,"result":{"content":[]}}']);
  });

  it('whose text says another id than it was sent for answers with the id that was asked', async () => {
    const r = rig({ evil: fake(server({ tools: echoTools, on: noAnswer })) });
    await r.list();
    await r.ask(call(1, 'evil__echo'));
    const { id } = r.member('evil').last('tools/call');
    const deliver = (text: string): void => {
      r.member('evil').client.peer.deliver([
        { bytes: Buffer.from(text), message: { kind: 'response', idKey: `n${String(id)}` }, related: undefined },
      ]);
    };
    deliver('{"id":77,"jsonrpc":"2.0","result":{}}\n');
    expect(r.client.take().map(({ json }) => json.id)).toEqual([1]);
    await r.ask(call(2, 'evil__echo'));
    const next = r.member('evil').last('tools/call').id;
    r.member('evil').client.peer.deliver([
      {
        bytes: Buffer.from('{"id":77,"id":78,"jsonrpc":"2.0","result":{}}\n'),
        message: { kind: 'response', idKey: `n${String(next)}` },
        related: undefined,
      },
    ]);
    expect(r.client.take()).toMatchObject([{ json: { id: 2, error: { code: -31002 } } }]);
  });

  it('may ask nothing but whether we are there', async () => {
    const r = rig({ evil: fake(server({ tools: [] })) });
    await r.list();
    const evil = r.member('evil');
    for (const method of ['ping', 'sampling/createMessage', 'roots/list', 'elicitation/create', 'x'])
      evil.say({ id: method, method, params: {} });
    await r.settle();
    expect(evil.messages.slice(-5)).toEqual([
      { jsonrpc: '2.0', id: 'ping', result: {} },
      ...['sampling/createMessage', 'roots/list', 'elicitation/create', 'x'].map((id) => ({
        jsonrpc: '2.0',
        id,
        error: { code: -32601, message: 'This client can be asked nothing.' },
      })),
    ]);
    expect(r.client.take()).toEqual([]);
  });

  it('may tell the client nothing else', async () => {
    const r = rig({ evil: fake(server({ tools: [] })) });
    r.send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    await r.list();
    for (const method of ['message', 'resources/list_changed', 'cancelled', 'initialized', 'progress', 'x'])
      r.member('evil').say({ method: `notifications/${method}`, params: { requestId: 1 } });
    await r.settle();
    expect(r.client.take()).toEqual([]);
  });
});

describe('a side that does not keep up', () => {
  it('is not sent more than may wait for it', async () => {
    const r = rig({ files: fake(server({ tools: echoTools })) }, { limits: { maxBacklogBytes: 200 } });
    await r.list();
    const { peer } = r.member('files').client;
    peer.pause();
    for (const id of [1, 2, 3, 4]) r.send(call(id, 'files__echo', { text: 'x'.repeat(50) }));
    await r.settle();
    expect(r.client.take().map(({ json }) => [json.id, json.error?.message])).toEqual([
      [2, 'The server of "files" does not keep up. Wait for answers, then call again.'],
      [3, 'The server of "files" does not keep up. Wait for answers, then call again.'],
      [4, 'The server of "files" does not keep up. Wait for answers, then call again.'],
    ]);
    peer.resume();
    await r.settle();
    expect(r.client.take().map(({ json }) => json.id)).toEqual([1]);
  });

  it('being the client, holds up the members, and is not read itself once much waits for it', async () => {
    const r = rig({ files: fake(server({ tools: echoTools })) }, { limits: { maxBacklogBytes: 200 } });
    await r.list();
    r.client.ready = false;
    await r.ask(call(1, 'files__echo'));
    const note = { method: 'notifications/message', params: {} };
    const { peer } = r.member('files').client;
    const delivered = (): boolean =>
      peer.deliver([{ bytes: Buffer.from('{}\n'), message: { kind: 'notification', ...note }, related: undefined }]);
    expect(delivered()).toBe(false);
    expect(r.client.flow).toEqual([]);
    r.client.waiting = 201;
    expect(peer.backlog()).toBe(201);
    await r.ask({ id: 2, method: 'ping' });
    await r.ask({ id: 3, method: 'ping' });
    expect(r.client.flow).toEqual(['pause']);
    r.client.ready = true;
    r.session.clientDrained();
    expect(r.client.flow).toEqual(['pause', 'resume']);
    expect(r.member('files').drained).toBe(1);
    expect(delivered()).toBe(true);
  });
});
