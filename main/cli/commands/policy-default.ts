import { Argument, type Command } from 'commander';
import { DefaultMode } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { json, shown, table } from './render.ts';

export function addPolicyDefaultCommand(policy: Command, io: CommandIo): void {
  policy
    .command('default')
    .argument('[connector]', 'whose; without one, all are shown')
    .addArgument(new Argument('[mode]', 'what it is from now on').choices(DefaultMode.options))
    .description('what a connector does with a tool that no rule names')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(
      async (connector: string | undefined, mode: DefaultMode | undefined, options: { yes?: true; json?: true }) => {
        if (connector !== undefined && mode !== undefined) {
          await callAsking(
            io,
            { name: 'policy.setDefault', input: { connector, default: mode } },
            `Let "${connector}" do this with tools that no rule names: ${mode}?`,
            options.yes === true,
          );
        }
        const meant =
          connector === undefined
            ? await io.call('connectors.list', {})
            : [await io.call('connectors.get', { name: connector })];
        const rows = meant.map((one) => ({ connector: one.name, default: one.default }));
        if (options.json === true) io.out(json(rows));
        else if (rows.length === 0) io.out('No connectors yet; see "runlayer connectors add --help".\n');
        else
          io.out(
            table(
              ['CONNECTOR', 'DEFAULT'],
              rows.map((row) => [shown(row.connector), row.default]),
            ),
          );
      },
    );
}
