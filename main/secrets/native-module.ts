import type { LoadModule } from './backend.ts';

/**
 * Loads a native module and returns the object that `fits` (a CommonJS module imported from ESM keeps its exports on
 * `default`). Undefined when the module is absent, was not built or is not what it should be: a keychain that cannot be had
 * is a state of this machine, not a crash.
 */
export async function loadNative<T extends object>(
  load: LoadModule,
  fits: (candidate: object) => candidate is T,
): Promise<T | undefined> {
  let loaded: unknown;
  try {
    loaded = await load();
  } catch {
    return undefined;
  }
  if (typeof loaded !== 'object' || loaded === null) return undefined;
  const candidates: unknown[] = ['default' in loaded ? loaded.default : undefined, loaded];
  for (const candidate of candidates) {
    if (typeof candidate === 'object' && candidate !== null && fits(candidate)) return candidate;
  }
  return undefined;
}

/** Whether `candidate` has all of `names` as functions. */
export function hasFunctions(candidate: object, names: readonly string[]): boolean {
  return names.every((name) => typeof Reflect.get(candidate, name) === 'function');
}
