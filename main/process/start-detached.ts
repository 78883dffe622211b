import { spawn, type StdioOptions } from 'node:child_process';
import { closeSync, constants, fchmodSync, openSync } from 'node:fs';

export interface DetachedOptions {
  /** Absolute path of the program. */
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** stdout and stderr are appended here, mode 0600; without it they go nowhere. */
  readonly logFile?: string;
}

/**
 * Starts a program that outlives the caller: own session, no terminal, nothing inherited, not waited for. Imports only
 * Node's own modules, because the thin client uses it and must start fast.
 * @throws the system's own error (`code` is ENOENT, EACCES, …) when it could not be started; the caller knows which
 * sentence to make of it.
 */
export function startDetached(options: DetachedOptions): { pid: number } {
  const log = options.logFile === undefined ? undefined : openLog(options.logFile);
  try {
    const stdio: StdioOptions = log === undefined ? 'ignore' : ['ignore', log, log];
    const child = spawn(options.path, options.args, {
      cwd: options.cwd,
      env: { ...options.env },
      detached: true,
      shell: false,
      stdio,
      windowsHide: true,
    });
    // With no pid the reason comes as an event; libuv's own number is there now.
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw notStarted(options);
    return { pid: child.pid };
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function notStarted({ path, cwd }: DetachedOptions): Error {
  return Object.assign(new Error(`${path} could not be started in ${cwd}`), { code: 'ENOENT' });
}

function openLog(path: string): number {
  // A link in its place could aim the log at any file of ours. Windows has no O_NOFOLLOW.
  const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow;
  const fd = openSync(path, flags, 0o600);
  fchmodSync(fd, 0o600);
  return fd;
}
