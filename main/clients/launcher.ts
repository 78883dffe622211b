import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { CompanionError } from '../../preload/contract/failure.ts';
import { printable } from './printable.ts';
import { errorCode } from './refusals.ts';
import { replaceFile } from './replace-file.ts';

// Owns: the one program that client files name. Whoever can replace it runs as this person in every AI client, so it is
// never written into a folder that is a link or that somebody else can write to. Clients ask for trust again when a
// command changes, so the file is written only when its text differs.

const NAME = 'runlayer';

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/**
 * The POSIX sh launcher: two absolute paths, so that it works with an empty PATH (GUI apps have no shell PATH).
 * @throws CompanionError E_LAUNCHER_PATH for a path that is not absolute or cannot stand in a script.
 */
export function launcherText(nodePath: string, scriptPath: string): string {
  for (const path of [nodePath, scriptPath]) {
    if (isAbsolute(path) && !/[\0\r\n]/.test(path)) continue;
    throw new CompanionError(
      'E_LAUNCHER_PATH',
      `"${printable(path)}" cannot be started by the launcher: it must be an absolute path of one line.`,
      'Install the companion in another folder.',
    );
  }
  const node = quoted(nodePath);
  const script = quoted(scriptPath);
  return `#!/bin/sh
# Starts the Runlayer Companion command line. AI clients name this file; "runlayer setup install" writes it.
if [ ! -x ${node} ] || [ ! -f ${script} ]; then
  echo 'runlayer: the companion was moved or removed; run "runlayer setup install" from its new place' >&2
  exit 3
fi
exec ${node} ${script} "$@"
`;
}

export interface LauncherOptions {
  /** Absolute; made with mode 0755 where it is missing. */
  readonly directory: string;
  readonly nodePath: string;
  readonly scriptPath: string;
  readonly platform: NodeJS.Platform;
}

/**
 * Puts the launcher at `<directory>/runlayer` (0755) and returns that path; leaves an equal one untouched.
 * @throws CompanionError E_NOT_SUPPORTED on Windows, E_LAUNCHER_DIRECTORY, E_LAUNCHER_PATH.
 */
export async function installLauncher(options: LauncherOptions): Promise<string> {
  const { directory, platform } = options;
  if (platform === 'win32') {
    throw new CompanionError(
      'E_NOT_SUPPORTED',
      'On Windows the launcher is a program that comes with the installed app; this version cannot write one.',
      'Install the Runlayer Companion app, which brings runlayer.exe.',
    );
  }
  const text = launcherText(options.nodePath, options.scriptPath);
  await ensureSafe(directory);
  const path = join(directory, NAME);
  if (await isCurrent(path, text)) return path;
  await replaceFile(path, Buffer.from(text), { mode: 0o755, platform });
  return path;
}

function refuse(directory: string, what: string): CompanionError {
  return new CompanionError(
    'E_LAUNCHER_DIRECTORY',
    `${printable(directory)} ${what}, so the launcher is not safe there. Nothing was written.`,
    'Make it a folder that only you can write to (chmod 755), then try again.',
  );
}

async function ensureSafe(directory: string): Promise<void> {
  if (!isAbsolute(directory)) throw refuse(directory, 'is not an absolute path');
  await create(directory);
  await check(directory, false);
  // Whoever can write to the folder above can put another folder in its place; a sticky one (/tmp) forbids that.
  await check(dirname(directory), true);
}

async function create(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o755 });
    // The umask may have taken more away, or less than it should.
    await chmod(directory, 0o755);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    if (errorCode(error) !== 'ENOENT' || dirname(directory) === directory) throw error;
    await create(dirname(directory));
    await create(directory);
  }
}

async function check(directory: string, stickyIsFine: boolean): Promise<void> {
  const stat = await lstat(directory);
  if (stat.isSymbolicLink()) throw refuse(directory, 'is a symbolic link');
  if (!stat.isDirectory()) throw refuse(directory, 'is not a folder');
  const isSticky = stickyIsFine && (stat.mode & 0o1000) !== 0;
  if ((stat.mode & 0o022) !== 0 && !isSticky) throw refuse(directory, 'can be written to by other users');
  const me = process.getuid?.();
  if (me !== undefined && stat.uid !== me && stat.uid !== 0) throw refuse(directory, 'belongs to somebody else');
}

async function isCurrent(path: string, text: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat === undefined) return false;
  if (stat.isDirectory()) throw refuse(path, `is a folder where the file ${basename(path)} should be`);
  if (!stat.isFile() || (stat.mode & 0o777) !== 0o755 || stat.size !== Buffer.byteLength(text)) return false;
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return (await handle.readFile('utf8')) === text;
  } finally {
    await handle.close();
  }
}
