/**
 * A person's yes is for exactly one call: of this session, with these bytes, of this definition, under these rules. Clients are
 * told nearly at once to call again, so that each question is answered while nobody waits for it.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeJourney, openHome, type CompanionHome } from './companion-home.ts';
import {
  approve,
  codeOf,
  connect,
  lastDecision,
  Pad,
  questions,
  refOf,
  startImpatient,
  textOf,
} from './deciding-steps.ts';
import type { RawClient } from './raw-client.ts';

const WAIT_MS = 150;

describeJourney('deciding: approvals', () => {
  let home: CompanionHome;
  let pad: Pad;
  let host: Awaited<ReturnType<typeof startImpatient>>;
  let client: RawClient;
  let calls = 0;

  const call = async (text: unknown, from: RawClient = client, tool = 'write_note'): ReturnType<RawClient['call']> =>
    await from.call(`call ${(calls += 1)}`, tool, { text });
  /** Makes a call that is not answered in time; the id of its question. */
  const ask = async (text: unknown, from: RawClient = client): Promise<string> => {
    const answer = await call(text, from);
    expect(codeOf(answer)).toBe('approval_pending');
    expect(textOf(answer)).toContain('Call again with exactly the same arguments');
    return refOf(answer);
  };
  /** Such a call, with a person's yes to it. */
  const approved = async (text: unknown, from: RawClient = client): Promise<string> => {
    const id = await ask(text, from);
    expect((await approve(home, id)).out).toContain('It is made when its client calls again');
    return id;
  };
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await questions(home)).find((question) => question.id === id)?.state;

  beforeAll(async () => {
    home = await openHome();
    pad = new Pad(home, 'pad');
    await home.add('pad', pad.command);
    await home.must(['policy', 'ask', 'pad', 'write_*']);
    await home.must(['stop']);
    host = await startImpatient(home, WAIT_MS);
  });
  beforeEach(async () => {
    client = await connect(home, 'pad', 'agent');
    return async () => {
      await home.must(['approvals', 'deny', '--all']);
      await client.close();
    };
  });
  afterAll(async () => {
    await home?.close();
  });

  it('the identical call is made once, whatever the order and the spacing of its arguments; the next one asks anew', async () => {
    const id = await approved('once');
    expect(pad.done()).not.toContain('write_note once');
    const spaced =
      '{ "jsonrpc":"2.0", "id":"spaced", "method":"tools/call",  "params":{"arguments": { "text" : "\\u006fnce" },"name":"write_note"}}';
    client.send(spaced);
    expect(textOf(await client.answer('spaced'))).toBe('written');
    expect(lastDecision(home, 'write_note')).toMatchObject({ effect: 'allow', code: 'approval_granted' });
    const second = await ask('once');
    expect(second).not.toBe(id);
    expect(pad.done().filter((line) => line === 'write_note once')).toHaveLength(1);
  });

  it('two identical calls at once are two questions, and one yes makes one of them', async () => {
    const refs = (await Promise.all([call('twin'), call('twin')])).map(refOf);
    expect(new Set(refs).size).toBe(2);
    await approve(home, refs[0] ?? '');
    const codes = [codeOf(await call('twin')), codeOf(await call('twin'))];
    expect(codes).toEqual([undefined, 'approval_pending']);
    expect(pad.done().filter((line) => line === 'write_note twin')).toHaveLength(1);
  });

  it('neither other arguments nor another tool nor more of the same arguments redeem it', async () => {
    const id = await approved('exact');
    for (const text of ['exact ', 'Exact', ['exact'], null]) expect([text, await ask(text)]).not.toContain(id);
    expect(codeOf(await call('exact', client, 'write_other'))).toBe('approval_pending');
    const more = await client.call('more', 'write_note', { text: 'exact', other: 1 });
    expect(codeOf(more)).toBe('approval_pending');
    expect(await stateOf(id)).toBe('approved');
    expect(pad.done().filter((line) => line.includes('xact'))).toEqual([]);
    expect(textOf(await call('exact'))).toBe('written');
    expect(pad.done().filter((line) => line.includes('xact'))).toEqual(['write_note exact']);
  });

  it('another session does not redeem it, though it gives the same name; nor does the next one when its own has ended', async () => {
    const id = await approved('mine');
    const other = await connect(home, 'pad', 'agent');
    expect(await ask('mine', other)).not.toBe(id);
    expect(await stateOf(id)).toBe('approved');
    client.process.kill('SIGKILL');
    await client.exited;
    // The companion learns of it from the socket that closes.
    while ((await stateOf(id)) !== undefined);
    const next = await connect(home, 'pad', 'agent');
    await ask('mine', next);
    expect(pad.done().filter((line) => line.includes('mine'))).toEqual([]);
    for (const one of [other, next]) await one.close();
  });

  it('after a rule was added it asks again; after one that denies, nothing that was approved goes', async () => {
    const id = await approved('ruled');
    const asks = await home.json<{ id: string }>(['policy', 'ask', 'pad', 'write_note', '--note', 'another']);
    expect(await ask('ruled')).not.toBe(id);
    const again = await approved('under both');
    const denies = await home.json<{ id: string }>(['policy', 'deny', 'pad', 'write_note']);
    const refused = await call('under both');
    expect(refused.error?.message).toBe('Unknown tool: write_note');
    expect(pad.done().filter((line) => /ruled|under both/.test(line))).toEqual([]);
    for (const rule of [denies, asks]) await home.must(['policy', 'remove', '-y', rule.id]);
    // The rules are those of the first question again, and the yes to it was never used.
    expect(await stateOf(again)).toBe('approved');
    expect(textOf(await call('ruled'))).toBe('written');
  });

  it('after the definition changed it is refused, and after a person agreed to the new one it asks again', async () => {
    const id = await approved('defined');
    expect(textOf(await client.call('redefine', 'redefine'))).toBe('redefined');
    await client.message('the change', ({ method }) => method === 'notifications/tools/list_changed');
    expect((await call('defined')).error?.message).toBe('Unknown tool: write_note');
    const diff = await home.must(['pins', 'diff', 'pad']);
    expect(diff).toContain('counts it');
    await home.must(['pins', 'accept', 'pad', '--all', '-y']);
    expect(await ask('defined')).not.toBe(id);
    expect(pad.done().filter((line) => line.includes('defined'))).toEqual([]);
    // What the next sessions see is the first definition again.
    await home.must(['pins', 'reset', 'pad', '-y']);
  });

  it('a lockdown outweighs it; when that has ended the yes counts, once', async () => {
    await approved('locked');
    await home.must(['lockdown', 'on']);
    expect(codeOf(await call('locked'))).toBe('lockdown');
    expect(pad.done().filter((line) => line.includes('locked'))).toEqual([]);
    await home.must(['lockdown', 'off', '-y']);
    expect(textOf(await call('locked'))).toBe('written');
    await ask('locked');
    expect(pad.done().filter((line) => line.includes('locked'))).toHaveLength(1);
  });

  it('a yes that two people give at once is one yes', async () => {
    const id = await ask('both');
    const typed = [{ after: /\[y\/N\] /, text: 'y\n' }];
    const one = home.runlayer(['approvals', 'approve', id], { typed });
    const other = home.runlayer(['approvals', 'approve', id], { typed });
    const codes = [(await one).code, (await other).code];
    expect(codes).toContain(0);
    expect(textOf(await call('both'))).toBe('written');
    await ask('both');
    expect(pad.done().filter((line) => line.includes('both'))).toHaveLength(1);
  });

  it('the reasons of a refusal are told apart: not answered, said no, no person at the terminal, taken back', async () => {
    const unanswered = await ask('no');
    const piped = await home.runlayer(['approvals', 'approve', unanswered, '-y'], { input: 'y\n' });
    expect(piped.code).toBe(2);
    expect(await stateOf(unanswered)).toBe('pending');
    await home.must(['approvals', 'deny', unanswered]);
    const denied = await call('no');
    expect([codeOf(denied), textOf(denied).includes('Do not retry')]).toEqual(['approval_denied', true]);
    // A no is told once; then it is a new question.
    await ask('no');
    // A yes is taken back by a no.
    const id = await approved('regretted');
    await home.must(['approvals', 'deny', id]);
    expect(codeOf(await call('regretted'))).toBe('approval_denied');
    expect(pad.done().filter((line) => /no$|regretted/.test(line))).toEqual([]);
  });

  it('a companion that starts anew has approved nothing, and makes nothing', async () => {
    await approved('before the end');
    await ask('asked before the end');
    expect(await host.stop()).toBe(0);
    await client.exited;
    host = await startImpatient(home, WAIT_MS);
    expect(await questions(home)).toEqual([]);
    const next = await connect(home, 'pad', 'agent');
    await ask('before the end', next);
    await ask('asked before the end', next);
    expect(pad.done().filter((line) => line.includes('the end'))).toEqual([]);
    await next.close();
    client = await connect(home, 'pad', 'agent');
  });

  it('each question and each answer is in the trail, bound to what was asked, and the trail is whole', async () => {
    const answers = home
      .records()
      .flatMap((record) => (record.kind === 'event' && record.event === 'approval_answered' ? [record.detail] : []));
    const byAnswer = Map.groupBy(answers, ({ answer }) => answer);
    for (const answer of ['approved', 'denied', 'unused', 'cancelled', 'quit'])
      expect([answer, byAnswer.has(answer)]).toEqual([answer, true]);
    for (const { key, by } of answers)
      expect([key, by]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), expect.any(String)]);
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });
});
