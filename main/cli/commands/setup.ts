import { Option, type Command } from 'commander';
import { ClientId, CompanionError, WritableClientId, type ClientChange } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import type { LocalActions } from '../local/actions.ts';
import { jsonOption } from './option-values.ts';
import { addImportCommand } from './setup-import.ts';
import { hang, json, shown, table } from './render.ts';

/** `-` is accepted for `_`. A client that we know but cannot write can still be connected by hand. */
function readClient(text: string): WritableClientId {
  const id = text.replaceAll('-', '_');
  const writable = WritableClientId.safeParse(id);
  if (writable.success) return writable.data;
  const known = ClientId.safeParse(id).success;
  throw new CompanionError(
    'E_CLIENT_UNKNOWN',
    known
      ? `This version cannot write the configuration of ${id} yet.`
      : `There is no client named "${text.slice(0, 64)}".`,
    known
      ? 'Give it the command ~/.runlayer/bin/runlayer with the arguments "run <connector>" by hand.'
      : `It can be ${WritableClientId.options.join(' or ')}.`,
    { exitCode: 2 },
  );
}

const clientOption = (): Option =>
  new Option('--client <id>', `which client: ${WritableClientId.options.join(' or ')}`)
    .argParser(readClient)
    .makeOptionMandatory();
const dryRunOption = (): Option => new Option('--dry-run', 'show the exact change and write nothing');

const DONE: Readonly<Record<ClientChange['action'], string>> = {
  created: 'Created',
  changed: 'Changed',
  unchanged: 'Nothing to change in',
  removed: 'Removed our entries from',
  restored: 'Restored',
  deleted: 'Deleted (we had created it):',
};

export function changeText(change: ClientChange): string {
  const dry = change.dryRun && change.action !== 'unchanged';
  return [
    dry ? `This would change ${shown(change.path)}:\n` : `${DONE[change.action]} ${shown(change.path)}\n`,
    ...(change.diff === ''
      ? []
      : change.diff
          .trimEnd()
          .split('\n')
          .map((line) => `${shown(line)}\n`)),
    ...(dry ? ['Nothing was written (--dry-run).\n'] : []),
    ...(change.backup === undefined ? [] : [`Backup: ${shown(change.backup)}\n`]),
    ...change.notes.map((note) => hang('', note)),
  ].join('');
}

export function addSetupCommands(program: Command, io: CommandIo, local: LocalActions): void {
  const setup = program.command('setup').description("write AI clients' configuration");
  setup
    .command('list')
    .description('clients on this machine and what they start through the companion')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('clients.list', {});
      if (options.json === true) {
        io.out(json(all));
        return;
      }
      io.out(
        table(
          ['CLIENT', 'STATE', 'MANAGED', 'NOT MANAGED', 'FILE'],
          all.map((view) => [
            view.id,
            view.state,
            view.connectors.join(', ') || '-',
            view.unmanaged.join(', ') || '-',
            view.path,
          ]),
        ),
      );
      for (const view of all)
        for (const { text, next } of view.drift) io.out(`\n${hang(`${view.id}: `, `${shown(text)} ${next}`)}`);
      for (const view of all) if (view.problem !== undefined) io.out(`\n${hang(`${view.id}: `, view.problem)}`);
    });
  setup
    .command('install')
    .description('let a client start a connector through the companion')
    .addOption(clientOption())
    .requiredOption('--connector <name>', 'which connector')
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action(async (options: { client: WritableClientId; connector: string; dryRun?: true; json?: true }) => {
      const input = { client: options.client, connectors: [options.connector] };
      const change = await io.call(options.dryRun === true ? 'clients.preview' : 'clients.connect', input);
      io.out(options.json === true ? json(change) : changeText(change));
    });
  addImportCommand(setup, io, readClient);
  // Carried out by the thin client itself, so that they work without a companion.
  setup
    .command('uninstall')
    .description("take our entries out of a client's file; needs no companion")
    .addOption(clientOption())
    .option('--connector <name>', 'only this one')
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action((options: Parameters<LocalActions['setupUninstall']>[0]) => local.setupUninstall(options));
  setup
    .command('undo')
    .description("take back the last change to a client's file, byte for byte; needs no companion")
    .addOption(clientOption())
    .addOption(jsonOption())
    .action((options: Parameters<LocalActions['setupUndo']>[0]) => local.setupUndo(options));
}
