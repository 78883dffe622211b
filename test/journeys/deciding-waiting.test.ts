/** What happens between the moment a person is shown a call, while its client waits, and the answer. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeJourney, openHome, type CompanionHome } from './companion-home.ts';
import { approve, codeOf, connect, Pad, questions, textOf, toolsOf } from './deciding-steps.ts';
import type { RawClient } from './raw-client.ts';
import { waitingApproval } from './waiting-approval.ts';

describeJourney('deciding: while a call waits', () => {
  let home: CompanionHome;
  let pad: Pad;
  let client: RawClient;

  /** Sends a call; the id of the question that it waits for. */
  const ask = async (text: string, from: RawClient = client): Promise<string> => {
    from.send({ jsonrpc: '2.0', id: text, method: 'tools/call', params: { name: 'write_note', arguments: { text } } });
    const { id } = await waitingApproval(home, (one) => one.arguments.includes(JSON.stringify(text)));
    return id;
  };

  beforeAll(async () => {
    home = await openHome();
    pad = new Pad(home, 'pad');
    await home.add('pad', pad.command);
    await home.must(['policy', 'ask', 'pad', 'write_*']);
  });
  beforeEach(async () => {
    client = await connect(home, 'pad', 'agent');
    return async () => {
      await client.close();
    };
  });
  afterAll(async () => {
    await home?.close();
  });

  it('a rule that denies by then outweighs the yes', async () => {
    const id = await ask('denied by then');
    const rule = await home.json<{ id: string }>([
      'policy',
      'deny',
      'pad',
      'write_note',
      '--when',
      '{"at":"/text","contains":"denied"}',
    ]);
    await approve(home, id);
    expect(codeOf(await client.answer('denied by then'))).toBe('argument_deny');
    await home.must(['policy', 'remove', '-y', rule.id]);
    expect(pad.done()).toEqual([]);
  });

  it('a chain that asks by then asks by itself: a yes to a rule was not a yes to what was read meanwhile', async () => {
    const adding = ['policy', 'chain', 'add', '--after', 'pad', 'echo', '--before', 'pad', 'write_*'];
    const { id: chain } = await home.json<{ id: string }>(adding);
    const id = await ask('tainted by then');
    await client.call('read', 'echo', { text: 'x' });
    await approve(home, id);
    const next = await waitingApproval(home, (one) => one.id !== id);
    expect(next.reason).toContain(chain);
    expect(pad.done()).toEqual([]);
    await home.must(['approvals', 'deny', next.id]);
    expect(codeOf(await client.answer('tainted by then'))).toBe('approval_denied');
    await home.must(['policy', 'chain', 'remove', '-y', chain]);
  });

  it('a tool that is another by then is not called', async () => {
    const id = await ask('another by then');
    await client.call('redefine', 'redefine');
    await client.message('the change', ({ method }) => method === 'notifications/tools/list_changed');
    await approve(home, id);
    expect((await client.answer('another by then')).error?.message).toBe('Unknown tool: write_note');
    expect(pad.done()).toEqual([]);
    await home.must(['pins', 'reset', 'pad', '-y']);
  });

  it('a tool that is another by then, and was agreed to by then, is asked about as it is now', async () => {
    const id = await ask('agreed by then');
    await client.call('redefine', 'redefine');
    await client.message('the change', ({ method }) => method === 'notifications/tools/list_changed');
    expect(await toolsOf(client, 'by then')).not.toContain('write_note');
    await home.must(['pins', 'accept', 'pad', '--all', '-y']);
    await approve(home, id);
    const next = await waitingApproval(home, (one) => one.id !== id);
    expect(pad.done()).toEqual([]);
    await home.must(['approvals', 'deny', next.id]);
    expect(codeOf(await client.answer('agreed by then'))).toBe('approval_denied');
    await home.must(['pins', 'reset', 'pad', '-y']);
  });

  it('each of several answers counts for its own call, whatever their order', async () => {
    const first = await ask('one');
    const second = await ask('two');
    const third = await ask('three');
    expect(new Set([first, second, third]).size).toBe(3);
    await approve(home, third);
    expect(textOf(await client.answer('three'))).toBe('written');
    await home.must(['approvals', 'deny', first]);
    expect(codeOf(await client.answer('one'))).toBe('approval_denied');
    await approve(home, second);
    expect(textOf(await client.answer('two'))).toBe('written');
    expect(pad.done()).toEqual(['write_note three', 'write_note two']);
  });

  it('the next question shows what differs from the last one', async () => {
    const id = await ask('with a last line');
    const shown = await home.must(['approvals', 'show', id]);
    expect(shown).toContain('Differs from the last call');
    expect(shown).toContain('with a last line');
    await home.must(['approvals', 'deny', '--all']);
    expect(codeOf(await client.answer('with a last line'))).toBe('approval_denied');
  });

  it('what was approved after its client took it back, or died, is never called', async () => {
    const before = pad.done();
    const taken = await ask('taken back');
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'taken back' } });
    expect((await client.request('ping', 'ping')).result).toEqual({});
    const gone = await connect(home, 'pad', 'agent');
    const left = await ask('left alone', gone);
    gone.process.kill('SIGKILL');
    await gone.exited;
    while ((await questions(home)).length > 0);
    for (const id of [taken, left]) {
      const late = await home.runlayer(['approvals', 'approve', id], { typed: [{ after: /\[y\/N\] /, text: 'y\n' }] });
      expect(late.code).toBe(2);
      expect(late.out).toContain(`No call waits under "${id}"`);
    }
    expect(pad.done()).toEqual(before);
  });

  it('a companion that ends tells its client that, and not that a person said no', async () => {
    const before = pad.done();
    await ask('asked at the end');
    await home.must(['stop']);
    const answer = await client.answer('asked at the end');
    expect(codeOf(answer)).toBe('approval_quit');
    expect(textOf(answer)).toContain('the companion ended before anyone answered');
    await client.exited;
    client = await connect(home, 'pad', 'agent');
    expect(await questions(home)).toEqual([]);
    expect(pad.done()).toEqual(before);
  });

  it('every call left an intent and one outcome, and the trail is whole', async () => {
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });
});
