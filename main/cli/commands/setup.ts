import { Option, type Command } from 'commander';
import { WritableClientId, type ClientChange } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import type { LocalActions } from '../local/actions.ts';
import { json, table } from './render.ts';

export function clientOption(): Option {
  return new Option('--client <id>', 'which client')
    .argParser((value: string) => value.replaceAll('-', '_'))
    .makeOptionMandatory();
}

/** `-` is accepted for `_`; an unknown client is a misuse with the list of known ones. */
export function parseClient(value: string): WritableClientId {
  return WritableClientId.parse(value);
}

export function changeText(change: ClientChange): string {
  const done: Readonly<Record<ClientChange['action'], string>> = {
    created: 'Created',
    changed: 'Changed',
    unchanged: 'Nothing to change in',
    removed: 'Removed our entries from',
    restored: 'Restored',
    deleted: 'Deleted (we had created it):',
  };
  const head = change.dryRun ? `This would change ${change.path}:` : `${done[change.action]} ${change.path}`;
  const parts = [head, ...(change.diff === '' ? [] : [change.diff.trimEnd()])];
  if (change.dryRun) parts.push('Nothing was written (--dry-run).');
  if (change.backup !== undefined) parts.push(`Backup: ${change.backup}`);
  parts.push(...change.notes);
  return `${parts.join('\n')}\n`;
}

export function addSetupCommands(program: Command, io: CommandIo, local: LocalActions): void {
  const setup = program.command('setup').description("write AI clients' configuration");
  setup
    .command('list')
    .description('clients on this machine and what they start through the companion')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      const all = await io.call('clients.list', {});
      if (options.json === true) io.out(json(all));
      else
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
    });
  setup
    .command('install')
    .description('let a client start a connector through the companion')
    .addOption(clientOption())
    .requiredOption('--connector <name>', 'which connector')
    .option('--dry-run', 'show the exact change and write nothing')
    .option('--json', 'print one JSON document')
    .action(async (options: { client: string; connector: string; dryRun?: true; json?: true }) => {
      const change = await io.call('clients.install', {
        client: parseClient(options.client),
        connector: options.connector,
        dryRun: options.dryRun === true,
      });
      io.out(options.json === true ? json(change) : changeText(change));
    });
  // Carried out by the thin client itself, so that they work without a companion.
  setup
    .command('uninstall')
    .description("take our entries out of a client's file; needs no companion")
    .addOption(clientOption())
    .option('--connector <name>', 'only this one')
    .option('--dry-run', 'show the exact change and write nothing')
    .option('--json', 'print one JSON document')
    .action((options: Parameters<LocalActions['setupUninstall']>[0]) => local.setupUninstall(options));
  setup
    .command('undo')
    .description("take back the last change to a client's file, byte for byte; needs no companion")
    .addOption(clientOption())
    .option('--json', 'print one JSON document')
    .action((options: Parameters<LocalActions['setupUndo']>[0]) => local.setupUndo(options));
}
