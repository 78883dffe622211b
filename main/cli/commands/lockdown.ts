import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { json } from './render.ts';

export function addLockdownCommands(program: Command, io: CommandIo): void {
  const lockdown = program.command('lockdown').description('stop every call of every client, at once');
  lockdown
    .command('on')
    .description('refuse every call from now on and end those under way; stays until you end it')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const { since, cancelled } = await io.call('lockdown.on', {});
      if (options.json === true) io.out(json({ lockdown: true, since, cancelled }));
      else {
        const ended =
          cancelled === 1 ? '1 call that was under way was ended' : `${cancelled} calls under way were ended`;
        io.out(
          `Locked down: every call is refused, and ${ended}.\nLet calls through again with "runlayer lockdown off".\n`,
        );
      }
    });
  lockdown
    .command('off')
    .description('let calls through again, as the rules say')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (options: { yes?: true; json?: true }) => {
      await callAsking(io, { name: 'lockdown.off', input: {} }, 'Let calls through again?', options.yes === true);
      io.out(options.json === true ? json({ lockdown: false }) : 'Calls go through again, as the rules say.\n');
    });
}
