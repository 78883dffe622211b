/** Calls that wait for a person: answered at a terminal, answered with no, not answered, and not answerable by a program. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { textUntil } from '../process/processes.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { RawClient, type Message } from './raw-client.ts';
import { waitingApproval } from './waiting-approval.ts';

const textOf = (message: Message): string => message.result?.content?.[0]?.text ?? '';
const asked = {
  jsonrpc: '2.0',
  id: 'asked',
  method: 'tools/call',
  params: { name: 'write_note', arguments: { text: 'to\u202ewhom' } },
};

describeJourney('approvals', () => {
  let home: CompanionHome;

  const ask = async (name: string): Promise<RawClient> => {
    const client = new RawClient(home.start(['run', 'notes']));
    await client.initialize(name);
    client.send(asked);
    return client;
  };
  const answered = (answer: string): number =>
    home
      .records()
      .filter(
        (record) =>
          record.kind === 'event' && record.event === 'approval_answered' && record.detail['answer'] === answer,
      ).length;

  beforeAll(async () => {
    home = await openHome();
    await home.add('notes', [node, fixtureServer('tools.mjs')], ['--default', 'ask']);
  });
  afterAll(async () => {
    await home?.close();
  });

  it('a person at a terminal sees the whole call, says yes, and exactly that call goes through', async () => {
    const client = await ask('approved-client');
    const { id } = await waitingApproval(home);
    const ended = await home.runlayer(['approvals', 'approve', id], { typed: [{ after: /\[y\/N\] /, text: 'y\n' }] });
    expect(ended.out).toMatch(/approved-client"? wants to call "write_note" on "notes"/);
    // What could turn the text around on the screen is shown as an escape.
    expect(ended.out).not.toContain('\u202e');
    expect(ended.out).toMatch(/to\\u\{?202e\}?whom/i);
    expect(ended).toMatchObject({ code: 0 });
    expect(textOf(await client.answer('asked'))).toBe('written');
    client.send({ ...asked, id: 'again' });
    const second = await waitingApproval(home);
    expect(second.id).not.toBe(id);
    await home.must(['approvals', 'deny', second.id]);
    expect(textOf(await client.answer('again'))).toContain('said no');
    expect(await client.close()).toBe(0);
    expect([answered('approved'), answered('denied')]).toEqual([1, 1]);
  });

  it('anything but yes at the terminal leaves the call waiting', async () => {
    const client = await ask('hesitant-client');
    const { id } = await waitingApproval(home);
    const ended = await home.runlayer(['approvals', 'approve', id], { typed: [{ after: /\[y\/N\] /, text: '\n' }] });
    expect(ended.code).toBe(2);
    expect((await waitingApproval(home)).id).toBe(id);
    await home.must(['approvals', 'deny', id]);
    await client.close();
  });

  it('without a terminal nothing is approved: not by a pipe that says yes, not by -y', async () => {
    const client = await ask('lonely-client');
    const { id } = await waitingApproval(home);
    const piped = await home.runlayer(['approvals', 'approve', id], { input: 'y\ny\n' });
    expect(piped.code).toBe(2);
    expect(piped.err).toMatch(/terminal/);
    const insisting = await home.runlayer(['approvals', 'approve', id, '-y']);
    expect(insisting.code).toBe(2);
    expect((await waitingApproval(home)).id).toBe(id);
    await home.must(['approvals', 'deny', id]);
    expect((await client.answer('asked')).result?.isError).toBe(true);
    await client.close();
    expect(answered('approved')).toBe(1);
  });

  it('an answer to a call that does not wait is refused', async () => {
    for (const verb of ['approve', 'deny']) {
      const ended = await home.runlayer(['approvals', verb, 'deadbeef']);
      expect(ended).toMatchObject({ code: 2, out: '' });
      expect(ended.err).toContain('No call waits under "deadbeef"');
    }
  });

  it('a client that takes the call back leaves nothing to approve', async () => {
    const client = await ask('fickle-client');
    await waitingApproval(home);
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'asked' } });
    expect((await client.request('ping', 'ping')).result).toEqual({});
    expect(await home.json(['approvals', 'list'])).toEqual([]);
    expect(client.messages().some((message) => message.id === 'asked')).toBe(false);
    await client.close();
  });

  it('a client that leaves while a call waits leaves nothing to approve', async () => {
    const client = await ask('leaving-client');
    await waitingApproval(home);
    client.process.kill('SIGKILL');
    await client.exited;
    // The companion learns of it from the socket that closes.
    while ((await home.json<unknown[]>(['approvals', 'list'])).length > 0);
    expect(home.openIntents()).toEqual([]);
  });

  it('an unanswered call is refused with a text that says that it is still asked about, and the answer counts later', async () => {
    await home.must(['stop']);
    const host = home.spawn(node, [fixtureServer('../host.ts'), 'headless', home.home, '{"approvalMs":1500}']);
    await textUntil(host.stdout, /serving/);
    const client = await ask('patient-client');
    const answer = await client.answer('asked');
    expect(answer.result?.isError).toBe(true);
    const [open] = await home.json<{ id: string; state: string }[]>(['approvals', 'list']);
    expect(open?.state).toBe('pending');
    expect(textOf(answer)).toMatch(/approval pending.*Call again with exactly the same arguments/);
    expect(answer.result?.['_meta']).toMatchObject({
      'com.runlayer/decision': { code: 'approval_pending', ref: open?.id },
    });
    expect(client.lines.some((line) => line.includes('"written"'))).toBe(false);
    expect(answered('timeout')).toBe(0);
    await client.close();
    const ended = once(host, 'close');
    await home.must(['stop']);
    expect((await ended)[0]).toBe(0);
    expect(home.openIntents()).toEqual([]);
  });
});
