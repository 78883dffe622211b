/** The command line as commander knows it. Built for one command at a time, in the companion or, for help, in the thin client. */
import { Command, CommanderError } from 'commander';
import { CompanionError } from '../../preload/contract/index.ts';
import { CommandEnd } from './command-end.ts';
import type { CommandIo } from './command-io.ts';
import { addAppCommands } from './commands/app.ts';
import { addAboutCommands } from './commands/about.ts';
import { addApprovalCommands } from './commands/approvals.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addConnectorCommands } from './commands/connectors.ts';
import { addGuardCommands } from './commands/guard.ts';
import { addHubCommands } from './commands/hub.ts';
import { addIdentityCommands } from './commands/identity.ts';
import { addLocalCommands } from './commands/local-commands.ts';
import { addLockdownCommands } from './commands/lockdown.ts';
import { addLogCommand } from './commands/logs.ts';
import { addPinCommands } from './commands/pins.ts';
import { addPolicyCommands } from './commands/policy.ts';
import { addSecretCommands } from './commands/secrets.ts';
import { addSetupCommands } from './commands/setup.ts';
import { addStatusCommands } from './commands/status.ts';
import { addTenantApprovalCommands } from './commands/tenant-approvals.ts';
import { addTenantServerCommand } from './commands/tenant-connectors.ts';
import { addTenantCommands } from './commands/tenant.ts';
import { NO_LOCAL_ACTIONS, type LocalActions } from './local/actions.ts';

const START_WITH = `
Start with:
  runlayer connectors add files -- \\
    npx -y @modelcontextprotocol/server-filesystem@2026.8.31 ~/Documents
  runlayer setup install --client cursor --connector files
`;
/** A command as its group lists it: options are in its own help. */
function term(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...words].join(' ');
}

/** What commander quotes of a command line: a pattern that the shell replaced can be thousands of names. */
const MAX_MESSAGE_CHARACTERS = 240;

export function createProgram(io: CommandIo, version: string, local: LocalActions): Command {
  const program = new Command('runlayer')
    .description('Stands between AI clients and the MCP servers on this machine: secrets, decisions, an audit trail.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ subcommandTerm: term })
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    // Said once, by whoever runs the program, in the form that was asked for.
    .configureOutput({ writeOut: io.out, writeErr: io.err, outputError: () => {} });
  program
    .command('run <connector>')
    .usage('<connector> [--host <host>] [--secret <key>] [--client <id>]')
    .description('what an AI client starts: speaks MCP on stdin and stdout for one connector')
    .option('-H, --host <host>', 'the connector is of this tenant, by its id or alias there')
    .option(
      '-s, --secret <key>',
      'for automation: a key of that tenant for this session alone; other programs can read it on a command line',
    )
    .option('--client <id>', 'which client this is, for the audit trail');
  addConnectorCommands(program, io);
  addPolicyCommands(program, io);
  addGuardCommands(program, io);
  addPinCommands(program, io);
  addSecretCommands(program, io);
  addHubCommands(program, io);
  const tenant = addTenantCommands(program, io);
  addTenantServerCommand(tenant, io);
  addTenantApprovalCommands(tenant, io);
  addIdentityCommands(program, io);
  addApprovalCommands(program, io);
  addLockdownCommands(program, io);
  addAppCommands(program, io);
  addSetupCommands(program, io, local);
  addLogCommand(program, io);
  addStatusCommands(program, io);
  addLocalCommands(program, local);
  addAuditCommands(program, io);
  addAboutCommands(program, io);
  program.addHelpText('after', START_WITH);
  return program;
}

/** The command that `argv` names, as far as there is one. */
function namedCommand(program: Command, argv: readonly string[]): string {
  let command = program;
  const words = [program.name()];
  for (const word of argv) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) break;
    command = next;
    words.push(word);
  }
  return words.join(' ');
}

function misuse(error: CommanderError, program: Command, argv: readonly string[]): CompanionError {
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n(Did you mean ');
  const text = first.slice(0, MAX_MESSAGE_CHARACTERS).replace(/\.$/, '');
  const hints = [
    ...(suggestion === undefined ? [] : [`Did you mean ${suggestion.replace(/\?\)$/, '')}?`]),
    ...(error.code === 'commander.excessArguments' && argv[0] === 'policy'
      ? ['Put a pattern such as "*" in quotes: the shell replaces it by file names otherwise.']
      : []),
    `See "${namedCommand(program, argv)} --help".`,
  ];
  // A value that does not fit is told from a line that means nothing.
  const code = error.code === 'commander.invalidArgument' ? 'E_INPUT' : 'E_USAGE';
  return new CompanionError(code, `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, hints.join(' '), {
    exitCode: 2,
  });
}

/**
 * Runs `argv`. Throws {@link CommandEnd} where help or version was shown, `E_USAGE` or `E_INPUT` for a command line
 * that means nothing, anything else as it comes.
 */
export async function runProgram(
  argv: readonly string[],
  io: CommandIo,
  version: string,
  local: LocalActions = NO_LOCAL_ACTIONS,
): Promise<void> {
  const program = createProgram(io, version, local);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new CommandEnd(0);
    // A group without a subcommand: its help was shown, and says what is missing.
    if (error.code === 'commander.help') throw new CommandEnd(2);
    throw misuse(error, program, argv);
  }
}
