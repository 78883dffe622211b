/** `connectors add` and `edit`: reads a definition from the command line, shows what would run or be reached, and asks. */
import { Option, type Command } from 'commander';
import {
  DefaultMode,
  HttpTransport,
  isHttpDefinition,
  type ConnectorDefinition,
} from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { consentText, viewText } from './connector-text.ts';
import {
  misuse,
  refuseAddressOptions,
  refuseBothKinds,
  refuseProgramOptions,
  type DefinitionOptions,
} from './definition-options.ts';
import { httpChange, newHttp } from './http-definition.ts';
import { collect, jsonOption, yesOption } from './option-values.ts';
import { newProgram, programChange } from './program-definition.ts';
import { json } from './render.ts';

interface Subject {
  readonly name: string;
  readonly definition: ConnectorDefinition;
  readonly default: DefaultMode;
  readonly replace: boolean;
}

/** Shows what would run or be reached, asks, and stores it with the consent bound to exactly that. */
async function agree(io: CommandIo, subject: Subject, options: DefinitionOptions): Promise<void> {
  const request = await io.call('connectors.preview', subject);
  if (options.json !== true) io.out(consentText(request));
  else if (io.tty && options.yes !== true) io.err(consentText(request));
  const question = request.target.kind === 'http' ? 'Let clients use this?' : 'Let clients start this?';
  await confirm(io, question, options.yes === true);
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

/** Reads as much of the line as it can before the companion is asked what is stored: one that means nothing asks nothing. */
function readChange(
  io: CommandIo,
  name: string,
  words: readonly string[],
  options: DefinitionOptions,
): (before: ConnectorDefinition) => ConnectorDefinition {
  refuseBothKinds(options, words);
  const otherKind = (is: string, cannot: string): never => {
    throw misuse(
      `"${name}" is ${is} and cannot become ${cannot}.`,
      `Add it under another name; or drop it, with its allow rules, with "runlayer connectors remove ${name}" and add it again.`,
    );
  };
  if (options.url !== undefined) {
    const change = httpChange(name, options);
    return (before) => (isHttpDefinition(before) ? change(before) : otherKind('a program', 'an address'));
  }
  const program = words.length === 0 ? undefined : programChange(io, name, words, options);
  return (before) => {
    if (isHttpDefinition(before)) {
      if (words.length > 0) return otherKind('reached at an address', 'a program');
      refuseProgramOptions(options);
      return httpChange(name, options)(before);
    }
    refuseAddressOptions(options, true);
    return (program ?? programChange(io, name, words, options))(before);
  };
}

export function addDefinitionCommands(connectors: Command, io: CommandIo): void {
  const defaultOption = (): Option =>
    new Option('--default <mode>', 'what a tool gets that no rule names').choices(DefaultMode.options);
  const withDefinition = (command: Command, transport: string): Command =>
    command
      .option('--env <NAME=value>', 'environment variable for the program; not for secrets', collect)
      .option('--cwd <folder>', 'folder that the program starts in')
      .option('--url <address>', 'address of a server that is reached over HTTP, in place of a command')
      .addOption(new Option('--transport <kind>', transport).choices(HttpTransport.options))
      .option('--header <"Name: value">', 'header of each request; not for secrets', collect)
      .option(
        '--secret <NAME=keychain:name>',
        'environment variable, or header, whose value comes from the keychain',
        collect,
      )
      .option('--oauth', 'sign in to it with OAuth; the tokens are kept in the keychain')
      .option('--oauth-client-id <id>', 'client id, where the provider registers programs by hand')
      .option('--oauth-client-secret <reference>', 'keychain:<name> of its secret, where it has one')
      .addOption(yesOption())
      .addOption(jsonOption());

  withDefinition(connectors.command('add <name> [command...]'), 'how it speaks; streamable-http unless you say so')
    .usage('<name> [options] -- <command> [args…]\n       runlayer connectors add <name> --url <address> [options]')
    .description('add a server, after showing exactly what will run or be reached')
    .addOption(defaultOption().default('read-only'))
    .action(async (name: string, words: string[], options: DefinitionOptions) => {
      refuseBothKinds(options, words);
      if (options.url === undefined) refuseAddressOptions(options, false);
      const definition =
        options.url === undefined ? newProgram(io, name, words, options) : newHttp(options.url, options);
      await agree(io, { name, definition, default: options.default ?? 'read-only', replace: false }, options);
    });

  withDefinition(connectors.command('edit <name> [command...]'), 'how it speaks')
    .usage('<name> [options] [-- <command> [args…]]')
    .description('change a server, or say yes again after it changed; what you do not name stays')
    .addOption(defaultOption())
    .option('--remove-env <NAME>', 'drop an environment variable or secret reference', collect)
    .option('--remove-header <Name>', 'drop a header or secret header', collect)
    .option('--no-oauth', 'sign in no more')
    .option('--remove-oauth-client', 'drop the client id and its secret')
    .action(async (name: string, words: string[], options: DefinitionOptions) => {
      const change = readChange(io, name, words, options);
      const stored = await io.call('connectors.definition', { name });
      const before = stored.definition;
      const subject = {
        name,
        definition: change(before),
        default: options.default ?? stored.default,
        replace: true,
      };
      if (subject.default === stored.default && (await isSettled(io, before, subject))) {
        const view = await io.call('connectors.get', { name });
        io.out(options.json === true ? json(view) : `Nothing to change.\n\n${viewText(view)}`);
        return;
      }
      await agree(io, subject, options);
    });
}
