/** A key that the companion was started with, for automation. Of the companion's own environment alone, and kept nowhere. */
import { hostOf } from './tenant-host.ts';
import { isTenantKey } from './tenant-keys.ts';

export interface EnvironmentKey {
  readonly key: string;
  /** Undefined: of the default tenant. */
  readonly host: string | undefined;
}

/** Undefined where there is none; `problem` where there is one that cannot be used. Neither is ever shown. */
export function environmentKey(env: Readonly<Record<string, string | undefined>>): {
  readonly given: EnvironmentKey | undefined;
  readonly problem?: string;
} {
  const key = env['RUNLAYER_API_KEY'] ?? '';
  if (key === '') return { given: undefined };
  if (!isTenantKey(key))
    return { given: undefined, problem: 'RUNLAYER_API_KEY is not used: a key begins with rl_ and is one word.' };
  const base = env['RUNLAYER_BASE_URL'] ?? '';
  if (base === '') return { given: { key, host: undefined } };
  const host = hostOf(base);
  if (host === undefined)
    return { given: undefined, problem: 'RUNLAYER_API_KEY is not used: RUNLAYER_BASE_URL is no address of a tenant.' };
  return { given: { key, host } };
}
