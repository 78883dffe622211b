/**
 * What tray and notifications set off at the companion, as its own shell. All of it tightens or asks: a no to what waits, the
 * stop of everything, a question whether to end that. What cannot be done is told in the log; the tray shows how things are.
 */
import { ApprovalView } from '../../preload/contract/approval.ts';
import { toFailure } from '../../preload/contract/failure.ts';
import { HeldQuestion } from '../../preload/contract/held.ts';
import type { OperationName } from '../../preload/contract/operations.ts';
import type { CompanionHost } from './companion-host.ts';
import type { Notice } from './notices.ts';

export interface ShellActions {
  deny(what: NonNullable<Notice['deny']>): Promise<void>;
  /** All that waits at this moment. */
  denyAll(): Promise<void>;
  /** Off is held for a person's yes in the approval window. */
  lockdown(on: boolean): Promise<void>;
  /** Has tenants asked for what is new; once at a time. */
  sync(): Promise<void>;
}

export function createShellActions(host: () => CompanionHost | undefined): ShellActions {
  const call = async (name: OperationName, input: unknown): Promise<unknown> => {
    const companion = host();
    try {
      return await companion?.call(name, input, 'shell');
    } catch (thrown) {
      companion?.note(`The shell's ${name} was not carried out: ${toFailure(thrown).code}.`);
      return undefined;
    }
  };
  const deny: ShellActions['deny'] = async ({ kind, id }) => {
    await call(kind === 'approval' ? 'approvals.deny' : 'held.refuse', { id });
  };
  let syncing: Promise<void> | undefined;

  return {
    deny,
    async denyAll() {
      const approvals = ApprovalView.array().safeParse(await call('approvals.list', {})).data ?? [];
      const questions = HeldQuestion.array().safeParse(await call('held.list', {})).data ?? [];
      await Promise.all([
        ...approvals.filter(({ state }) => state !== 'approved').map(({ id }) => deny({ kind: 'approval', id })),
        ...questions.map(({ id }) => deny({ kind: 'question', id })),
      ]);
    },
    async lockdown(on) {
      await call(on ? 'lockdown.on' : 'lockdown.off', {});
    },
    sync() {
      syncing ??= call('tenant.status', {}).then(() => {
        syncing = undefined;
      });
      return syncing;
    },
  };
}
