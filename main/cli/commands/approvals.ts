import type { Command } from 'commander';
import { CompanionError, type ApprovalView } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { json, shown, table } from './render.ts';

function approvalText(approval: ApprovalView): string {
  return [
    `${shown(approval.client)} wants to call "${shown(approval.tool)}" on "${approval.connector}".`,
    `Why it asks: ${shown(approval.reason)}`,
    'Arguments:',
    ...approval.arguments.split('\n').map((line) => `  ${line}`),
    '',
  ].join('\n');
}

export function addApprovalCommands(program: Command, io: CommandIo): void {
  const approvals = program.command('approvals').description('calls that wait for your yes or no');
  const find = async (id: string): Promise<ApprovalView> => {
    const approval = (await io.call('approvals.list', {})).find((candidate) => candidate.id === id);
    if (approval !== undefined) return approval;
    throw new CompanionError(
      'E_APPROVAL_UNKNOWN',
      `No call waits under "${id}".`,
      'It may have timed out or been answered. See "runlayer approvals list".',
      { exitCode: 2 },
    );
  };

  approvals
    .command('list')
    .description('what waits now')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      const all = await io.call('approvals.list', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0) io.out('Nothing waits for you.\n');
      else {
        io.out(
          table(
            ['ID', 'UNTIL', 'CLIENT', 'CONNECTOR', 'TOOL'],
            all.map((one) => [one.id, one.expiresAt.slice(11, 19), one.client, one.connector, one.tool]),
          ),
        );
        io.out('\nAnswer with "runlayer approvals approve <id>" or "runlayer approvals deny <id>".\n');
      }
    });

  approvals
    .command('show <id>')
    .description('the whole call')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { json?: true }) => {
      const approval = await find(id);
      io.out(options.json === true ? json(approval) : approvalText(approval));
    });

  approvals
    .command('approve <id>')
    .description('let this one call through; only at a terminal')
    .action(async (id: string) => {
      io.out(approvalText(await find(id)));
      await confirm(io, 'Let exactly this call through?', false);
      await io.callConfirmed('approvals.approve', { id });
      io.out('Approved.\n');
    });

  approvals
    .command('deny <id>')
    .description('refuse this one call')
    .action(async (id: string) => {
      await io.call('approvals.deny', { id });
      io.out('Denied.\n');
    });
}
