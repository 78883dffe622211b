/** `setup import`: what clients start without the companion, and how one of these servers becomes a connector. */
import { Option, type Command } from 'commander';
import {
  CompanionError,
  DefaultMode,
  type BringInPreview,
  type FoundServer,
  type WritableClientId,
} from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { consentText } from './connector-text.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { hang, json, shown, table } from './render.ts';

interface ImportOptions {
  readonly name?: string;
  readonly default: DefaultMode;
  readonly keepSecrets?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

function runs({ target }: FoundServer): string {
  switch (target.kind) {
    case 'program':
      return target.argv.join(' ');
    case 'http':
      return target.url;
    case 'unusable':
      return `(${target.problem})`;
  }
}

function listText(found: readonly FoundServer[], client: WritableClientId): string {
  if (found.length === 0) return 'It starts nothing without the companion.\n';
  return [
    table(
      ['NAME', 'COMMAND OR ADDRESS'],
      found.map((server) => [shown(server.entry), shown(runs(server))]),
    ),
    `\nBring one in:\n  runlayer setup import ${client} <name>\n`,
  ].join('');
}

/** Names of variables or headers that belong in the keychain. */
function secretsOf({ target }: FoundServer): string[] {
  if (target.kind === 'unusable') return [];
  const named = target.kind === 'http' ? target.headers : target.env;
  return named.filter(({ looksSecret }) => looksSecret).map(({ name }) => name);
}

function previewText(preview: BringInPreview): string {
  return [
    consentText(preview.consent),
    ...preview.secrets.map(
      ({ from, secret }) => `The value of ${shown(from)} moves to the keychain, as "${secret}".\n`,
    ),
    ...(preview.secrets.length === 0 ? [] : ['\n']),
    ...preview.change.diff
      .trimEnd()
      .split('\n')
      .map((line) => `${shown(line)}\n`),
    ...preview.notes.map((note) => hang('', note)),
  ].join('');
}

function noSuchEntry(entry: string, client: WritableClientId): CompanionError {
  return new CompanionError(
    'E_CLIENT_ENTRY_UNKNOWN',
    `"${entry.slice(0, 64)}" is not started without the companion.`,
    `See what is with "runlayer setup import ${client}".`,
    { exitCode: 2 },
  );
}

export function addImportCommand(setup: Command, io: CommandIo, readClient: (text: string) => WritableClientId): void {
  setup
    .command('import')
    .argument('<client>', 'which client', readClient)
    .argument('[name]', 'name of the server in its file; without one, they are listed')
    .description('make a connector of a server that a client starts by itself')
    .option('--name <connector>', 'name of the connector')
    .addOption(
      new Option('--default <mode>', 'what a tool gets that no rule names')
        .choices(DefaultMode.options)
        .default('read-only'),
    )
    .option('--keep-secrets', 'leave values that look like secrets in plain text')
    .option('--dry-run', 'show what would be done and do nothing')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (client: WritableClientId, entry: string | undefined, options: ImportOptions) => {
      const found = (await io.call('clients.found', {})).filter((server) => server.client === client);
      if (entry === undefined) {
        io.out(options.json === true ? json(found) : listText(found, client));
        return;
      }
      const server = found.find((candidate) => candidate.entry === entry);
      if (server === undefined) throw noSuchEntry(entry, client);
      const input = {
        client,
        entry,
        name: options.name ?? server.suggestedName,
        default: options.default,
        moveSecrets: options.keepSecrets === true ? [] : secretsOf(server),
      };
      const preview = await io.call('clients.bringInPreview', input);
      if (options.dryRun === true) {
        io.out(options.json === true ? json(preview) : `${previewText(preview)}Nothing was written (--dry-run).\n`);
        return;
      }
      if (options.json !== true) io.out(previewText(preview));
      else if (io.tty && options.yes !== true) io.err(previewText(preview));
      await confirm(io, `Let AI clients use this as "${input.name}"?`, options.yes === true);
      const done = await io.callConfirmed('clients.bringIn', { ...input, consentHash: preview.consent.hash });
      if (options.json === true) io.out(json(done));
      else {
        io.out(`"${done.connector.name}" is a connector now, and ${client} starts it through the companion.\n`);
        for (const note of done.change.notes) io.out(hang('', note));
      }
    });
}
