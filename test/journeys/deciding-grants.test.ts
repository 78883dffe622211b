/** A yes that counts for more than one call: for what it counts, for whom, until when, and what it never opens. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { GrantView } from '../../preload/contract/index.ts';
import { describeJourney, openHome, type CompanionHome } from './companion-home.ts';
import { approve, codeOf, connect, lastDecision, Pad, questions, refOf, startImpatient } from './deciding-steps.ts';
import type { RawClient } from './raw-client.ts';

describeJourney('deciding: grants', () => {
  let home: CompanionHome;
  let pad: Pad;
  let host: Awaited<ReturnType<typeof startImpatient>>;
  let client: RawClient;
  let calls = 0;

  const call = async (text: unknown, from: RawClient = client, tool = 'write_note'): ReturnType<RawClient['call']> =>
    await from.call(`call ${(calls += 1)}`, tool, { text });
  /** Whether each of these was made; what was not made was asked about. */
  const made = async (texts: readonly unknown[], from: RawClient = client): Promise<boolean[]> => {
    const all: boolean[] = [];
    for (const text of texts) {
      const code = codeOf(await call(text, from));
      expect([undefined, 'approval_pending']).toContain(code);
      all.push(code === undefined);
    }
    return all;
  };
  const grant = async (text: string, ...options: string[]): Promise<GrantView> => {
    const answer = await call(text);
    expect(codeOf(answer)).toBe('approval_pending');
    await approve(home, refOf(answer), options);
    const all = await grants();
    const [newest] = all.slice(-1);
    if (newest === undefined) throw new Error('no grant was given');
    return newest;
  };
  const grants = async (): Promise<GrantView[]> => await home.json<GrantView[]>(['approvals', 'grants']);

  beforeAll(async () => {
    home = await openHome();
    pad = new Pad(home, 'pad');
    await home.add('pad', pad.command);
    await home.must(['policy', 'ask', 'pad', 'write_*']);
    await home.must(['stop']);
    host = await startImpatient(home, 150);
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

  it('for the session: this tool of this connector for this session, and it ends with it', async () => {
    const given = await grant('first', '--for', 'session');
    expect(given).toMatchObject({ client: 'agent', connector: 'pad', tool: 'write_note', scope: 'session' });
    expect(await made(['first', 'second', 'third'])).toEqual([true, true, true]);
    expect(lastDecision(home, 'write_note')).toMatchObject({ effect: 'allow', code: 'grant_allow' });
    expect(codeOf(await call('x', client, 'write_other'))).toBe('approval_pending');
    const other = await connect(home, 'pad', 'agent');
    expect(await made(['second'], other)).toEqual([false]);
    await other.close();
    await client.close();
    while ((await grants()).length > 0);
    client = await connect(home, 'pad', 'agent');
    expect(await made(['second'])).toEqual([false]);
  });

  it('with a condition: only where the arguments surely fit; one that does not fit this very call is refused', async () => {
    const when = '{"at":"/text","glob":"draft *"}';
    const answer = await call('final');
    const id = refOf(answer);
    const typed = [{ after: /\[y\/N\] /, text: 'y\n' }];
    const unfit = await home.runlayer(['approvals', 'approve', id, '--for', 'hour', '--when', when], { typed });
    expect(unfit.code).toBe(2);
    expect(unfit.out).toContain('does not hold for this very call');
    const alone = await home.runlayer(['approvals', 'approve', id, '--when', when], { typed });
    expect(alone.code).toBe(2);
    expect(alone.out).toContain('goes with "--for"');
    expect(await grants()).toEqual([]);

    const given = await grant('draft 1', '--for', 'hour', '--when', when);
    expect(given).toMatchObject({ scope: 'hour', when: { at: '/text', glob: 'draft *' } });
    expect(Date.parse(given.endsAt ?? '') - Date.parse(given.createdAt)).toBe(3_600_000);
    expect(await made(['draft 1', 'draft 2', 'final', 'DRAFT 3', ['draft 4'], 7])).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    const page = await home.must(['approvals', 'grants']);
    expect(page).toContain(given.id);
    expect(page).toContain('draft *');
  });

  it('one that is revoked counts no more', async () => {
    const { id } = await grant('kept', '--for', 'hour');
    expect(await made(['kept', 'also'])).toEqual([true, true]);
    await home.must(['approvals', 'revoke', id]);
    expect(await grants()).toEqual([]);
    expect(await made(['kept'])).toEqual([false]);
    const twice = await home.runlayer(['approvals', 'revoke', id]);
    expect(twice.code).toBe(2);
    expect(twice.err).toContain(`There is no grant "${id}"`);
  });

  it('it answers questions and no denial', async () => {
    await grant('kept', '--for', 'session');
    const rule = await home.json<{ id: string }>([
      'policy',
      'deny',
      'pad',
      'write_note',
      '--when',
      '{"at":"/text","contains":"bad"}',
    ]);
    expect(codeOf(await call('bad'))).toBe('argument_deny');
    expect(await made(['good'])).toEqual([true]);
    await home.must(['policy', 'remove', '-y', rule.id]);
    await home.must(['connectors', 'disable', 'pad']);
    expect((await call('good')).error?.message).toBe('Unknown tool: write_note');
    await home.must(['connectors', 'enable', '-y', 'pad']);
  });

  it('it was no yes to what was read since: a chain asks in spite of it', async () => {
    const adding = ['policy', 'chain', 'add', '--after', 'pad', 'echo', '--before', 'pad', 'write_*'];
    const chain = await home.json<{ id: string }>(adding);
    const given = await grant('before', '--for', 'session');
    expect(await made(['before'])).toEqual([true]);
    await client.call('read', 'echo', { text: 'x' });
    const answer = await call('after');
    expect(codeOf(answer)).toBe('approval_pending');
    const asked = (await questions(home)).find(({ id }) => id === refOf(answer));
    expect(asked?.reason).toContain(chain.id);
    await home.must(['policy', 'chain', 'remove', '-y', chain.id]);
    expect(await made(['after'])).toEqual([true]);
    await home.must(['approvals', 'revoke', given.id]);
  });

  it('no program gives one: not with -y, not through a pipe', async () => {
    const id = refOf(await call('hands off'));
    const before = pad.done().length;
    for (const [options, input] of [
      [['--for', 'hour', '-y'], ''],
      [['--for', 'hour'], 'y\ny\n'],
      [['--for', 'year'], 'y\n'],
    ] as const) {
      const ended = await home.runlayer(['approvals', 'approve', id, ...options], { input });
      expect([options, ended.code]).toEqual([options, 2]);
    }
    expect(await grants()).toEqual([]);
    expect((await questions(home)).find((one) => one.id === id)?.state).toBe('pending');
    expect(await made(['hands off'])).toEqual([false]);
    expect(pad.done()).toHaveLength(before);
  });

  it('a companion that starts anew knows of none', async () => {
    await grant('kept', '--for', 'hour');
    expect(await host.stop()).toBe(0);
    await client.exited;
    host = await startImpatient(home, 150);
    expect(await grants()).toEqual([]);
    client = await connect(home, 'pad', 'agent');
    expect(await made(['kept'])).toEqual([false]);
  });

  it('each grant and its end is in the trail, and every call has its outcome', () => {
    const events = home.records().flatMap((record) => (record.kind === 'event' ? [record] : []));
    const ids = (name: string): Set<unknown> =>
      new Set(events.flatMap(({ event, detail }) => (event === name ? [detail['grant']] : [])));
    expect(ids('grant_given').size).toBe(6);
    expect(ids('grant_ended')).toEqual(ids('grant_given'));
    expect(home.openIntents()).toEqual([]);
  });
});
