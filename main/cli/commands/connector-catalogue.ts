/** `connectors catalogue` and `install`: what ships as checked, and a person's yes to one of it. */
import { Option, type Command } from 'commander';
import {
  CompanionError,
  DefaultMode,
  type CatalogueEntry,
  type CatalogueView,
} from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { consentText } from './connector-text.ts';
import { collect, jsonOption, yesOption } from './option-values.ts';
import { hang, json, shown, table } from './render.ts';

interface InstallOptions {
  readonly name?: string;
  readonly default?: DefaultMode;
  readonly set?: readonly string[];
  readonly secret?: readonly string[];
  readonly yes?: true;
  readonly json?: true;
}

function misuse(message: string, next: string): CompanionError {
  return new CompanionError('E_INPUT', message, next, { exitCode: 2 });
}

function pair(text: string, form: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw misuse(`"${text.slice(0, 64)}" does not fit.`, `Write ${form}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function parametersOf(given: readonly string[]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const text of given) {
    const [name, value] = pair(text, '--set <name>=<value>');
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries(values);
}

function secretsOf({ secrets }: CatalogueEntry, given: readonly string[]): Record<string, string> {
  const named = given.map((text) => {
    const [name, reference] = pair(text, '--secret <NAME>=keychain:<name>');
    if (!reference.startsWith('keychain:'))
      throw misuse(
        `The secret for ${name} is no reference.`,
        'Store it with "runlayer secrets set", then write keychain:<name>.',
      );
    return [name, reference.slice('keychain:'.length)] as const;
  });
  const usual = secrets.filter(({ required }) => required).map((secret) => [secret.for, secret.name] as const);
  return Object.fromEntries([...usual, ...named]);
}

function found(all: readonly CatalogueView[], id: string): CatalogueEntry {
  const view = all.find(({ entry }) => entry.id === id);
  if (view !== undefined) return view.entry;
  throw new CompanionError(
    'E_CATALOGUE_UNKNOWN',
    `There is nothing named "${id.slice(0, 64)}" in the catalogue.`,
    'See what there is with "runlayer connectors catalogue".',
    { exitCode: 2 },
  );
}

async function install(io: CommandIo, id: string, options: InstallOptions): Promise<void> {
  const entry = found(await io.call('connectors.catalogue', {}), id);
  const name = options.name ?? entry.id;
  const mode = options.default ?? entry.default;
  const { request, settingsFile } = await io.call('connectors.draft', {
    entry: id,
    name,
    default: mode,
    parameters: parametersOf(options.set ?? []),
    secrets: secretsOf(entry, options.secret ?? []),
  });
  const text = `${consentText(request)}${hang('  stored in ', settingsFile)}\n`;
  if (options.json !== true) io.out(text);
  else if (io.tty && options.yes !== true) io.err(text);
  await confirm(io, 'Let clients use this, and start it once now?', options.yes === true);
  const view = await io.callConfirmed('connectors.install', { name, default: mode, consentHash: request.hash });
  io.out(
    options.json === true
      ? json(view)
      : `Installed. See how it does:\n  runlayer connectors health ${name}\nThen connect a client:\n  runlayer setup install --client cursor --connector ${name}\n`,
  );
}

function needs({ parameters, secrets }: CatalogueEntry): string {
  return [
    ...parameters.map(({ id, required }) => (required ? `--set ${id}=…` : `[--set ${id}=…]`)),
    ...secrets.map((secret) => (secret.required ? secret.for : `[${secret.for}]`)),
  ].join(' ');
}

export function addCatalogueCommands(connectors: Command, io: CommandIo): void {
  connectors
    .command('catalogue')
    .description('servers that were checked and can be installed by name')
    .addOption(jsonOption())
    .action(async (options: { readonly json?: true }) => {
      const all = await io.call('connectors.catalogue', {});
      if (options.json === true) {
        io.out(json(all));
        return;
      }
      io.out(
        table(
          ['NAME', 'PUBLISHER', 'CHECKED', 'HERE', 'NEEDS'],
          all.map(({ entry, installed }) => [
            entry.id,
            entry.publisher,
            entry.check.done ? entry.check.on : 'no',
            installed.join(', '),
            needs(entry),
          ]),
        ),
      );
      for (const { entry } of all)
        if (!entry.check.done) io.out(`\n${hang(`${shown(entry.id)}: `, entry.check.because)}`);
    });

  connectors
    .command('install <id>')
    .description('install a server of the catalogue, after showing exactly what will run or be reached')
    .option('--name <name>', 'its name here; that of the catalogue otherwise')
    .option('--set <name=value>', 'a parameter that the entry asks for', collect)
    .option('--secret <NAME=keychain:name>', 'where a secret is kept; under the name of the entry otherwise', collect)
    .addOption(new Option('--default <mode>', 'what a tool gets that no rule names').choices(DefaultMode.options))
    .addOption(yesOption())
    .addOption(jsonOption())
    .action((id: string, options: InstallOptions) => install(io, id, options));
}
