/**
 * What npx has in its cache for a package: version and integrity from npm's own lock, without the network and without
 * starting anything. What is not there, is too large, or does not fit is not known.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '../../../preload/contract/index.ts';

export interface Locked {
  readonly version: string | null;
  readonly integrity: string | null;
}

export const NOT_LOCKED: Locked = { version: null, integrity: null };

/** Locks of large servers have some thousand packages, about 1 MiB. */
const MAX_LOCK_BYTES = 8 * 1024 * 1024;
const MAX_VALUE = 512;

/** `specs`: everything that npx is told to fetch, as it is written. npm names the folder after it. */
export async function lockedByNpx(cache: string, specs: readonly string[], name: string): Promise<Locked> {
  const sorted = specs.toSorted((a, b) => a.localeCompare(b, 'en'));
  const folder = createHash('sha512').update(sorted.join('\n')).digest('hex').slice(0, 16);
  const text = await readBounded(join(cache, '_npx', folder, 'node_modules', '.package-lock.json'));
  if (text === undefined) return NOT_LOCKED;
  const entry = entryOf(text, `node_modules/${name}`);
  return entry === undefined ? NOT_LOCKED : { version: word(entry['version']), integrity: word(entry['integrity']) };
}

function entryOf(text: string, key: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const lock: unknown = JSON.parse(text);
    const packages = isJsonObject(lock) ? lock['packages'] : undefined;
    const entry = isJsonObject(packages) && Object.hasOwn(packages, key) ? packages[key] : undefined;
    return isJsonObject(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function word(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_VALUE ? value : null;
}

async function readBounded(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    return stat.isFile() && stat.size <= MAX_LOCK_BYTES ? await file.readFile('utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
