import type { Command } from 'commander';
import { CompanionError, type ApprovalView } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { jsonOption } from './option-values.ts';
import { hang, json, shown, table } from './render.ts';

function approvalText(approval: ApprovalView): string {
  return [
    hang('', `${approval.client} wants to call "${approval.tool}" on "${approval.connector}".`),
    hang('Why it asks: ', approval.reason),
    'Arguments:\n',
    ...approval.arguments.split('\n').map((line) => `  ${shown(line)}\n`),
  ].join('');
}

export function addApprovalCommands(program: Command, io: CommandIo): void {
  const approvals = program.command('approvals').description('calls that wait for your yes or no');
  const find = async (id: string): Promise<ApprovalView> => {
    const approval = (await io.call('approvals.list', {})).find((candidate) => candidate.id === id);
    if (approval !== undefined) return approval;
    throw new CompanionError(
      'E_APPROVAL_UNKNOWN',
      `No call waits under "${id.slice(0, 64)}".`,
      'It may have timed out or been answered. See "runlayer approvals list".',
      { exitCode: 2 },
    );
  };

  approvals
    .command('list')
    .description('what waits now')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('approvals.list', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0) io.out('Nothing waits for you.\n');
      else {
        io.out(
          table(
            ['ID', 'UNTIL', 'CLIENT', 'CONNECTOR', 'TOOL'],
            all.map((one) => [one.id, `${one.expiresAt.slice(11, 19)}Z`, one.client, one.connector, one.tool]),
          ),
        );
        io.out(
          '\nSee a whole call with "runlayer approvals show <id>". Answer it with\n"runlayer approvals approve <id>" or "runlayer approvals deny <id>".\n',
        );
      }
    });

  approvals
    .command('show <id>')
    .description('the whole call')
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: true }) => {
      const approval = await find(id);
      io.out(options.json === true ? json(approval) : approvalText(approval));
    });

  approvals
    .command('approve <id>')
    .description('let this one call through; only at a terminal')
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: true }) => {
      const approval = await find(id);
      if (!io.tty) {
        throw new CompanionError(
          'E_TERMINAL_NEEDED',
          'A call can be approved only at a terminal, by a person who sees it.',
          'Run the same command in a terminal.',
          { exitCode: 2 },
        );
      }
      (options.json === true ? io.err : io.out)(approvalText(approval));
      await confirm(io, 'Let exactly this call through?', false);
      await io.callConfirmed('approvals.approve', { id });
      io.out(options.json === true ? json({ id, answer: 'approved' }) : 'Approved.\n');
    });

  approvals
    .command('deny <id>')
    .description('refuse this one call')
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: true }) => {
      await io.call('approvals.deny', { id });
      io.out(options.json === true ? json({ id, answer: 'denied' }) : 'Denied.\n');
    });
}
