import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { signalGroup } from './group.ts';

/**
 * The environment that a person has in a terminal (after VS Code's shellEnv). A program started from a desktop lacks
 * their PATH, and one started by a client has what the client chose to give it; a connector that holds a secret must
 * not believe the latter. Runs the login shell once, with rc files that may print, hang or start things: its own
 * session (no terminal to wait for), no stdin, killed as a group at the deadline. Whatever goes wrong, the answer is
 * the environment that was given, and a sentence that says what is missing.
 */
export interface LoginShellEnvironment {
  /** Never rejects; the shell runs once, on the first call. */
  get(): Promise<LoginShellResult>;
}

export interface LoginShellResult {
  readonly env: Record<string, string>;
  /** What went wrong, and that `env` is therefore only the companion's own. */
  readonly problem?: string;
}

export interface LoginShellOptions {
  /** Absolute path of the person's shell, from the user database rather than from $SHELL. */
  readonly shell: string;
  /** What the shell starts with (see session-environment.ts), and the answer where it fails. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** True of the shell that we asked and of where it happened to run, not of the person. */
const SHELL_OWN = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'RUNLAYER_RESOLVING_ENVIRONMENT']);

export function createLoginShellEnvironment(options: LoginShellOptions): LoginShellEnvironment {
  let result: Promise<LoginShellResult> | undefined;
  return {
    get() {
      result ??= resolve(options).catch((error: unknown) => ({
        env: { ...options.env },
        problem: problem(options.shell, error instanceof Error ? error.message : 'it failed'),
      }));
      return result;
    },
  };
}

function problem(shell: string, what: string): string {
  return `The environment of your login shell (${shell}) could not be read: ${what}. Servers get the companion's own; PATH and proxy settings from your shell's files are missing.`;
}

/** How each shell is asked to read the files of a login and, where it has them, of an interactive start. */
function shellFlags(shell: string): readonly string[] | undefined {
  switch (basename(shell)) {
    case 'bash':
    case 'zsh':
    case 'fish':
      return ['-i', '-l', '-c'];
    // Interactive mode of a plain sh reads only $ENV, which a client could have set, and complains without a terminal.
    case 'sh':
    case 'dash':
    case 'ash':
      return ['-l', '-c'];
    default:
      return undefined;
  }
}

async function resolve({ shell, env, timeoutMs = 10_000 }: LoginShellOptions): Promise<LoginShellResult> {
  if (process.platform === 'win32') return { env: { ...env } };
  const flags = shellFlags(shell);
  if (flags === undefined) return { env: { ...env }, problem: problem(shell, 'only sh, bash, zsh and fish are known') };
  const isFile = await stat(shell).then(
    (file) => file.isFile(),
    () => false,
  );
  if (!isFile) return { env: { ...env }, problem: problem(shell, 'there is no such program') };

  const begin = randomBytes(12).toString('hex');
  const end = randomBytes(12).toString('hex');
  const output = await ask(
    shell,
    [...flags, printBetween(begin, end, basename(shell) === 'fish')],
    env,
    Buffer.from(end),
    timeoutMs,
  );
  if (typeof output === 'string') return { env: { ...env }, problem: problem(shell, output) };
  const found = parsePayload(output, begin, end);
  if (found === undefined) return { env: { ...env }, problem: problem(shell, 'it ended without an answer') };
  return { env: found };
}

/**
 * The marks are written in two halves, so that a shell which echoes the command (`set -v`) does not print one. The
 * backslashes pass by aliases (fish has none, and reads `\c` as a control character), `command` and the full path by
 * functions.
 */
function printBetween(begin: string, end: string, isFish: boolean): string {
  const command = isFish ? 'command printf' : String.raw`\command \printf`;
  const print = (mark: string): string => `${command} '%s%s' '${mark.slice(0, 12)}' '${mark.slice(12)}'`;
  return `${print(begin)}; /usr/bin/env -0; ${print(end)}`;
}

/** Runs it; the bytes up to and with the end mark, or the reason why there are none. */
async function ask(
  shell: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  endMark: Buffer,
  timeoutMs: number,
): Promise<Buffer | string> {
  // Not execa: the answer is complete at the mark, which may be long before the process and its pipe end.
  const child = spawn(shell, args, {
    env: { ...env, RUNLAYER_RESOLVING_ENVIRONMENT: '1' },
    cwd: env['HOME'] ?? '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const answer = Promise.withResolvers<Buffer | string>();
  const chunks: Buffer[] = [];
  let length = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) answer.resolve('its files print too much');
    // A job that an rc file left behind may hold the pipe open, so the mark counts and not the end of the stream.
    else if (chunk.includes(endMark.at(-1) ?? 0)) {
      const all = Buffer.concat(chunks);
      if (all.includes(endMark)) answer.resolve(all);
    }
  });
  child.stdout.on('error', () => undefined);
  child.stdout.on('end', () => answer.resolve('it ended without an answer'));
  const timer = setTimeout(() => {
    answer.resolve(`it did not answer within ${Math.round(timeoutMs / 100) / 10} s`);
  }, timeoutMs);
  child.on('error', (error) => answer.resolve(`it could not be started (${error.message})`));
  // An exit without the mark ends the stream too, unless something that left the group holds it: then the deadline.
  child.on('exit', () => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  });
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    // Not after its exit: the number may be somebody else's by now.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      signalGroup(child.pid, 'SIGKILL');
    child.stdout.destroy();
  }
}

/** NUL-separated `NAME=value` between the marks; undefined when it is not there or holds no PATH. */
export function parsePayload(output: Buffer, begin: string, end: string): Record<string, string> | undefined {
  const to = output.lastIndexOf(end);
  if (to < 0) return undefined;
  const from = output.subarray(0, to).lastIndexOf(begin);
  if (from < 0) return undefined;
  const entries: [string, string][] = [];
  for (const entry of output
    .subarray(from + begin.length, to)
    .toString('utf8')
    .split('\0')) {
    const equals = entry.indexOf('=');
    if (equals <= 0) continue;
    const name = entry.slice(0, equals);
    if (!SHELL_OWN.has(name)) entries.push([name, entry.slice(equals + 1)]);
  }
  return entries.some(([name]) => name === 'PATH') ? Object.fromEntries(entries) : undefined;
}
