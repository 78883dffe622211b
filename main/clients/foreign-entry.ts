import { getNodeValue, type Node } from 'jsonc-parser';
import {
  EnvName,
  HeaderName,
  HttpDefinition,
  isHttpDefinition,
  ProgramDefinition,
  type ConnectorDefinition,
} from '../../preload/contract/connector.ts';
import { keyOf, propertyOf, valueOf } from './json-tokens.ts';
import { unusable, type ForeignTarget, type Unusable } from './foreign-target.ts';
import { withoutVariables } from './entry-variables.ts';

// Owns: what one server of a client's file runs or reaches, as a definition of ours. Never guesses: whatever this version
// cannot carry over exactly (a variable of the client's, a file of variables, a value of another kind) makes the entry
// unusable, with the reason in words. Values stay in the main process.

/** Keys whose meaning is carried over, or that say nothing about what is run. */
const CARRIED: ReadonlySet<string> = new Set(['type', 'command', 'args', 'env', 'cwd', 'url', 'headers', 'disabled']);
/** Keys that change what is run or sent, in a way that is not carried over. */
const REFUSED: Readonly<Record<string, string>> = {
  envFile: 'it takes variables from a file (envFile)',
  auth: 'it signs in with a client of its own (auth)',
  oauth: 'it signs in with a client of its own (oauth)',
};

/** Reads one server. `dropped`: keys of it that only the client knows, which our entry will not have. */
export function readForeignEntry(
  property: Node,
  homeDirectory: string,
): { readonly target: ForeignTarget; readonly dropped: readonly string[] } {
  const entry = valueOf(property);
  if (entry?.type !== 'object') return { target: unusable('it is not an object'), dropped: [] };
  const keys = (entry.children ?? []).map(keyOf);
  const refused = keys.find((key) => Object.hasOwn(REFUSED, key));
  const dropped = keys.filter((key) => !CARRIED.has(key));
  if (refused !== undefined) return { target: unusable(REFUSED[refused] ?? ''), dropped };
  const value = (key: string): unknown => {
    const found = propertyOf(entry, key);
    const node = found === undefined ? undefined : valueOf(found);
    return node === undefined ? undefined : getNodeValue(node);
  };
  const hasCommand = keys.includes('command');
  const hasUrl = keys.includes('url');
  if (hasCommand === hasUrl) {
    return {
      target: unusable(hasUrl ? 'it names both a program and an address' : 'it names no program and no address'),
      dropped,
    };
  }
  const table = (key: string): Map<string, string> | Unusable => readTable(propertyOf(entry, key), key, homeDirectory);
  const target = hasCommand
    ? program(value('command'), value('args'), table('env'), value('cwd'), homeDirectory)
    : address(value('url'), value('type'), table('headers'), homeDirectory);
  return { target, dropped };
}

/** A table of texts; numbers and switches count as what they are written as. */
function readTable(property: Node | undefined, key: string, homeDirectory: string): Map<string, string> | Unusable {
  const node = property === undefined ? undefined : valueOf(property);
  if (node === undefined || node.type === 'null') return new Map();
  if (node.type !== 'object') return unusable(`its "${key}" is not an object`);
  const names = key === 'env' ? EnvName : HeaderName;
  const found = new Map<string, string>();
  for (const member of node.children ?? []) {
    const name = keyOf(member);
    const raw: unknown = valueOf(member)?.value;
    if (name === '__proto__' || !names.safeParse(name).success)
      return unusable(`a name in its "${key}" cannot be used`);
    if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean')
      return unusable(`a value in its "${key}" is not a text`);
    const text = withoutVariables(String(raw), homeDirectory);
    if (text === undefined) return unusable(`"${name}" in its "${key}" is filled in by the client`);
    found.set(name, text);
  }
  return found;
}

function program(
  command: unknown,
  args: unknown,
  env: Map<string, string> | Unusable,
  cwd: unknown,
  homeDirectory: string,
): ForeignTarget {
  if (typeof command !== 'string' || command.trim() === '') return unusable('its "command" is not a text');
  if (args !== undefined && args !== null && !(Array.isArray(args) && args.every((word) => typeof word === 'string')))
    return unusable('its "args" is not a list of texts');
  if (cwd !== undefined && typeof cwd !== 'string') return unusable('its "cwd" is not a text');
  if (!(env instanceof Map)) return env;
  const words = [command, ...((args ?? []) as readonly string[])].map((word) => withoutVariables(word, homeDirectory));
  const folder = cwd === undefined ? undefined : withoutVariables(cwd, homeDirectory);
  const [first, ...rest] = words.filter((word) => word !== undefined);
  if (first === undefined || rest.length + 1 < words.length || (cwd !== undefined && folder === undefined))
    return unusable('a part of its command is filled in by the client (${…})');
  return checked({
    command: first,
    args: rest,
    env: Object.fromEntries(env),
    secrets: {},
    ...(folder === undefined ? {} : { cwd: folder }),
  });
}

function address(
  url: unknown,
  type: unknown,
  headers: Map<string, string> | Unusable,
  homeDirectory: string,
): ForeignTarget {
  if (typeof url !== 'string') return unusable('its "url" is not a text');
  if (!(headers instanceof Map)) return headers;
  const filled = withoutVariables(url, homeDirectory);
  if (filled === undefined) return unusable('a part of its address is filled in by the client (${…})');
  const path = URL.canParse(filled) ? new URL(filled).pathname : '';
  const transport = type === 'sse' || (type === undefined && /\/sse\/?$/.test(path)) ? 'sse' : 'streamable-http';
  return checked({ url: filled, transport, headers: Object.fromEntries(headers), secrets: {}, oauth: false });
}

/** The same rules as for what a person writes down; what is wrong is told without the value. */
function checked(definition: ConnectorDefinition): ForeignTarget {
  const parsed = (isHttpDefinition(definition) ? HttpDefinition : ProgramDefinition).safeParse(definition);
  if (!parsed.success) return unusable(parsed.error.issues[0]?.message ?? 'it does not fit a connector');
  return isHttpDefinition(parsed.data)
    ? { kind: 'http', definition: parsed.data }
    : { kind: 'program', definition: parsed.data };
}
