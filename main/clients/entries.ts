import { getNodeValue, type Node } from 'jsonc-parser';
import { ConnectorName } from '../../preload/contract/connector.ts';
import type { ClientEnvironment } from './environment.ts';
import { keyOf, propertyOf, valueOf } from './json-tokens.ts';

/** One server of a client's file that starts the companion. */
export interface OwnEntry {
  readonly key: string;
  readonly connector: string;
  readonly property: Node;
  readonly command: Node;
  /** Its command is the launcher of this installation, not an older path. */
  readonly current: boolean;
}

/** What stands behind `run <id>` in the entry that a tenant documents. */
const TENANT_OPTIONS: ReadonlySet<string> = new Set(['--host', '-H', '--secret', '-s', '--client']);
const MAX_ID = 128;

type Launcher = Pick<ClientEnvironment, 'launcher' | 'platform'>;

/** Whether the command is a program of this name, wherever it lies. */
function isProgram(command: string, name: string, platform: Launcher['platform']): boolean {
  const base = command.split(platform === 'win32' ? /[\\/]/ : '/').at(-1) ?? '';
  return platform === 'win32' ? base.toLowerCase().replace(/\.exe$/, '') === name : base === name;
}

function isLauncher(command: string, { launcher, platform }: Launcher): boolean {
  return command === launcher || isProgram(command, 'runlayer', platform);
}

interface Started {
  readonly command: Node;
  readonly path: string;
  readonly args: readonly unknown[];
}

/** What one server runs, where it runs something. */
function startedBy(property: Node): Started | undefined {
  const entry = valueOf(property);
  const commandProperty = propertyOf(entry, 'command');
  const argsProperty = propertyOf(entry, 'args');
  const command = commandProperty === undefined ? undefined : valueOf(commandProperty);
  const args = argsProperty === undefined ? undefined : valueOf(argsProperty);
  if (command?.type !== 'string' || args?.type !== 'array') return undefined;
  const values: unknown = getNodeValue(args);
  return Array.isArray(values) ? { command, path: String(command.value), args: values } : undefined;
}

/**
 * Reads one server. It is ours by what it runs (the launcher, or a file of its name, with exactly `run <connector>`),
 * never by its key: clients rewrite their files, so a marker would not last, and a name alone proves nothing.
 */
export function readOwnEntry(property: Node, environment: Launcher): OwnEntry | undefined {
  const started = startedBy(property);
  if (started?.args.length !== 2 || started.args[0] !== 'run') return undefined;
  const { command, path } = started;
  const connector = ConnectorName.safeParse(started.args[1]);
  if (!connector.success || !isLauncher(path, environment)) return undefined;
  return { key: keyOf(property), connector: connector.data, property, command, current: path === environment.launcher };
}

export function ownEntries(servers: Node | undefined, environment: Launcher): OwnEntry[] {
  return (servers?.children ?? []).flatMap((property) => readOwnEntry(property, environment) ?? []);
}

/** `run <id> [--host <url>]…`: an id or alias, then options of ours, each with a value. */
function isRun(words: readonly unknown[]): boolean {
  const [run, id, ...rest] = words;
  if (run !== 'run' || typeof id !== 'string' || id === '' || id.startsWith('-') || id.length > MAX_ID) return false;
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at];
    if (typeof word !== 'string') return false;
    const [name = ''] = word.split('=', 1);
    if (!TENANT_OPTIONS.has(name)) return false;
    if (word !== name) continue;
    at += 1;
    if (typeof rest[at] !== 'string') return false;
  }
  return true;
}

/**
 * Whether one server goes through Runlayer: an entry of ours, or one that a tenant documents for its connectors, with our program
 * or as `uvx runlayer run …`. The latter is the other command line; its calls are governed all the same, but not here.
 */
export function isManagedEntry(property: Node, environment: Launcher): boolean {
  const started = startedBy(property);
  if (started === undefined) return false;
  const { path, args } = started;
  if (isLauncher(path, environment)) return isRun(args);
  return isProgram(path, 'uvx', environment.platform) && args[0] === 'runlayer' && isRun(args.slice(1));
}
