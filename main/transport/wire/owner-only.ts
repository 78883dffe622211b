/**
 * Checks that a folder is ours alone before anything is read from it, written to it or connected in it. The checks are
 * made on the folder itself, never through a symbolic link. Imports node: modules only; both sides make them.
 */
import { lstatSync, mkdirSync } from 'node:fs';

export type FolderProblem = {
  readonly code: 'E_HOME_MISSING' | 'E_HOME_UNSAFE';
  readonly message: string;
  readonly next: string;
};

/** What is wrong with `directory`, or undefined when it is a real folder of this user with mode 0700. */
export function folderProblem(directory: string): FolderProblem | undefined {
  let stat;
  try {
    stat = lstatSync(directory);
  } catch {
    return {
      code: 'E_HOME_MISSING',
      message: `${directory} does not exist.`,
      next: 'Start the companion with "runlayer serve".',
    };
  }
  const unsafe = (message: string, next: string): FolderProblem => ({ code: 'E_HOME_UNSAFE', message, next });
  if (stat.isSymbolicLink())
    return unsafe(
      `${directory} is a symbolic link.`,
      'Replace it by a real folder, or set RUNLAYER_COMPANION_HOME to one.',
    );
  if (!stat.isDirectory())
    return unsafe(`${directory} is not a folder.`, 'Move it away, or set RUNLAYER_COMPANION_HOME to another folder.');
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  if (stat.uid !== uid)
    return unsafe(
      `${directory} belongs to another user.`,
      `Make it yours with "chown ${uid} ${directory}", or set RUNLAYER_COMPANION_HOME to a folder of your own.`,
    );
  if ((stat.mode & 0o077) !== 0) {
    const mode = (stat.mode & 0o777).toString(8).padStart(3, '0');
    return unsafe(
      `${directory} is open to other users (mode ${mode}).`,
      `Close it with "chmod 700 ${directory}" after you looked at who could have changed it.`,
    );
  }
  return undefined;
}

/** Creates the folder with mode 0700 where it is missing, then checks it. */
export function ensureOwnFolder(directory: string): FolderProblem | undefined {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return folderProblem(directory);
}
