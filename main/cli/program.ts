/** The command line as commander knows it. Built for one command at a time, in the companion or, for help, in the thin client. */
import { Command, CommanderError } from 'commander';
import { CommandEnd } from './command-end.ts';
import type { CommandIo } from './command-io.ts';
import { addApprovalCommands } from './commands/approvals.ts';
import { addConnectorCommands } from './commands/connectors.ts';
import { addLocalCommands } from './commands/local-commands.ts';
import { addLogCommand } from './commands/logs.ts';
import { addPolicyCommands } from './commands/policy.ts';
import { addSecretCommands } from './commands/secrets.ts';
import { addSetupCommands } from './commands/setup.ts';
import { addStatusCommands } from './commands/status.ts';
import { NO_LOCAL_ACTIONS, type LocalActions } from './local/actions.ts';

export function createProgram(io: CommandIo, version: string, local: LocalActions): Command {
  const program = new Command('runlayer')
    .description('Stands between AI clients and the MCP servers on this machine: secrets, decisions, an audit trail.')
    .version(version)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  program
    .command('run <connector>')
    .description('what an AI client starts: speaks MCP on stdin and stdout for one connector')
    .option('--client <id>', 'which client this is, for the audit trail');
  addConnectorCommands(program, io);
  addPolicyCommands(program, io);
  addSecretCommands(program, io);
  addApprovalCommands(program, io);
  addSetupCommands(program, io, local);
  addLogCommand(program, io);
  addStatusCommands(program, io);
  addLocalCommands(program, local);
  program.addHelpText(
    'after',
    '\nStart with:\n  runlayer connectors add files -- npx -y @modelcontextprotocol/server-filesystem@2026.8.31 ~/Documents\n  runlayer setup install --client cursor --connector files\n',
  );
  return program;
}

/** Runs `argv`. Throws {@link CommandEnd} where commander already told what is wrong, anything else as it comes. */
export async function runProgram(
  argv: readonly string[],
  io: CommandIo,
  version: string,
  local: LocalActions = NO_LOCAL_ACTIONS,
): Promise<void> {
  try {
    await createProgram(io, version, local).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are no misuse.
    throw new CommandEnd(error.exitCode === 0 ? 0 : 2);
  }
}
