import { Option, type Command } from 'commander';
import {
  CompanionError,
  DefaultMode,
  type ConnectorDefinition,
  type ConnectorView,
  type ConsentRequest,
} from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { confirm } from './confirm.ts';
import { json, shown, table } from './render.ts';

interface DefinitionOptions {
  readonly env: string[];
  readonly secret: string[];
  readonly cwd?: string;
  readonly default?: string;
  readonly yes?: true;
  readonly json?: true;
}

const DEFAULT_TEXT: Readonly<Record<DefaultMode, string>> = {
  allow: 'allow: every tool that no rule names may be called',
  'read-only':
    'read-only: tools that the server itself calls read-only are allowed (its own claim, not checked); the rest asks',
  ask: 'ask: every call that no rule names waits for you',
  deny: 'deny: tools that no rule names are hidden',
};

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

function pairs(texts: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new CompanionError('E_INPUT', `${option} takes NAME=value.`, `Write for example ${option} TOKEN=…`, {
          exitCode: 2,
        });
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function consentText(request: ConsentRequest): string {
  const lines = [
    `Connector "${request.connector}" will run, whenever a client asks for it:`,
    '',
    ...request.argv.map((word, index) => (index === 0 ? `  ${word}` : `    ${word}`)),
    '',
    `  program   ${request.path}${request.realPath === request.path ? '' : `\n            (which is ${request.realPath})`}`,
    ...(request.cwd === undefined ? [] : [`  folder    ${request.cwd}`]),
    ...(request.envNames.length === 0 ? [] : [`  env       ${request.envNames.join(', ')}`]),
    ...request.secrets.map(
      (secret) =>
        `  secret    ${secret.env} from ${secret.reference}${secret.stored ? '' : '  (not stored yet: runlayer secrets set)'}`,
    ),
    `  default   ${DEFAULT_TEXT[request.default]}`,
    '',
  ];
  if (request.risks.length > 0) {
    lines.push('Look at this before you say yes:');
    for (const risk of request.risks) lines.push(`  ! ${risk.text}  (${risk.evidence})`);
    lines.push('');
  }
  return `${lines.join('\n')}\n`;
}

function viewText(view: ConnectorView): string {
  const rows: [string, string][] = [
    ['state', view.state],
    ['default', DEFAULT_TEXT[view.default]],
    ['sessions', String(view.sessions)],
    ...view.argv.map((word, index): [string, string] => [index === 0 ? 'command' : '', word]),
    ...(view.cwd === undefined ? [] : [['folder', shown(view.cwd)] satisfies [string, string]]),
    ...(view.envNames.length === 0 ? [] : [['env', view.envNames.join(', ')] satisfies [string, string]]),
    ...Object.entries(view.secrets).map(([name, reference]): [string, string] => [
      'secret',
      `${name} from ${reference}`,
    ]),
    ...(view.next === undefined ? [] : [['next', view.next] satisfies [string, string]]),
  ];
  return `${view.name}\n${rows.map(([name, value]) => `  ${name.padEnd(10)}${value}\n`).join('')}`;
}

/** Shows what would run, asks, and stores it with the consent bound to exactly that. */
async function agree(
  io: CommandIo,
  subject: { name: string; definition: ConnectorDefinition; default: DefaultMode; replace: boolean },
  options: { readonly yes?: true; readonly json?: true },
): Promise<void> {
  const request = await io.call('connectors.preview', subject);
  if (options.json !== true) io.out(consentText(request));
  else if (options.yes !== true) io.err(consentText(request));
  await confirm(io, 'Let clients start this?', options.yes === true);
  const view = await io.callConfirmed('connectors.save', { ...subject, consentHash: request.hash });
  if (options.json === true) io.out(json(view));
  else
    io.out(`Stored. Next: connect a client with "runlayer setup install --client cursor --connector ${view.name}".\n`);
}

function misplacedCommand(name: string): CompanionError {
  return new CompanionError(
    'E_INPUT',
    'The command to run stands behind "--".',
    `Write for example: runlayer connectors add ${name} -- npx -y some-server@1.2.3`,
    { exitCode: 2 },
  );
}

/** Without the dashes an option of the server, such as npx -y, would be taken for one of ours. */
function requireDashes(io: CommandIo, name: string): void {
  if (!io.argv.includes('--')) throw misplacedCommand(name);
}

const splitArgv = (words: readonly string[]): { command: string; args: string[] } => ({
  command: words[0] ?? '',
  args: words.slice(1),
});

export function addConnectorCommands(program: Command, io: CommandIo): void {
  const connectors = program.command('connectors').description('MCP servers that the companion can run');
  const defaultOption = (): Option =>
    new Option('--default <mode>', 'what a tool gets that no rule names').choices(DefaultMode.options);
  const withDefinition = (command: Command): Command =>
    command
      .option('--env <NAME=value>', 'environment variable for the server; not for secrets', collect, [])
      .option('--secret <NAME=keychain:name>', 'environment variable whose value comes from the keychain', collect, [])
      .option('--cwd <folder>', 'folder that the server starts in')
      .option('-y, --yes', 'answer the consent question with yes')
      .option('--json', 'print one JSON document');

  withDefinition(connectors.command('add <name> [command...]'))
    .usage('<name> [options] -- <command> [args…]')
    .description('add a server, after showing exactly what will run')
    .addOption(defaultOption().default('read-only'))
    .action(async (name: string, words: string[], options: DefinitionOptions) => {
      requireDashes(io, name);
      if (words.length === 0) throw misplacedCommand(name);
      const definition: ConnectorDefinition = {
        ...splitArgv(words),
        env: pairs(options.env, '--env'),
        secrets: pairs(options.secret, '--secret'),
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      };
      await agree(io, { name, definition, default: DefaultMode.parse(options.default), replace: false }, options);
    });

  withDefinition(connectors.command('edit <name> [command...]'))
    .usage('<name> [options] [-- <command> [args…]]')
    .description('change a server, or say yes again after it changed; what you do not name stays')
    .addOption(defaultOption())
    .option('--remove-env <NAME>', 'drop an environment variable or secret reference', collect, [])
    .action(async (name: string, words: string[], options: DefinitionOptions & { readonly removeEnv: string[] }) => {
      if (words.length > 0) requireDashes(io, name);
      const stored = await io.call('connectors.definition', { name });
      const env = { ...stored.definition.env, ...pairs(options.env, '--env') };
      const secrets = { ...stored.definition.secrets, ...pairs(options.secret, '--secret') };
      for (const key of options.removeEnv) {
        delete env[key];
        delete secrets[key];
      }
      const definition: ConnectorDefinition = {
        ...stored.definition,
        ...(words.length === 0 ? {} : splitArgv(words)),
        env,
        secrets,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      };
      const mode = options.default === undefined ? stored.default : DefaultMode.parse(options.default);
      await agree(io, { name, definition, default: mode, replace: true }, options);
    });

  connectors
    .command('list')
    .description('what can be run, and whether it is ready')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      const all = await io.call('connectors.list', {});
      if (options.json === true) io.out(json(all));
      else if (all.length === 0)
        io.out('No connectors yet. Add one with "runlayer connectors add <name> -- <command> [args…]".\n');
      else {
        io.out(
          table(
            ['NAME', 'STATE', 'DEFAULT', 'SESSIONS', 'COMMAND'],
            all.map((view) => [view.name, view.state, view.default, String(view.sessions), view.argv.join(' ')]),
          ),
        );
        for (const view of all) if (view.next !== undefined) io.out(`\n${view.name}: ${view.next}\n`);
      }
    });

  connectors
    .command('show <name>')
    .description('everything about one connector, but no values')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: { json?: true }) => {
      const view = await io.call('connectors.get', { name });
      io.out(options.json === true ? json(view) : viewText(view));
    });

  connectors
    .command('remove <name>')
    .description('remove a connector; client entries that name it stay until "runlayer setup uninstall"')
    .action(async (name: string) => {
      await io.call('connectors.remove', { name });
      io.out(`Removed "${name}".\n`);
    });

  connectors
    .command('enable <name>')
    .description('let clients start it again')
    .option('-y, --yes', 'answer the question with yes')
    .action(async (name: string, options: { yes?: true }) => {
      await confirm(io, `Let clients start "${name}" again?`, options.yes === true);
      const view = await io.callConfirmed('connectors.enable', { name });
      io.out(`"${name}" is ${view.state}.\n`);
    });

  connectors
    .command('disable <name>')
    .description('let no client start it; running sessions are refused every call')
    .action(async (name: string) => {
      await io.call('connectors.disable', { name });
      io.out(`"${name}" is switched off.\n`);
    });

  connectors
    .command('test <name>')
    .description('start the server once and show what it offers and what your rules make of it')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: { json?: true }) => {
      const result = await io.call('connectors.test', { name });
      if (options.json === true) io.out(json(result));
      else {
        io.out(
          `${shown(result.server)} answered in ${result.durationMs} ms (protocol ${shown(result.protocolVersion)}), ${result.tools.length} tools.\n`,
        );
        if (result.tools.length > 0)
          io.out(
            `\n${table(
              ['TOOL', 'DECISION', 'BECAUSE'],
              result.tools.map((tool) => [tool.name, tool.effect, tool.code]),
            )}`,
          );
      }
    });

  connectors
    .command('logs <name>')
    .description("the last lines of the server's own output (stderr), without secrets")
    .option('-n, --lines <count>', 'how many', '100')
    .action(async (name: string, options: { lines: string }) => {
      const { lines } = await io.call('connectors.logs', { name, lines: Number(options.lines) });
      io.out(
        lines.length === 0
          ? 'Nothing was printed since the companion started.\n'
          : lines.map((line) => `${shown(line)}\n`).join(''),
      );
    });
}
