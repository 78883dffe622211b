import { InvalidArgumentError, Option, type Command } from 'commander';
import { CompanionError, Condition, type ApprovalView } from '../../../preload/contract/index.ts';
import { approvalQuestion } from '../../operations/describe-approval.ts';
import type { CommandIo } from '../command-io.ts';
import { approvalText, grantRow, stateWord, timeLeft } from './approval-text.ts';
import { CONDITION_HELP, unknownTest } from './condition-text.ts';
import { callAsking, confirm } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { json, table } from './render.ts';

const MAX_CONDITION = 16 * 1024;

function condition(text: string): Condition {
  const bad = new InvalidArgumentError('Give a condition as JSON, such as {"at":"/path","glob":"/data/*"}.');
  if (text.length > MAX_CONDITION) throw bad;
  let given: unknown;
  try {
    given = JSON.parse(text);
    return Condition.parse(given);
  } catch {
    const unknown = unknownTest(given);
    throw unknown === undefined ? bad : new InvalidArgumentError(unknown);
  }
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
            ['ID', 'STATE', 'LEFT', 'CLIENT', 'CONNECTOR', 'TOOL'],
            all.map((one) => [
              one.id,
              stateWord(one),
              timeLeft(one.expiresAt, Date.now()),
              one.client,
              one.connector,
              one.tool,
            ]),
          ),
        );
        io.out(
          '\nSee a whole call with "runlayer approvals show <id>". Answer it with\n"runlayer approvals approve <id>" or "runlayer approvals deny <id>".\n',
        );
      }
    });

  approvals
    .command('show <id>')
    .description('the whole call, and what differs from the last one')
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: true }) => {
      const approval = await find(id);
      io.out(options.json === true ? json(approval) : approvalText(approval, Date.now()));
    });

  approvals
    .command('approve <id>')
    .description('let this one call through; only at a terminal')
    .addOption(
      new Option('--for <time>', 'and every other call of this tool by this client').choices(['session', 'hour']),
    )
    .addOption(
      new Option('--when <condition>', 'with --for: only calls whose arguments fit (JSON)').argParser(condition),
    )
    .addOption(jsonOption())
    .addHelpText('after', CONDITION_HELP)
    .action(async (id: string, options: { for?: 'session' | 'hour'; when?: Condition; json?: true }) => {
      const { for: scope = 'once', when } = options;
      if (when !== undefined && scope === 'once') {
        throw new CompanionError('E_USAGE', '"--when" goes with "--for".', 'Add --for session or --for hour.', {
          exitCode: 2,
        });
      }
      const approval = await find(id);
      if (!io.tty) {
        throw new CompanionError(
          'E_TERMINAL_NEEDED',
          'A call can be approved only at a terminal, by a person who sees it.',
          'Run the same command in a terminal.',
          { exitCode: 2 },
        );
      }
      (options.json === true ? io.err : io.out)(approvalText(approval, Date.now()));
      const fits = when === undefined ? undefined : JSON.stringify(when);
      const question = approval.about === 'answer' ? 'Let exactly this answer through?' : approvalQuestion(scope, fits);
      await confirm(io, question, false);
      await io.callConfirmed('approvals.approve', { id, scope, ...(when === undefined ? {} : { when }) });
      if (options.json === true) io.out(json({ id, answer: 'approved', scope }));
      else io.out(approval.state === 'pending' ? 'Approved. It is made when its client calls again.\n' : 'Approved.\n');
    });

  approvals
    .command('deny [id]')
    .description('refuse this one call, or all that wait')
    .option('--all', 'refuse all that wait')
    .addOption(jsonOption())
    .action(async (id: string | undefined, options: { all?: true; json?: true }) => {
      if ((id === undefined) === (options.all === undefined)) {
        throw new CompanionError('E_USAGE', 'Name one call, or all.', 'Give an id, or --all without one.', {
          exitCode: 2,
        });
      }
      if (id === undefined) {
        const denied = await denyAll(io);
        io.out(options.json === true ? json({ denied }) : `Denied ${denied.length}.\n`);
        return;
      }
      await io.call('approvals.deny', { id });
      io.out(options.json === true ? json({ id, answer: 'denied' }) : 'Denied.\n');
    });

  approvals
    .command('pause <client>')
    .description('deny what waits of this client and what it would ask, for a while')
    .addOption(
      new Option('--minutes <n>', 'how long').default(15).argParser((text) => {
        if (!/^[1-9]\d?$/.test(text) || Number(text) > 60) throw new InvalidArgumentError('Give 1 to 60 minutes.');
        return Number(text);
      }),
    )
    .addOption(jsonOption())
    .action(async (client: string, options: { minutes: number; json?: true }) => {
      const pause = await io.call('approvals.pause', { client, minutes: options.minutes });
      if (options.json === true) io.out(json(pause));
      else io.out(`Until ${pause.endsAt} nobody is asked about it. End it with "runlayer approvals resume".\n`);
    });

  approvals
    .command('resume <client>')
    .description('ask about this client again')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (client: string, options: { yes?: true; json?: true }) => {
      const question = `Ask about "${client}" again? What you remembered of it counts again too.`;
      await callAsking(io, { name: 'approvals.resume', input: { client } }, question, options.yes === true);
      io.out(options.json === true ? json({ resumed: client }) : 'You are asked again.\n');
    });

  approvals
    .command('paused')
    .description('clients that nobody is asked about now')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('approvals.paused', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0) io.out('No client is paused.\n');
      else
        io.out(
          table(
            ['CLIENT', 'UNTIL', 'BY'],
            all.map(({ client, endsAt, by }) => [client, endsAt, by]),
          ),
        );
    });

  approvals
    .command('grants')
    .description('the yeses that count for more than one call')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('grants.list', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0) io.out('No grants: each call that asks waits for you.\n');
      else {
        const now = Date.now();
        io.out(
          table(
            ['ID', 'LEFT', 'CLIENT', 'CONNECTOR', 'TOOL', 'ARGUMENTS'],
            all.map((grant) => grantRow(grant, now)),
          ),
        );
        io.out('\nThose of a client without a hub token end with its session, if that is sooner.\n');
      }
    });

  approvals
    .command('revoke <id>')
    .description('end a grant: such calls wait for you again')
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: true }) => {
      await io.call('grants.revoke', { id });
      io.out(options.json === true ? json({ id, revoked: true }) : 'Revoked.\n');
    });
}

/** What has ended meanwhile needs no answer; what could not be recorded is denied and told after all the others. */
async function denyAll(io: CommandIo): Promise<string[]> {
  const denied: string[] = [];
  const failures: unknown[] = [];
  for (const { id } of await io.call('approvals.list', {})) {
    try {
      await io.call('approvals.deny', { id });
      denied.push(id);
    } catch (error) {
      if (!(error instanceof CompanionError) || error.code !== 'E_APPROVAL_UNKNOWN') failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return denied;
}
