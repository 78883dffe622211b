/** The stop of everything: what runs is ended, what comes is refused, it outlives the companion, and only a yes ends it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Status } from '../../preload/contract/index.ts';
import { describeJourney, everythingServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { codeOf, connect, lastDecision, Pad, questions, textOf, toolsOf } from './deciding-steps.ts';
import type { RawClient } from './raw-client.ts';
import { waitingApproval } from './waiting-approval.ts';

const LONG = 'trigger-long-running-operation';
/** Far longer than any test: an answer that is not the refusal is never seen. */
const LONG_SECONDS = 3600;

describeJourney('deciding: lockdown', () => {
  let home: CompanionHome;
  let pad: Pad;
  let runner: RawClient;
  let writer: RawClient;

  const companion = async (): Promise<Status['companion']> => (await home.json<Status>(['status'])).companion;
  const off = async (): Promise<string> => await home.must(['lockdown', 'off', '-y']);

  beforeAll(async () => {
    home = await openHome();
    pad = new Pad(home, 'pad');
    await home.add('every', [node, everythingServer, 'stdio']);
    await home.add('pad', pad.command);
    await home.must(['policy', 'ask', 'pad', 'write_other']);
    runner = await connect(home, 'every', 'runner');
    writer = await connect(home, 'pad', 'writer');
  });
  afterAll(async () => {
    await home?.close();
  });

  it('calls under way and calls that wait for a person are refused before the command has ended, and their servers told', async () => {
    runner.send({
      jsonrpc: '2.0',
      id: 'long',
      method: 'tools/call',
      params: {
        name: LONG,
        arguments: { duration: LONG_SECONDS, steps: LONG_SECONDS * 50 },
        _meta: { progressToken: 'p' },
      },
    });
    await runner.message('its progress', ({ method }) => method === 'notifications/progress');
    writer.send({ jsonrpc: '2.0', id: 'hold', method: 'tools/call', params: { name: 'hold', arguments: {} } });
    await writer.message('its beginning', ({ method }) => method === 'notifications/message');
    writer.send({ jsonrpc: '2.0', id: 'asked', method: 'tools/call', params: { name: 'write_other', arguments: {} } });
    await waitingApproval(home);

    const { lockdown, cancelled } = await home.json<{ lockdown: boolean; cancelled: number }>(['lockdown', 'on']);
    expect([lockdown, cancelled]).toEqual([true, 3]);
    const answers = await Promise.all([runner.answer('long'), writer.answer('hold'), writer.answer('asked')]);
    for (const answer of answers) {
      expect(codeOf(answer)).toBe('lockdown');
      expect(textOf(answer)).toContain('a person stopped all calls');
    }
    expect(await questions(home)).toEqual([]);
    // The server was told after it had begun, and what it answers to that, before its ping, reaches nobody.
    expect((await writer.request('ping', 'ping')).result).toEqual({});
    expect(pad.done()).toEqual(['hold', 'cancelled']);
    expect(writer.messages().filter(({ id }) => id === 'hold')).toHaveLength(1);
    expect((await runner.request('ping', 'ping')).result).toEqual({});
    expect(runner.messages().filter(({ id }) => id === 'long')).toHaveLength(1);
    // In the trail the order is: begun, stopped, nothing after it.
    const records = home.records();
    const stopped = records.findIndex((record) => record.kind === 'event' && record.event === 'lockdown_on');
    expect(stopped).toBeGreaterThan(records.findIndex((record) => record.kind === 'intent'));
    expect(home.openIntents()).toEqual([]);
  });

  it('every call of every session is refused, of a new one too; nothing is executed', async () => {
    const before = pad.done();
    const late = await connect(home, 'pad', 'late');
    for (const client of [writer, late]) {
      for (const name of ['write_note', 'write_other', 'echo', 'hold']) {
        const answer = await client.call(name, name, { text: 'x' });
        expect([name, codeOf(answer)]).toEqual([name, 'lockdown']);
      }
    }
    expect(lastDecision(home, 'echo')).toMatchObject({ effect: 'deny', decidedBy: 'engine', code: 'lockdown' });
    expect(codeOf(await runner.call('echo', 'echo', { message: 'x' }))).toBe('lockdown');
    const resource = await runner.request('read', 'resources/read', { uri: 'demo://resource/dynamic/text/1' });
    const prompt = await runner.request('prompt', 'prompts/get', { name: 'simple-prompt' });
    for (const answer of [resource, prompt]) {
      expect(answer.result).toBeUndefined();
      expect(answer.error?.message).toContain('a person stopped all calls');
    }
    expect(await questions(home)).toEqual([]);
    expect(pad.done()).toEqual(before);
    await late.close();
  });

  it('status says so, and since when; to lock twice changes nothing', async () => {
    const { lockdown } = await companion();
    expect(lockdown).toMatchObject({ since: expect.stringMatching(/^\d{4}-/) });
    expect(await home.must(['status'])).toContain('LOCKED DOWN');
    await home.must(['lockdown', 'on']);
    expect((await companion()).lockdown).toEqual(lockdown);
  });

  it('it outlives the companion', async () => {
    const { lockdown, pid } = await companion();
    await home.must(['stop']);
    await Promise.all([runner.exited, writer.exited]);
    runner = await connect(home, 'every', 'runner');
    writer = await connect(home, 'pad', 'writer');
    const now = await companion();
    expect(now.pid).not.toBe(pid);
    expect(now.lockdown).toEqual(lockdown);
    expect(codeOf(await writer.call('after', 'echo', { text: 'x' }))).toBe('lockdown');
    expect(codeOf(await runner.call('after', 'echo', { message: 'x' }))).toBe('lockdown');
  });

  it('only a yes ends it; then calls go through as the rules say', async () => {
    const { lockdown } = await companion();
    const piped = await home.runlayer(['lockdown', 'off'], { input: 'y\n' });
    expect([piped.code, piped.out]).toEqual([2, '']);
    const typed = [{ after: /\[y\/N\] /, text: '\n' }];
    expect((await home.runlayer(['lockdown', 'off'], { typed })).code).toBe(2);
    expect((await companion()).lockdown).toEqual(lockdown);
    expect(codeOf(await writer.call('closed', 'echo', { text: 'x' }))).toBe('lockdown');

    const yes = [{ after: /\[y\/N\] /, text: 'y\n' }];
    expect((await home.runlayer(['lockdown', 'off'], { typed: yes })).code).toBe(0);
    expect((await companion()).lockdown).toBeNull();
    expect(await home.must(['status'])).not.toContain('LOCKED DOWN');
    expect(textOf(await writer.call('open', 'echo', { text: 'x' }))).toBe('x');
    expect(await toolsOf(writer, 'tools')).toContain('write_note');
    // Rules count as before.
    writer.send({ jsonrpc: '2.0', id: 'asked', method: 'tools/call', params: { name: 'write_other', arguments: {} } });
    await home.must(['approvals', 'deny', (await waitingApproval(home)).id]);
    expect(codeOf(await writer.answer('asked'))).toBe('approval_denied');
    const again = await home.runlayer(['lockdown', 'off', '-y']);
    expect(again.code).toBe(2);
    expect(again.err).toContain('Nothing is locked down');
  });

  it('of a hundred calls at once, none that comes after it is executed', async () => {
    const ids = Array.from({ length: 100 }, (_, at) => `storm ${at}`);
    const [before, since] = [ids.slice(0, 50), ids.slice(50)];
    const send = (some: readonly string[]): void => {
      for (const id of some) {
        const params = { name: 'write_note', arguments: { text: id } };
        writer.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
      }
    };
    send(before);
    await home.must(['lockdown', 'on']);
    send(since);
    for (const id of since) expect([id, codeOf(await writer.answer(id))]).toEqual([id, 'lockdown']);
    // Those of before were made and said so, or were refused as these; what had reached the server may be done.
    for (const id of before) {
      const answer = await writer.answer(id);
      if (codeOf(answer) === undefined) expect(textOf(answer)).toBe('written');
      else expect(codeOf(answer)).toBe('lockdown');
    }
    const done = new Set(pad.done());
    expect(since.filter((id) => done.has(`write_note ${id}`))).toEqual([]);
    await off();
  });

  it('on and off are in the trail with who did it; every call left an intent and one outcome, and the trail is whole', async () => {
    const events = home
      .records()
      .flatMap((record) => (record.kind === 'event' && record.event.startsWith('lockdown_') ? [record] : []));
    expect(events.map(({ event }) => event)).toEqual(['lockdown_on', 'lockdown_off', 'lockdown_on', 'lockdown_off']);
    for (const { detail } of events) expect(detail['by']).toEqual(expect.stringMatching(/./));
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });
});
