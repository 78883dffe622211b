import { realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import which from 'which';
import { programContent } from './program-content.ts';

export interface ResolvedCommand {
  /** Absolute path that is executed. */
  readonly path: string;
  /** The same with symbolic links resolved. */
  readonly realPath: string;
  /** Of its content, where this user could replace the file (program-content.ts). */
  readonly sha256?: string;
}

/**
 * Finds the file that a command means; undefined when there is no executable regular file. An absolute command stays,
 * one with a separator is taken from `cwd` (without a cwd it means nothing: never the companion's own), and a bare
 * name is looked up in `pathVariable`. Empty and relative entries of PATH are passed over, because they would let the
 * directory that a client happens to be in choose the program. On Windows PATHEXT of the companion applies and, unlike
 * in cmd.exe, the current directory is not searched.
 */
export async function resolveCommand(
  command: string,
  pathVariable: string | undefined,
  cwd?: string,
): Promise<ResolvedCommand | undefined> {
  for (const candidate of candidates(command, pathVariable ?? '', cwd)) {
    // An absolute path, so `which` searches nothing; it checks mode bits and, on Windows, tries the extensions.
    const path = await which(candidate, { nothrow: true, path: '' });
    if (path === null) continue;
    const found = await regularFile(path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function candidates(command: string, pathVariable: string, cwd: string | undefined): string[] {
  if (command === '' || command.includes('\0')) return [];
  if (isAbsolute(command)) return [command];
  if (/[/\\]/.test(command) && (process.platform === 'win32' || command.includes('/'))) {
    return cwd === undefined || !isAbsolute(cwd) ? [] : [resolve(cwd, command)];
  }
  if (command === '.' || command === '..') return [];
  return pathVariable
    .split(delimiter)
    .map((entry) => entry.replace(/^"(.*)"$/, '$1'))
    .filter((entry) => isAbsolute(entry) && !entry.includes('\0'))
    .map((entry) => join(entry, command));
}

async function regularFile(path: string): Promise<ResolvedCommand | undefined> {
  try {
    const real = await realpath(path);
    if (!(await stat(real)).isFile()) return undefined;
    const sha256 = await programContent(real);
    return { path, realPath: real, ...(sha256 === undefined ? {} : { sha256 }) };
  } catch {
    return undefined;
  }
}
