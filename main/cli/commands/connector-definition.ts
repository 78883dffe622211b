/** `connectors add` and `edit`: reads a definition from the command line, shows what would run, and asks. */
import { isAbsolute, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { CompanionError, DefaultMode, type ConnectorDefinition } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { consentText, viewText } from './connector-text.ts';
import { collect, jsonOption, yesOption } from './option-values.ts';
import { json } from './render.ts';

interface DefinitionOptions {
  readonly env?: string[];
  readonly secret?: string[];
  readonly removeEnv?: string[];
  readonly cwd?: string;
  readonly default?: DefaultMode;
  readonly yes?: true;
  readonly json?: true;
}

interface Subject {
  readonly name: string;
  readonly definition: ConnectorDefinition;
  readonly default: DefaultMode;
  readonly replace: boolean;
}

function misuse(message: string, next: string): CompanionError {
  return new CompanionError('E_USAGE', message, next, { exitCode: 2 });
}

function pairs(texts: readonly string[] | undefined, option: string, example: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const text of texts ?? []) {
    const at = text.indexOf('=');
    if (at < 1) throw misuse(`${option} takes NAME=value.`, `Write for example ${option} ${example}`);
    const name = text.slice(0, at);
    if (found.has(name)) throw misuse(`${option} ${name.slice(0, 64)} is given twice.`, 'Give it once.');
    found.set(name, text.slice(at + 1));
  }
  return found;
}

const readEnv = (options: DefinitionOptions): Map<string, string> => pairs(options.env, '--env', 'LOG_LEVEL=debug');
const readSecrets = (options: DefinitionOptions): Map<string, string> =>
  pairs(options.secret, '--secret', 'GITHUB_TOKEN=keychain:github-token');

/**
 * The words behind `--`. Without the dashes an option of the server, such as npx -y, would be taken for one of ours.
 * A path is taken from the folder that the command was started in, as a shell would.
 */
function commandOf(io: CommandIo, name: string, words: readonly string[]): { command: string; args: string[] } {
  const dashes = io.argv.indexOf('--');
  const behind = dashes < 0 ? [] : io.argv.slice(dashes + 1);
  const [command = '', ...args] = words;
  // The name may stand behind the dashes too, but never a word of the command before them.
  const allBehind = behind.length === words.length || (behind.length === words.length + 1 && behind[0] === name);
  if (command === '' || !allBehind)
    throw misuse(
      'The command to run stands behind "--".',
      `Write for example: runlayer connectors add ${name} -- npx -y some-server@1.2.3`,
    );
  const isPath = command.includes('/') && !isAbsolute(command);
  return { command: isPath ? resolve(io.cwd, command) : command, args };
}

const folderOf = (io: CommandIo, { cwd }: DefinitionOptions): { cwd?: string } =>
  cwd === undefined ? {} : { cwd: resolve(io.cwd, cwd) };

/** Shows what would run, asks, and stores it with the consent bound to exactly that. */
async function agree(io: CommandIo, subject: Subject, options: DefinitionOptions): Promise<void> {
  const request = await io.call('connectors.preview', subject);
  if (options.json !== true) io.out(consentText(request));
  else if (io.tty && options.yes !== true) io.err(consentText(request));
  await confirm(io, 'Let clients start this?', options.yes === true);
  const view = await io.callConfirmed('connectors.save', { ...subject, consentHash: request.hash });
  if (options.json === true) io.out(json(view));
  else if (subject.replace) io.out('Stored. It counts from the next start of this connector.\n');
  else io.out(`Stored. Next, connect a client:\n  runlayer setup install --client cursor --connector ${view.name}\n`);
}

/** Nothing differs, and the consent there is still covers it. */
async function isSettled(io: CommandIo, before: ConnectorDefinition, { name, definition }: Subject): Promise<boolean> {
  if (JSON.stringify(before) !== JSON.stringify(definition)) return false;
  const { state } = await io.call('connectors.get', { name });
  return state === 'ready' || state === 'paused';
}

export function addDefinitionCommands(connectors: Command, io: CommandIo): void {
  const defaultOption = (): Option =>
    new Option('--default <mode>', 'what a tool gets that no rule names').choices(DefaultMode.options);
  const withDefinition = (command: Command): Command =>
    command
      .option('--env <NAME=value>', 'environment variable for the server; not for secrets', collect)
      .option('--secret <NAME=keychain:name>', 'environment variable whose value comes from the keychain', collect)
      .option('--cwd <folder>', 'folder that the server starts in')
      .addOption(yesOption())
      .addOption(jsonOption());

  withDefinition(connectors.command('add <name> [command...]'))
    .usage('<name> [options] -- <command> [args…]')
    .description('add a server, after showing exactly what will run')
    .addOption(defaultOption().default('read-only'))
    .action(async (name: string, words: string[], options: DefinitionOptions) => {
      const definition: ConnectorDefinition = {
        ...commandOf(io, name, words),
        env: Object.fromEntries(readEnv(options)),
        secrets: Object.fromEntries(readSecrets(options)),
        ...folderOf(io, options),
      };
      await agree(io, { name, definition, default: options.default ?? 'read-only', replace: false }, options);
    });

  withDefinition(connectors.command('edit <name> [command...]'))
    .usage('<name> [options] [-- <command> [args…]]')
    .description('change a server, or say yes again after it changed; what you do not name stays')
    .addOption(defaultOption())
    .option('--remove-env <NAME>', 'drop an environment variable or secret reference', collect)
    .action(async (name: string, words: string[], options: DefinitionOptions) => {
      const env = readEnv(options);
      const secrets = readSecrets(options);
      const command = words.length === 0 ? {} : commandOf(io, name, words);
      const stored = await io.call('connectors.definition', { name });
      const before = stored.definition;
      // A variable that is named again is a value or a reference now, whichever it was.
      const kept = (variables: Readonly<Record<string, string>>): [string, string][] =>
        Object.entries(variables).filter(
          ([key]) => !(options.removeEnv ?? []).includes(key) && !env.has(key) && !secrets.has(key),
        );
      const unknown = (options.removeEnv ?? []).find(
        (key) => !Object.hasOwn(before.env, key) && !Object.hasOwn(before.secrets, key),
      );
      if (unknown !== undefined)
        throw misuse(
          `"${name}" has no variable "${unknown.slice(0, 64)}".`,
          `See what it has with "runlayer connectors show ${name}".`,
        );
      const definition: ConnectorDefinition = {
        ...before,
        ...command,
        env: Object.fromEntries([...kept(before.env), ...env]),
        secrets: Object.fromEntries([...kept(before.secrets), ...secrets]),
        ...folderOf(io, options),
      };
      const subject = { name, definition, default: options.default ?? stored.default, replace: true };
      if (subject.default === stored.default && (await isSettled(io, before, subject))) {
        const view = await io.call('connectors.get', { name });
        io.out(options.json === true ? json(view) : `Nothing to change.\n\n${viewText(view)}`);
        return;
      }
      await agree(io, subject, options);
    });
}
