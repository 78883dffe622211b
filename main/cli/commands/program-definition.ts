/** A definition of a program from the command line. */
import { isAbsolute, resolve } from 'node:path';
import type { ProgramDefinition } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { misuse, pairs, type DefinitionOptions } from './definition-options.ts';

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
      `Write for example: runlayer connectors add ${name} -- npx -y some-server@1.2.3 (or, for a server that is reached over HTTP: runlayer connectors add ${name} --url https://example.com/mcp)`,
    );
  const isPath = command.includes('/') && !isAbsolute(command);
  return { command: isPath ? resolve(io.cwd, command) : command, args };
}

const folderOf = (io: CommandIo, { cwd }: DefinitionOptions): { cwd?: string } =>
  cwd === undefined ? {} : { cwd: resolve(io.cwd, cwd) };

export function newProgram(
  io: CommandIo,
  name: string,
  words: readonly string[],
  options: DefinitionOptions,
): ProgramDefinition {
  return {
    ...commandOf(io, name, words),
    env: Object.fromEntries(readEnv(options)),
    secrets: Object.fromEntries(readSecrets(options)),
    ...folderOf(io, options),
  };
}

/** What a command line changes of a program. Read before anything is asked of the companion: it may mean nothing. */
export function programChange(
  io: CommandIo,
  name: string,
  words: readonly string[],
  options: DefinitionOptions,
): (before: ProgramDefinition) => ProgramDefinition {
  const env = readEnv(options);
  const secrets = readSecrets(options);
  const command = words.length === 0 ? {} : commandOf(io, name, words);
  const removed = options.removeEnv ?? [];
  return (before) => {
    const unknown = removed.find((key) => !Object.hasOwn(before.env, key) && !Object.hasOwn(before.secrets, key));
    if (unknown !== undefined)
      throw misuse(
        `"${name}" has no variable "${unknown.slice(0, 64)}".`,
        `See what it has with "runlayer connectors show ${name}".`,
      );
    // A variable that is named again is a value or a reference now, whichever it was.
    const kept = (variables: Readonly<Record<string, string>>): [string, string][] =>
      Object.entries(variables).filter(([key]) => !removed.includes(key) && !env.has(key) && !secrets.has(key));
    return {
      ...before,
      ...command,
      env: Object.fromEntries([...kept(before.env), ...env]),
      secrets: Object.fromEntries([...kept(before.secrets), ...secrets]),
      ...folderOf(io, options),
    };
  };
}
