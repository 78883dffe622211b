import { CompanionError } from '../../preload/contract/failure.ts';
import { printable } from './printable.ts';

/** The `code` of a system error, or an empty string. */
export function errorCode(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}

export function invalidConfig(path: string, problem: string): CompanionError {
  return new CompanionError(
    'E_CLIENT_CONFIG_INVALID',
    `${printable(path)} is not a configuration that can be edited: ${problem}. Nothing was written.`,
    'Open the file in an editor, correct that place, and try again.',
  );
}

export function unusablePath(path: string, what: string, next: string, cause?: unknown): CompanionError {
  return new CompanionError('E_CLIENT_FILE_ACCESS', `${printable(path)} ${what}. Nothing was written.`, next, {
    cause,
  });
}

/** Turns a system error about one path into words; anything else stays what it is. */
export function fileFailure(path: string, thrown: unknown): unknown {
  if (thrown instanceof CompanionError) return thrown;
  switch (errorCode(thrown)) {
    case 'EACCES':
    case 'EPERM':
      return unusablePath(path, 'may not be read or written by you', 'Check who owns the file and its folder.', thrown);
    case 'EROFS':
      return unusablePath(path, 'is on a read-only disk', 'Make the disk writable, then try again.', thrown);
    case 'ENOSPC':
    case 'EDQUOT':
      return unusablePath(path, 'cannot be written: the disk is full', 'Free some space, then try again.', thrown);
    case 'ELOOP':
      return unusablePath(
        path,
        'is a symbolic link that leads back to itself',
        'Remove the link, then try again.',
        thrown,
      );
    case 'ENOTDIR':
      return unusablePath(path, 'lies below something that is not a folder', 'Check the folders on that path.', thrown);
    default:
      return thrown;
  }
}

export function busy(path: string, why: string): CompanionError {
  return new CompanionError(
    'E_CLIENT_FILE_BUSY',
    `${printable(path)} could not be changed: ${why}. Nothing was written.`,
    'Close whatever is writing that file, then try again.',
  );
}
