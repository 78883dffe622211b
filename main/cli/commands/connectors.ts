import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { addCatalogueCommands } from './connector-catalogue.ts';
import { addDefinitionCommands } from './connector-definition.ts';
import { addConnectorLoginCommands } from './connector-login.ts';
import { targetText, viewText } from './connector-text.ts';
import { addConnectorUseCommands } from './connector-use.ts';
import { jsonOption, wholeNumber, yesOption } from './option-values.ts';
import { hang, json, shown, table } from './render.ts';
import { addAcceptCommand } from './tenant-connectors.ts';

export function addConnectorCommands(program: Command, io: CommandIo): void {
  const connectors = program.command('connectors').description('MCP servers that the companion can run or reach');
  addDefinitionCommands(connectors, io);
  addAcceptCommand(connectors, io);
  addConnectorLoginCommands(connectors, io);
  addCatalogueCommands(connectors, io);
  addConnectorUseCommands(connectors, io);

  connectors
    .command('list')
    .description('what can be run, and whether it is ready')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('connectors.list', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0)
        io.out('No connectors yet. Add one:\n  runlayer connectors add <name> -- <command> [args…]\n');
      else {
        io.out(
          table(
            ['NAME', 'STATE', 'DEFAULT', 'SESSIONS', 'COMMAND OR ADDRESS'],
            all.map((view) => [view.name, view.state, view.default, String(view.sessions), targetText(view.target)]),
          ),
        );
        for (const view of all) if (view.next !== undefined) io.out(`\n${hang(`${view.name}: `, view.next)}`);
      }
    });

  connectors
    .command('show <name>')
    .description('everything about one connector, but no values')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      const view = await io.call('connectors.get', { name });
      io.out(options.json === true ? json(view) : viewText(view));
    });

  connectors
    .command('remove <name>')
    .description('remove a connector; client entries that name it stay until "runlayer setup uninstall"')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, options: { yes?: true; json?: true }) => {
      await callAsking(
        io,
        { name: 'connectors.remove', input: { name } },
        `The administrator vouches for the tenant of "${name}": the next client that names it gets it back, switched on. To keep it off, switch it off instead. Remove it?`,
        options.yes === true,
      );
      io.out(options.json === true ? json({ removed: name }) : `Removed "${name}".\n`);
    });

  connectors
    .command('enable <name>')
    .description('let clients start it again')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, options: { yes?: true; json?: true }) => {
      // Nobody should be asked about what is not there.
      await io.call('connectors.get', { name });
      const view = await callAsking(
        io,
        { name: 'connectors.enable', input: { name } },
        `Let clients start "${name}" again?`,
        options.yes === true,
      );
      io.out(options.json === true ? json(view) : `"${name}" is ${view.state}.\n`);
      if (options.json !== true && view.next !== undefined) io.out(hang('', view.next));
    });

  connectors
    .command('disable <name>')
    .description('let no client start it; running sessions are refused every call')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      const view = await io.call('connectors.disable', { name });
      io.out(options.json === true ? json(view) : `"${name}" is switched off.\n`);
    });

  connectors
    .command('test <name>')
    .description('start the server once and show what it offers and what your rules make of it')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      const result = await io.call('connectors.test', { name });
      if (options.json === true) {
        io.out(json(result));
        return;
      }
      const { target } = await io.call('connectors.get', { name });
      const count = result.tools.length === 1 ? '1 tool' : `${result.tools.length} tools`;
      io.out(
        hang(
          '',
          `${result.server} answered in ${result.durationMs} ms (protocol ${result.protocolVersion}), ${count}.`,
        ),
      );
      if (result.tools.length > 0)
        io.out(
          `\n${table(
            ['TOOL', 'DECISION', 'BECAUSE'],
            result.tools.map((tool) => [tool.name, tool.effect, tool.code]),
          )}`,
        );
      if (target.kind === 'tenant')
        io.out(
          `\n${hang('', `${target.host} was not asked about this list: it may hide tools, and decides about each call.`)}`,
        );
    });

  connectors
    .command('logs <name>')
    .description("the last lines of the server's own output (stderr), without secrets")
    .option('-n, --lines <count>', 'how many', wholeNumber(1, 5000), 100)
    .addOption(jsonOption())
    .action(async (name: string, options: { lines: number; json?: true }) => {
      const { lines } = await io.call('connectors.logs', { name, lines: options.lines });
      if (options.json === true) io.out(json({ lines }));
      else if (lines.length === 0) io.out('Nothing was printed since the companion started.\n');
      else io.out(lines.map((line) => `${shown(line)}\n`).join(''));
    });
}
