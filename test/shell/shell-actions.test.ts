import { beforeEach, describe, expect, it } from 'vitest';
import { createShellActions } from '../../main/shell/shell-actions.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { createFakeHost, until, type FakeHost } from './harness.ts';
import { approvalWaiting, heldWaiting } from './waiting-events.ts';

let host: FakeHost;
beforeEach(() => {
  host = createFakeHost();
});
const asked = (): unknown[] => host.calls.map(({ name, input, caller }) => [name, input, caller]);

describe('what the shell sets off', () => {
  it('denies one', async () => {
    const actions = createShellActions(() => host);
    await actions.deny({ kind: 'approval', id: 'a' });
    await actions.deny({ kind: 'question', id: 'q' });
    expect(asked()).toEqual([
      ['approvals.deny', { id: 'a' }, 'shell'],
      ['held.refuse', { id: 'q' }, 'shell'],
    ]);
  });

  it('denies all that waits, and takes no yes back', async () => {
    const approvals = [
      approvalWaiting('a'),
      approvalWaiting('b', { state: 'approved' }),
      approvalWaiting('c', { state: 'pending' }),
    ];
    host.answers['approvals.list'] = () =>
      approvals.flatMap((event) => (event.type === 'approval_waiting' ? [event.approval] : []));
    host.answers['held.list'] = () =>
      [heldWaiting('q')].flatMap((event) => (event.type === 'held_waiting' ? [event.question] : []));
    await createShellActions(() => host).denyAll();
    expect(asked().slice(2)).toEqual([
      ['approvals.deny', { id: 'a' }, 'shell'],
      ['approvals.deny', { id: 'c' }, 'shell'],
      ['held.refuse', { id: 'q' }, 'shell'],
    ]);
  });

  it('stops everything, and asks whether to end that', async () => {
    const actions = createShellActions(() => host);
    await actions.lockdown(true);
    await actions.lockdown(false);
    expect(asked()).toEqual([
      ['lockdown.on', {}, 'shell'],
      ['lockdown.off', {}, 'shell'],
    ]);
  });

  it('asks tenants once at a time', async () => {
    let release = (): void => undefined;
    host.answers['tenant.status'] = () =>
      new Promise<void>((resolve) => {
        release = resolve;
      });
    const actions = createShellActions(() => host);
    const first = actions.sync();
    void actions.sync();
    await until(() => host.calls.length > 0);
    release();
    await first;
    expect(host.calls).toHaveLength(1);
    host.answers['tenant.status'] = () => ({});
    await actions.sync();
    expect(host.calls).toHaveLength(2);
  });

  it('tells what was not carried out in the log, by its code alone', async () => {
    host.answers['lockdown.off'] = () => {
      throw new CompanionError('E_DECLINED', 'Refused by Ada.', 'Ask again.');
    };
    await createShellActions(() => host).lockdown(false);
    expect(host.notes).toEqual(["The shell's lockdown.off was not carried out: E_DECLINED."]);
    await createShellActions(() => undefined).denyAll();
  });
});
