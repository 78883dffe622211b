/** `guard canary`: values that look like credentials and belong nowhere, to be planted where nothing should read. */
import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { hang, json, shown, table } from './render.ts';

export function addCanaryCommands(guard: Command, io: CommandIo): void {
  const add = async (options: { note?: string; json?: true }): Promise<void> => {
    const { note } = options;
    const made = await io.call('guard.canary', note === undefined ? {} : { note });
    if (options.json === true) {
      io.out(json(made));
      return;
    }
    io.out(`${made.value}\n`);
    const next = `This is "${made.name}", shown only now. Put it where nothing should read: whatever carries it to a client or a server is blocked.`;
    io.out(hang('', next));
  };
  const options = (command: Command): Command =>
    command.option('--note <text>', 'where you put it, for yourself').addOption(jsonOption());

  const canary = options(guard.command('canary'))
    .description('make a value to plant where nothing should read; whatever carries it is blocked')
    .action(add);
  options(canary.command('add')).description('make a value to plant').action(add);
  canary
    .command('list')
    .description('all of them, without their values')
    .addOption(jsonOption())
    .action(async (asked: { json?: true }) => {
      const all = await io.call('guard.canaries', {});
      if (asked.json === true) io.out(json(all));
      else if (all.length === 0) io.out('No canaries. Make one with "runlayer guard canary".\n');
      else
        io.out(
          table(
            ['NAME', 'MADE'],
            all.map(({ name, createdAt }) => [name, createdAt]),
          ),
        );
    });
  canary
    .command('remove <name>')
    .description('look for it no longer')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, asked: { yes?: true; json?: true }) => {
      await callAsking(
        io,
        { name: 'guard.removeCanary', input: { name } },
        `Let "${name}" pass from now on?`,
        asked.yes === true,
      );
      io.out(asked.json === true ? json({ removed: name }) : `Removed "${shown(name)}".\n`);
    });
}
