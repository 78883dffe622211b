import { Option, type Command } from 'commander';
import { DefaultMode, type HubTarget } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { misuse } from './definition-options.ts';
import { configTable, configText, targetText } from './hub-text.ts';
import { collect, jsonOption, yesOption } from './option-values.ts';
import { hang, json } from './render.ts';

interface TargetOptions {
  readonly connector?: string;
  readonly endpoint?: string;
  readonly default?: DefaultMode;
}

interface ConfigOptions extends TargetOptions {
  readonly allowTool?: string[];
  readonly description?: string;
  readonly yes?: true;
  readonly json?: true;
}

const EITHER = 'Write --connector <name>, or --endpoint https://example.com/mcp';

/** What the options say of the target; undefined where they say nothing. */
function readTarget(options: TargetOptions, before: HubTarget | undefined): HubTarget | undefined {
  const { connector, endpoint } = options;
  if (connector !== undefined && endpoint !== undefined)
    throw misuse('--connector and --endpoint cannot both be given: a config reaches one of them.', EITHER);
  if (connector !== undefined) {
    if (options.default !== undefined)
      throw misuse(
        '--default is for an address; a connector has a default of its own.',
        `Leave it out, or change the connector's with "runlayer connectors edit".`,
      );
    return { connector };
  }
  const there = before !== undefined && 'endpoint' in before ? before : undefined;
  const url = endpoint ?? (options.default === undefined ? undefined : there?.endpoint);
  if (url === undefined) {
    if (options.default !== undefined && before !== undefined)
      throw misuse(
        '--default is for an address, and this config reaches a connector.',
        `Change the connector's with "runlayer connectors edit".`,
      );
    return undefined;
  }
  return { endpoint: url, default: options.default ?? there?.default ?? 'read-only' };
}

export function addHubConfigCommands(hub: Command, io: CommandIo): void {
  const config = hub.command('config').description('what may be used through the hub, without secrets');
  const describeOptions = (command: Command): Command =>
    command
      .option('--connector <name>', 'what it reaches: one of your connectors')
      .option('--endpoint <url>', 'or the address of an MCP server (Streamable HTTP)')
      .addOption(
        new Option(
          '--default <mode>',
          'of an address: what a tool gets that no rule names; read-only if left out',
        ).choices(DefaultMode.options),
      )
      .option('--allow-tool <glob>', 'tools that may be used: "search_*" or "github.search_*"; quote it', collect)
      .option('--description <text>', 'for people')
      .addOption(yesOption())
      .addOption(jsonOption());

  describeOptions(config.command('create <name>'))
    .description('name what bindings may use; all its tools unless --allow-tool names some')
    .action(async (name: string, options: ConfigOptions) => {
      const target = readTarget(options, undefined);
      if (target === undefined) throw misuse('Nothing says what the config reaches.', EITHER);
      const input = {
        name,
        target,
        allowedTools: options.allowTool ?? ['*'],
        description: options.description ?? '',
      };
      const made = await callAsking(
        io,
        { name: 'hub.configs.create', input },
        `Let bindings of "${name}" reach ${targetText(target)}?`,
        options.yes === true,
      );
      if (options.json === true) {
        io.out(json(made));
        return;
      }
      io.out(`${configText(made)}\nGive somebody a token for it:\n  runlayer hub bind ${made.name}\n`);
      if (!('connector' in made.target)) return;
      const { connector } = made.target;
      const connectors = await io.call('connectors.list', {});
      if (!connectors.some((one) => one.name === connector))
        io.out(hang('', `\nNo connector is named "${connector}" yet; see "runlayer connectors list".`));
    });

  config
    .command('list')
    .description('all configs')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('hub.configs.list', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0)
        io.out('No configs. Make one:\n  runlayer hub config create <name> --connector <connector>\n');
      else io.out(configTable(all));
    });

  config
    .command('get <name>')
    .description('one config')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      const found = await io.call('hub.configs.get', { name });
      io.out(options.json === true ? json(found) : configText(found));
    });

  describeOptions(config.command('update <name>'))
    .description('change a config and with it every binding of it; what you do not name stays')
    .action(async (name: string, options: ConfigOptions) => {
      const before = await io.call('hub.configs.get', { name });
      const target = readTarget(options, before.target);
      const input = {
        name,
        ...(target === undefined ? {} : { target }),
        ...(options.allowTool === undefined ? {} : { allowedTools: options.allowTool }),
        ...(options.description === undefined ? {} : { description: options.description }),
      };
      if (Object.keys(input).length === 1)
        throw misuse('Nothing says what to change.', `See "runlayer hub config update --help".`);
      const changed = await callAsking(
        io,
        { name: 'hub.configs.update', input },
        `Let every binding of "${name}" do more, or reach something else?`,
        options.yes === true,
      );
      io.out(options.json === true ? json(changed) : configText(changed));
    });

  config
    .command('delete <name>')
    .description('delete a config that no binding uses')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      await io.call('hub.configs.delete', { name });
      io.out(options.json === true ? json({ deleted: name }) : `Deleted "${name}".\n`);
    });
}
