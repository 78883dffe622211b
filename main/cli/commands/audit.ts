/** `audit endpoint` and `audit status`: where the audit trail is delivered to, and how far that is. */
import type { Command } from 'commander';
import type { AuditEndpoint, DeliveryState } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { hang, json, shown } from './render.ts';

interface Options {
  readonly authorization?: string;
  readonly yes?: true;
  readonly json?: true;
}

const NOT_DELIVERED = 'The audit trail stays on this machine: no endpoint is set.\n';

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const STATE: Readonly<Record<DeliveryState['state'], string>> = {
  off: 'off',
  delivering: 'delivering',
  waiting: 'waiting, tried again by itself',
  stopped: 'STOPPED',
};

const PRESSURE: Readonly<Record<DeliveryState['pressure'], string>> = {
  none: '',
  warn: 'More than 70 % of what may wait is waiting.',
  lean: 'More than 85 % of what may wait is waiting: sizes are recorded instead of arguments.',
  full: 'As much waits as may: NEW CALLS ARE DENIED until the endpoint takes records again.',
};

function report(endpoint: AuditEndpoint | null, state: DeliveryState): string {
  if (endpoint === null) return NOT_DELIVERED;
  const { lagEvents, lagBytes, lastSuccessAt, parked, pressure, problem } = state;
  return [
    `Audit delivery: ${STATE[state.state]}\n`,
    hang('  endpoint  ', state.endpoint ?? endpoint.url),
    hang('  secret    ', endpoint.authorization ?? 'none'),
    hang('  waiting   ', lagEvents === 0 ? 'nothing' : `${lagEvents} records, ${size(lagBytes)}`),
    hang('  last sent ', lastSuccessAt ?? 'never'),
    ...(parked > 0
      ? [
          hang(
            '  parked    ',
            `${parked}, refused by the endpoint or damaged; see audit-parked.jsonl in the home folder`,
          ),
        ]
      : []),
    ...[PRESSURE[pressure], problem].filter((text) => text !== '').map((text) => hang('  ! ', text)),
  ].join('');
}

export function addAuditCommands(program: Command, io: CommandIo): void {
  // `audit verify` is in the same group: it needs no companion, and comes with the local commands.
  const audit =
    program.commands.find((command) => command.name() === 'audit') ??
    program.command('audit').description('the audit trail');
  audit
    .command('status')
    .description('how much of the audit trail waits for its endpoint')
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const { endpoint, state } = await io.call('audit.delivery', {});
      io.out(options.json === true ? json(state) : report(endpoint, state));
    });

  const group = audit.command('endpoint').description('where the audit trail is delivered to, as CloudEvents');
  group
    .command('show')
    .description('the endpoint, and how far delivery is')
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const { endpoint, state } = await io.call('audit.delivery', {});
      io.out(options.json === true ? json({ endpoint, state }) : report(endpoint, state));
    });
  group
    .command('set <url>')
    .description('deliver the audit trail there: all that is recorded here, and what will be')
    .option('--authorization <secret>', 'sent as Authorization: "Bearer keychain:<name>"')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (url: string, { authorization, yes, json: asJson }: Options) => {
      const endpoint = { url, ...(authorization === undefined ? {} : { authorization }) };
      const state = await callAsking(
        io,
        { name: 'audit.setEndpoint', input: { endpoint } },
        `Send the whole audit trail of this machine to ${url}?`,
        yes === true,
      );
      io.out(
        asJson === true
          ? json(state)
          : `The audit trail is delivered to ${shown(state.endpoint ?? url)} from now on.\n`,
      );
    });
  group
    .command('remove')
    .description('deliver the audit trail nowhere; it stays on this machine')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async ({ yes, json: asJson }: Options) => {
      const state = await callAsking(
        io,
        { name: 'audit.setEndpoint', input: { endpoint: null } },
        'Deliver the audit trail nowhere any more?',
        yes === true,
      );
      io.out(asJson === true ? json(state) : 'The audit trail stays on this machine from now on.\n');
    });
}
