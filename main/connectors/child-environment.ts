import { classOf, isTakenFromLogin } from './variable-names.ts';

/**
 * Composes the environment of one server. It never invents a value and never lets a client load code into a server;
 * where a secret is involved the client also has no say in where programs, packages and certificates come from, or
 * in whom the server talks to, because a repository's client entry could otherwise aim the secret elsewhere.
 */

type Environment = Readonly<Record<string, string>>;

export interface EnvironmentSources {
  /** As the thin client received it from the AI client. */
  readonly client: Environment;
  /** The person's login shell (main/process/login-shell-environment.ts). */
  readonly login: Environment;
  /** Of the definition, covered by consent: nothing in it is dropped. */
  readonly definitionEnv: Environment;
  /** Secret values by variable name. */
  readonly secrets: Environment;
  readonly holdsSecret: boolean;
  /** See {@link isGuiStart}. */
  readonly guiStart: boolean;
  readonly platform?: NodeJS.Platform;
}

/** A client that was started from a desktop has neither; its PATH is then the system's bare one. */
export function isGuiStart(client: Environment): boolean {
  return (client['SHELL'] ?? '') === '' && (client['TERM'] ?? '') === '';
}

/**
 * Layers, each over the one before; an empty value never overrides. (1) the client's variables without ours and
 * loaders; for a connector that holds a secret also without those that aim, which come from the login shell instead.
 * (2) the definition's. (3) secrets. Names that are empty or hold `=` or NUL, and values that hold NUL, are dropped:
 * spawn(2) would cut or refuse them.
 */
export function childEnvironment(sources: EnvironmentSources): Record<string, string> {
  const { client, login, holdsSecret, platform = process.platform } = sources;
  const result = new Map<string, readonly [string, string]>();
  // Windows compares names without case; the last writer also decides how the name is spelt.
  const keyOf = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  const put = (name: string, value: string): void => {
    if (!isPassable(name, value)) return;
    if (value === '' && result.has(keyOf(name))) return;
    result.set(keyOf(name), [name, value]);
  };

  // With a secret even an empty value of the definition stands against the client's.
  const own = new Set(holdsSecret ? [sources.definitionEnv, sources.secrets].flatMap(Object.keys).map(keyOf) : []);
  for (const [name, value] of Object.entries(client)) {
    if (own.has(keyOf(name))) continue;
    const kind = classOf(name, platform);
    if (kind === 'plain' || (kind === 'aim' && !holdsSecret)) put(name, value);
  }
  for (const [name, value] of Object.entries(login)) {
    if (isTakenFromLogin(name, platform) || (holdsSecret && classOf(name, platform) === 'aim')) put(name, value);
  }
  if (!holdsSecret) {
    const path = searchPath(
      valueOf(client, 'PATH', platform),
      valueOf(login, 'PATH', platform),
      sources.guiStart,
      platform,
    );
    if (path !== '') put('PATH', path);
  }
  for (const [name, value] of Object.entries(sources.definitionEnv)) put(name, value);
  // An empty secret is none: servers tell "not set" from "set to nothing", and only the first has a clear error.
  for (const [name, value] of Object.entries(sources.secrets)) if (value !== '') put(name, value);
  return Object.fromEntries(result.values());
}

function isPassable(name: string, value: string): boolean {
  // On Windows names such as `=C:` exist; they are the command processor's own.
  return name !== '' && !/[=\0]/.test(name) && typeof value === 'string' && !value.includes('\0');
}

function valueOf(env: Environment, name: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return env[name] ?? '';
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1] ?? '';
}

/** The client's PATH; the login shell's entries follow on a start from the desktop, or stand in for a missing one. */
function searchPath(client: string, login: string, guiStart: boolean, platform: NodeJS.Platform): string {
  if (client === '') return login;
  if (!guiStart || login === '') return client;
  const separator = platform === 'win32' ? ';' : ':';
  const known = new Set(client.split(separator));
  const further = login.split(separator).filter((entry) => entry !== '' && !known.has(entry));
  return [client, ...further].join(separator);
}
