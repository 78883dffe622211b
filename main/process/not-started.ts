import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { CompanionError } from '../../preload/contract/failure.ts';

const EDIT = 'correct it with "runlayer connectors edit <name>"';

interface Attempt {
  readonly path: string;
  readonly cwd: string;
}

/** The system's code of an error (`ENOENT`), or an empty text. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * Says why a server could not be started. spawn(2) gives one code for several causes (ENOENT: no program, no working
 * directory, or a script whose interpreter is missing), so the file system is asked which one it was. The sentence
 * names the program and the directory, never arguments or environment: those may hold what a person thinks is secret.
 */
export async function notStarted(attempt: Attempt, cause: unknown): Promise<CompanionError> {
  const [message, next] = await explain(attempt, systemCode(cause));
  return new CompanionError('E_SERVER_NOT_STARTED', message, next, { cause });
}

async function explain({ path, cwd }: Attempt, code: string): Promise<readonly [string, string]> {
  const directory = await stat(cwd).catch((error: unknown) => systemCode(error));
  const cwdStep = `Create the directory, or ${EDIT}.`;
  if (directory === 'ENOENT') return [`The working directory ${cwd} does not exist.`, cwdStep];
  if (typeof directory === 'string') return [`The working directory ${cwd} cannot be reached (${directory}).`, cwdStep];
  if (!directory.isDirectory())
    return [`The working directory ${cwd} is not a directory.`, `Name a directory: ${EDIT}.`];

  switch (code) {
    case 'E2BIG':
      return [
        `The arguments and environment for ${path} are larger than the system takes.`,
        `Shorten the arguments or the environment, or move large values into a file: ${EDIT}.`,
      ];
    case 'EMFILE':
    case 'ENFILE':
    case 'EAGAIN':
    case 'ENOMEM':
      return [
        `The system has no room for another process (${code}).`,
        'Close some programs or raise the limit (ulimit -n, ulimit -u), then start the connector again.',
      ];
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EACCES':
      return explainFile(path, cwd, code);
    case 'EINVAL':
      if (/\.(?:cmd|bat)$/i.test(path)) {
        return [
          `${path} is a batch file, which Windows can only run through a shell.`,
          `Name the program behind it (for npx: node with the path of npx-cli.js): ${EDIT}.`,
        ];
      }
      break;
    case 'ERR_INVALID_ARG_VALUE':
      return [`A NUL character in what is started (${path}).`, `Remove it: ${EDIT}.`];
    default:
  }
  return [`${path} could not be started (${code === '' ? 'unknown error' : code}).`, `Try it by hand, or ${EDIT}.`];
}

async function explainFile(path: string, cwd: string, code: string): Promise<readonly [string, string]> {
  const file = await stat(path).catch((error: unknown) => systemCode(error));
  if (file === 'ENOENT') return [`${path} does not exist.`, `Install the program, or ${EDIT}.`];
  if (file === 'ENOTDIR')
    return [`${path} leads through something that is not a directory.`, `Name the right path: ${EDIT}.`];
  if (typeof file === 'string')
    return [`${path} cannot be reached (${file}).`, `Give yourself access to it, or ${EDIT}.`];
  if (!file.isFile()) return [`${path} is not a file that can be run.`, `Name a program: ${EDIT}.`];
  if (!(await allowed(path))) return [`${path} is not executable.`, `Make it so (chmod +x), or ${EDIT}.`];
  if (!(await allowed(cwd))) return [`The working directory ${cwd} may not be entered.`, `Name another: ${EDIT}.`];
  if (code === 'EACCES') {
    return [`${path} may not be run (the disk may be mounted "noexec").`, `Move it to another disk, or ${EDIT}.`];
  }
  return [
    `${path} is there, but the interpreter named in its first line (or its loader) is not.`,
    `Install the interpreter, or ${EDIT}.`,
  ];
}

async function allowed(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
