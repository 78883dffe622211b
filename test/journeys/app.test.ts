/**
 * The tray app round a real companion: connect, a blocked call in the tray, yes and no in the approval window, lockdown, quit.
 * All of it is real but Electron's binary, in whose place the fake of test/shell stands; test/e2e/electron.test.ts does the same
 * with the binary, where there is one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ARM_MS } from '../../main/shell/approval-window.ts';
import { ApprovalView, HeldQuestion } from '../../preload/contract/index.ts';
import { AppShell } from './app-shell.ts';
import { describeJourney, everythingServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { codeOf, connect, textOf } from './deciding-steps.ts';
import type { RawClient } from './raw-client.ts';

describeJourney('the tray app', () => {
  let home: CompanionHome;
  let app: AppShell;
  let client: RawClient;

  beforeAll(async () => {
    home = await openHome();
    app = await AppShell.start(home);
  });
  afterAll(() => home.close());

  const questions = async (): Promise<HeldQuestion[]> =>
    HeldQuestion.array().parse((await app.call('approval', 'held.list', {})).value);
  /** What a person does who has read it. */
  const answerQuestion = async (allow: boolean): Promise<HeldQuestion> => {
    await app.until('the approval window is open', ({ windows }) =>
      windows.some(({ address, shown }) => address === 'app://approval/' && shown.length > 0),
    );
    const [question] = await questions();
    if (question === undefined) throw new Error('nothing waits');
    await delay(ARM_MS);
    const { id, hash } = question;
    expect(await app.call('approval', 'held.answer', { id, hash, allow })).toMatchObject({ ok: true });
    return question;
  };

  it('runs, and opens its window', async () => {
    const { companion } = await home.json<{ companion: { kind: string } }>(['status']);
    expect(companion.kind).toBe('app');
    expect((await app.look()).windows).toMatchObject([{ address: 'app://companion/' }]);
    expect(await app.call('companion', 'preferences.get', {})).toMatchObject({
      ok: true,
      value: { kind: 'available', preferences: { startAtLogin: null, notifications: true } },
    });
    expect(await app.call('companion', 'updates.get', {})).toMatchObject({ ok: true, value: { kind: 'off' } });
  });

  it('holds what the command line wants to weaken, whatever it says, for the approval window', async () => {
    const added = home.runlayer([
      'connectors',
      'add',
      'things',
      '-y',
      '--default',
      'ask',
      '--',
      node,
      everythingServer,
    ]);
    const seen = await app.until('the approval window is open', ({ windows }) => windows.length === 2);
    expect(seen.windows[1]).toEqual({ address: 'app://approval/', shown: ['show inactive'], onTop: true });
    expect(seen.notifications).toContain('Your answer is needed');
    const [question] = await questions();
    expect(question).toMatchObject({ operation: 'connectors.save' });
    expect(question?.detail).toContain(everythingServer);
    // The interface's own page does not see the whole of it, and cannot answer, not even by naming all of it.
    expect(await app.call('companion', 'held.list', {})).toMatchObject({ value: [{ id: question?.id, detail: '' }] });
    const answer = { id: question?.id, hash: question?.hash, allow: true };
    expect(await app.call('companion', 'held.answer', answer)).toMatchObject({
      ok: false,
      error: { code: 'E_UNKNOWN_OPERATION' },
    });
    await answerQuestion(true);
    expect(await added).toMatchObject({ code: 0 });
    expect(
      (await app.until('it is no longer on top', ({ windows }) => !windows.some(({ onTop }) => onTop))).windows,
    ).toHaveLength(2);
  });

  it('takes no yes before it can have been read', async () => {
    await app.closeWindow('approval');
    const wanted = home.runlayer(['policy', 'allow', 'things', 'echo', '-y']);
    await app.until('the approval window is open', ({ windows }) => windows.length === 2);
    const [question] = await questions();
    const { id, hash } = question ?? {};
    expect(await app.call('approval', 'held.answer', { id, hash, allow: true })).toMatchObject({
      ok: false,
      error: { code: 'E_TOO_SOON' },
    });
    expect(await app.call('approval', 'held.answer', { id, hash, allow: false })).toMatchObject({ ok: true });
    expect((await wanted).code).toBe(2);
  });

  it('asks about a call, and a yes lets this one through', async () => {
    client = await connect(home, 'things', 'Cursor');
    const called = client.call('one', 'echo', { message: 'hello' });
    await app.until('the tray says so', ({ tray }) => tray.menu.includes('1 question waits for you…'));
    await app.click('1 question waits for you…');
    const [waiting] = ApprovalView.array().parse((await app.call('approval', 'approvals.list', {})).value);
    expect(waiting).toMatchObject({ client: 'Cursor', connector: 'things', tool: 'echo' });
    await delay(ARM_MS);
    const { id, hash } = waiting ?? {};
    expect(await app.call('approval', 'approvals.approve', { id, hash, scope: 'once' })).toMatchObject({ ok: true });
    expect(textOf(await called)).toContain('hello');
  });

  it('shows a call that was blocked', async () => {
    await home.must(['policy', 'deny', 'things', 'get-*']);
    await client.call('two', 'get-env', {});
    const seen = await app.until('the tray shows it', ({ tray }) => tray.menu.some((line) => line.includes('get-env')));
    expect(seen.tray.menu.find((line) => line.includes('get-env'))).toMatch(/Cursor → things: get-env, blocked$/);
    expect(seen.tray.menu).toContain('1 call blocked in the last hour');
    expect(seen.notifications).toContain('A call was blocked');
  });

  it('denies all that waits from the tray', async () => {
    const called = client.call('three', 'echo', { message: 'x' });
    await app.until('the tray says so', ({ tray }) => tray.menu.includes('Deny it'));
    await app.click('Deny it');
    expect((await called).result?.isError).toBe(true);
  });

  it('asks nobody while the screen is locked', async () => {
    const called = client.call('locked', 'echo', { message: 'x' });
    await app.until('it waits', ({ tray }) => tray.menu.includes('Deny it'));
    await app.lockScreen(true);
    expect(codeOf(await called)).toBe('approval_locked');
    expect(codeOf(await client.call('still locked', 'echo', { message: 'x' }))).toBe('approval_locked');
    await app.lockScreen(false);
  });

  it('stops every call at once, and ends that only by a yes', async () => {
    await app.click('Stop every call now');
    await app.until('the tray says so', ({ tray }) => tray.menu.includes('LOCKED DOWN'));
    expect((await client.call('four', 'echo', { message: 'x' })).result?.isError).toBe(true);
    await app.click('Let calls through again…');
    expect(await answerQuestion(true)).toMatchObject({ operation: 'lockdown.off', from: 'tray' });
    await app.until('the tray says so', ({ tray }) => !tray.menu.includes('LOCKED DOWN'));
  });

  it('quits: everything that it started ends with it', async () => {
    const began = performance.now();
    expect(await app.quit()).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    await client.exited;
    expect((await home.runlayer(['status', '--json'])).code).toBe(1);
  });
});
