/**
 * What a connector is at the start of a session, as far as it can be known without the network: the command and the file that
 * it means; of a package runner the package, its version and integrity; of a server over HTTP its address. What is unknown is
 * null, and no difference.
 *
 * npx is looked up in its cache as it was before this start: what it fetches now is seen at the next one.
 */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { HttpDefinition, ProgramDefinition } from '../../../preload/contract/index.ts';
import { NO_IDENTITY, type Identity } from '../../pin/identity.ts';
import type { ResolvedCommand } from '../resolve-command.ts';
import { readPackageSpec } from '../risk/package-spec.ts';
import { lockedByNpx, NOT_LOCKED } from './npm-cache.ts';

export interface IdentityEnvironment {
  /** Of the server that is started. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
}

/** `resolved`: what consent found behind the command; undefined where that is not known. Never rejects. */
export async function identityOf(
  definition: ProgramDefinition | HttpDefinition,
  resolved: ResolvedCommand | undefined,
  { env, home = homedir() }: IdentityEnvironment,
): Promise<Identity> {
  if ('url' in definition) return { ...NO_IDENTITY, url: definition.url };
  const { command, args } = definition;
  const program: Identity = {
    ...NO_IDENTITY,
    command,
    path: resolved?.realPath ?? null,
    sha256: resolved?.sha256 ?? null,
  };
  const spec = readPackageSpec([command, ...args]);
  if (spec === undefined) return program;
  const locked = spec.runner === 'npx' ? await lockedByNpx(cacheOf(env, home), spec.all, spec.name) : NOT_LOCKED;
  return {
    ...program,
    ecosystem: spec.ecosystem,
    package: spec.name,
    version: locked.version ?? spec.version,
    integrity: locked.integrity,
  };
}

/** npm reads its settings in any case of letters; a relative cache depends on a folder that is not known here. */
function cacheOf(env: IdentityEnvironment['env'], home: string): string {
  const named = Object.entries(env).find(([name]) => name.toLowerCase() === 'npm_config_cache')?.[1];
  if (named !== undefined && isAbsolute(named)) return named;
  const local = env['LOCALAPPDATA'];
  return process.platform === 'win32' && local !== undefined ? join(local, 'npm-cache') : join(home, '.npm');
}
