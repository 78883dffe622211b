import type { Command } from 'commander';
import { CompanionError, type OperationOutput, type TenantApproval } from '../../../preload/contract/index.ts';
import { readHost } from '../../backend/tenant-host.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { jsonOption } from './option-values.ts';
import { hang, json, table } from './render.ts';

interface AnswerOptions {
  readonly host?: string;
  readonly json?: true;
}

function approvalText(approval: TenantApproval): string {
  const called = approval.tool === '' ? [] : [hang('  tool   ', `${approval.tool} on ${approval.server}`)];
  return [hang('', approval.title), ...called, hang('  tenant ', approval.host), hang('  more   ', approval.link)].join(
    '',
  );
}

function listText(all: readonly TenantApproval[]): string {
  return [
    table(
      ['ID', 'DECIDE', 'SERVER', 'TOOL', 'TITLE'],
      all.map((one) => [
        one.id,
        one.canDecideInline ? 'here' : 'dashboard',
        one.server === '' ? '-' : one.server,
        one.tool === '' ? '-' : one.tool,
        one.title,
      ]),
    ),
    ...all
      .filter(({ canDecideInline }) => !canDecideInline)
      .map(({ link }, at) => hang(at === 0 ? '\nIn the dashboard: ' : '                  ', link)),
    ...(all.some(({ canDecideInline }) => canDecideInline)
      ? ['\nAnswer here with "runlayer tenant approve <id>" or "runlayer tenant deny <id>".\n']
      : []),
  ].join('');
}

type Unanswered = OperationOutput<'tenant.approvals'>['unanswered'];

const unansweredText = ({ host, problem }: Unanswered[number]): string =>
  hang('', `What waits at ${host} is not known. ${problem}`);

/** "There is none" is not said of a tenant that could not be asked. */
function approvalUnknown(id: string, unanswered: Unanswered): CompanionError {
  const [first] = unanswered;
  const shown = id.slice(0, 64);
  if (first === undefined) {
    return new CompanionError(
      'E_TENANT_APPROVAL_UNKNOWN',
      `No approval waits at the tenant under "${shown}".`,
      'It may have been answered, or have ended. See what waits with "runlayer tenant approvals".',
      { exitCode: 2 },
    );
  }
  const hosts = unanswered.map(({ host }) => host).join(' and ');
  return new CompanionError(
    'E_TENANT_APPROVAL_UNKNOWN',
    `No approval "${shown}" was found, and what waits at ${hosts} is not known. ${first.problem}`,
    'Try again; "runlayer doctor" finds out what is wrong.',
  );
}

/** `group` is the command `tenant`. */
export function addTenantApprovalCommands(group: Command, io: CommandIo): void {
  const find = async (id: string, named: string | undefined): Promise<TenantApproval> => {
    const host = named === undefined ? undefined : readHost(named);
    const { approvals, unanswered } = await io.call('tenant.approvals', {});
    const found = approvals.filter((one) => one.id === id && (host === undefined || one.host === host));
    const [first, second] = found;
    if (first === undefined) {
      throw approvalUnknown(
        id,
        unanswered.filter((one) => host === undefined || one.host === host),
      );
    }
    if (second !== undefined) {
      throw new CompanionError(
        'E_INPUT',
        `Two tenants have an approval "${id.slice(0, 64)}".`,
        `Name one: --host ${first.host} or --host ${second.host}`,
        { exitCode: 2 },
      );
    }
    if (!first.canDecideInline) {
      throw new CompanionError(
        'E_TENANT_DASHBOARD',
        'The tenant lets nobody decide this one here.',
        `Decide it in the dashboard: ${first.link}`,
        { exitCode: 2 },
      );
    }
    return first;
  };

  group
    .command('approvals')
    .description('what waits for an answer at the tenants that you are signed in to')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const { approvals: all, unanswered } = await io.call('tenant.approvals', {});
      if (options.json === true) io.out(json(all));
      else if (all.length > 0) io.out(listText(all));
      else io.out(unanswered.length === 0 ? 'Nothing waits at a tenant.\n' : 'Nothing waits where it is known.\n');
      for (const one of unanswered) io.err(unansweredText(one));
    });

  group
    .command('approve <id>')
    .description('say yes at the tenant; only at a terminal')
    .option('--host <host>', 'which tenant, where several have this id')
    .addOption(jsonOption())
    .action(async (id: string, options: AnswerOptions) => {
      const approval = await find(id, options.host);
      if (!io.tty) {
        throw new CompanionError(
          'E_TERMINAL_NEEDED',
          'An approval can be given only at a terminal, by a person who sees it.',
          'Run the same command in a terminal.',
          { exitCode: 2 },
        );
      }
      (options.json === true ? io.err : io.out)(approvalText(approval));
      await confirm(io, 'Approve this?', false);
      const { host } = approval;
      await io.callConfirmed('tenant.decide', { host, id, approve: true });
      io.out(options.json === true ? json({ host, id, answer: 'approved' }) : 'Approved.\n');
    });

  group
    .command('deny <id>')
    .description('say no at the tenant')
    .option('--host <host>', 'which tenant, where several have this id')
    .addOption(jsonOption())
    .action(async (id: string, options: AnswerOptions) => {
      const { host } = await find(id, options.host);
      await io.call('tenant.decide', { host, id, approve: false });
      io.out(options.json === true ? json({ host, id, answer: 'denied' }) : 'Denied.\n');
    });
}
