/** One command of the system by its absolute path: nothing of our environment, no shell, and an end. */
import { execa } from 'execa';

export interface OneShot {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

export type RunOneShot = (
  program: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
) => Promise<OneShot>;

const LIMIT_MS = 5000;
/** PowerShell takes seconds to begin on a busy machine. */
const WINDOWS_LIMIT_MS = 15_000;
const MAX_OUTPUT = 4 * 1024 * 1024;

/** `code` is undefined where it could not be started, took too long, or was ended. Never rejects. */
export const runOneShot: RunOneShot = async (program, args, env = {}) => {
  const { exitCode, stdout, stderr } = await execa(program, args, {
    env: { LC_ALL: 'C', ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: process.platform === 'win32' ? WINDOWS_LIMIT_MS : LIMIT_MS,
    maxBuffer: MAX_OUTPUT,
  });
  return { code: exitCode, out: stdout, err: stderr };
};
