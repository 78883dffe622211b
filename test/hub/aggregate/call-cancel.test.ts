import { describe, expect, it } from 'vitest';
import { CompanionError } from '../../../preload/contract/index.ts';
import type { AggregateOptions } from '../../../main/hub/aggregate/options.ts';
import { DEFAULT_LIMITS } from '../../../main/relay/limits.ts';
import { parseMessage } from '../../../main/relay/parse-message.ts';
import { call } from './messages.ts';
import { rig, real, fake } from './rig.ts';
import { server, tool } from './scripted-server.ts';

const echoTools = [tool('echo'), tool('a__b')];
const both = real(server({ tools: echoTools }));
const noAnswer = { 'tools/call': () => {} };

describe('a call that is taken back', () => {
  const cancel = (requestId: unknown): object => ({
    method: 'notifications/cancelled',
    params: { requestId, reason: 'no more' },
  });

  it('is taken back from its member, and its answer finds nobody', async () => {
    const r = rig({ files: real(server({ tools: echoTools, on: noAnswer })) });
    await r.ask(call('x', 'files__echo'));
    const { id } = r.member('files').last('tools/call');
    await r.ask(cancel('x'));
    expect(r.member('files').last('notifications/cancelled').params).toEqual({ requestId: id, reason: 'no more' });
    expect(r.session.openCalls).toBe(0);
    r.member('files').answer(id, { content: [] });
    await r.settle();
    expect(r.client.take()).toEqual([]);
    // Its id is free again.
    await r.ask(call('x', 'files__echo'));
    expect(r.member('files').last('tools/call').id).not.toBe(id);
  });

  it('before its member was found never reaches it', async () => {
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const r = rig({ files: async (client, name) => opened.then(() => both(client, name)) });
    await r.ask(call(1, 'files__echo'));
    await r.ask(cancel(1));
    open();
    await r.settle();
    expect(r.member('files').methods).toContain('tools/list');
    expect(r.member('files').methods).not.toContain('tools/call');
    expect(r.client.take()).toEqual([]);
  });

  it('before it was known that its connector cannot be opened is not answered', async () => {
    let refuse = (_error: Error): void => {};
    const refused = new Promise<never>((_resolve, reject) => {
      refuse = reject;
    });
    const r = rig({ files: () => refused });
    await r.ask(call(1, 'files__echo'));
    await r.ask(cancel(1));
    refuse(new CompanionError('E_X', 'No.', 'Say yes.'));
    await r.settle();
    expect(r.client.take()).toEqual([]);
  });

  it('while it is being parsed elsewhere is not sent', async () => {
    const parsing: (() => void)[] = [];
    const parseLarge: AggregateOptions['parseLarge'] = (line, sender) =>
      new Promise((resolve) => {
        parsing.push(() => resolve(parseMessage(line, sender, DEFAULT_LIMITS)));
      });
    const r = rig({ files: both }, { limits: { inlineParseBytes: 1000 }, options: { parseLarge } });
    await r.list();
    r.send(call(1, 'files__echo', { text: 'x'.repeat(1000) }));
    r.send(call(2, 'files__echo', { text: 'y'.repeat(1000) }));
    r.send(call(3, 'files__echo'));
    await r.ask(cancel(1));
    for (const parsed of parsing) parsed();
    await r.settle();
    expect(r.client.take().map(({ json }) => json.id)).toEqual([2]);
    expect(r.member('files').methods.filter((method) => method === 'tools/call')).toHaveLength(2);
  });

  it('while its member is not read is not sent at all', async () => {
    const r = rig({ files: fake(server({ tools: echoTools, on: noAnswer })) });
    await r.list();
    const { peer } = r.member('files').client;
    peer.pause();
    await r.ask(call(1, 'files__echo'));
    await r.ask(call(2, 'files__echo'));
    await r.ask(cancel(1));
    peer.resume();
    await r.settle();
    const late = r.member('files').methods.slice(r.member('files').methods.lastIndexOf('tools/list') + 1);
    expect(late).toEqual(['tools/call']);
  });

  it('by an id that is not under way is nobody’s', async () => {
    const r = rig({ files: real(server({ tools: echoTools, on: noAnswer })) });
    await r.ask(call(1, 'files__echo'));
    await r.ask(cancel(2));
    await r.ask(cancel('1'));
    await r.ask({ method: 'notifications/cancelled' });
    expect(r.session.openCalls).toBe(1);
  });
});
