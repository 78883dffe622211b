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

type Launcher = Pick<ClientEnvironment, 'launcher' | 'platform'>;

function isLauncher(command: string, { launcher, platform }: Launcher): boolean {
  if (command === launcher) return true;
  const base = command.split(platform === 'win32' ? /[\\/]/ : '/').at(-1) ?? '';
  return platform === 'win32' ? /^runlayer(\.exe)?$/i.test(base) : base === 'runlayer';
}

/**
 * Reads one server. It is ours by what it runs (the launcher, or a file of its name, with exactly `run <connector>`),
 * never by its key: clients rewrite their files, so a marker would not last, and a name alone proves nothing.
 */
export function readOwnEntry(property: Node, environment: Launcher): OwnEntry | undefined {
  const entry = valueOf(property);
  const commandProperty = propertyOf(entry, 'command');
  const argsProperty = propertyOf(entry, 'args');
  const command = commandProperty === undefined ? undefined : valueOf(commandProperty);
  const args = argsProperty === undefined ? undefined : valueOf(argsProperty);
  if (command?.type !== 'string' || args?.type !== 'array') return undefined;
  const values: unknown = getNodeValue(args);
  if (!Array.isArray(values) || values.length !== 2 || values[0] !== 'run') return undefined;
  const connector = ConnectorName.safeParse(values[1]);
  const path = String(command.value);
  if (!connector.success || !isLauncher(path, environment)) return undefined;
  return { key: keyOf(property), connector: connector.data, property, command, current: path === environment.launcher };
}

export function ownEntries(servers: Node | undefined, environment: Launcher): OwnEntry[] {
  return (servers?.children ?? []).flatMap((property) => readOwnEntry(property, environment) ?? []);
}
