import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { isAbsolute } from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CompanionError } from '../../preload/contract/failure.ts';
import { endTreeOnWindows, groupEnded, signalGroup } from './group.ts';
import { notStarted } from './not-started.ts';

/**
 * Starts MCP servers and ends them. It owns the process group of each: an argv array, never a shell, and nothing of
 * the group outlives its leader or `stop()`. It adds nothing to the environment, and never reads the pipes.
 * On failure `started` rejects with a CompanionError that says what to do; `exited` and `stop()` never reject.
 */

export interface SpawnOptions {
  /** Absolute path of the program. */
  readonly path: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  /** Also the id of its process group; 0 when it did not start. */
  readonly pid: number;
  /** Never emits an unhandled error: EPIPE after the server's end is expected and is told by `exited`. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Rejects with E_SERVER_NOT_STARTED. */
  readonly started: Promise<void>;
  /** The leader's end; both null when it did not start. Output that it wrote before may still be in the pipes. */
  readonly exited: Promise<ServerExit>;
  /**
   * Ends stdin, sends SIGTERM to the group after `graceMs` (default 2000, at most 3000) and SIGKILL 1.5 s later: all
   * of it is gone within 5 s. Resolves then; the pipes are closed. A second call joins the first.
   */
  stop(options?: { graceMs?: number }): Promise<void>;
}

const DEFAULT_GRACE_MS = 2000;
const MAX_GRACE_MS = 3000;
const TERM_TO_KILL_MS = 1500;
/** How long a killed group may take to vanish, and a closed pipe to be drained. */
const GONE_MS = 400;

const onWindows = process.platform === 'win32';

export function spawnServer(options: SpawnOptions): ServerProcess {
  const started = start(options);
  return started instanceof Error ? failedServer(options, started) : runningServer(options, started);
}

function start(options: SpawnOptions): ChildProcessWithoutNullStreams | Error {
  if (!isAbsolute(options.path) || !isAbsolute(options.cwd)) {
    return new CompanionError(
      'E_SERVER_NOT_STARTED',
      `The program (${options.path}) and the working directory (${options.cwd}) must be absolute paths.`,
      'Name absolute paths with "runlayer connectors edit <name>".',
    );
  }
  try {
    const child = spawn(options.path, options.args, {
      cwd: options.cwd,
      env: { ...options.env },
      // Own session and group on POSIX: no terminal to grab, and one kill(2) reaches every descendant that stays in it.
      detached: !onWindows,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    // EMFILE leaves a child without pipes and reports by event only.
    const pipes: readonly unknown[] = [child.stdin, child.stdout, child.stderr];
    if (pipes.every((pipe) => pipe !== null && pipe !== undefined)) return child;
    child.once('error', () => undefined);
    return Object.assign(new Error('no pipes'), { code: 'EMFILE' });
  } catch (error) {
    // E2BIG, ENOTDIR and NUL characters are thrown at once; the rest arrives as an event.
    return error instanceof Error ? error : new Error(String(error));
  }
}

function runningServer(options: SpawnOptions, child: ChildProcessWithoutNullStreams): ServerProcess {
  const { stdin, stdout, stderr } = child;
  for (const pipe of [stdin, stdout, stderr]) pipe.on('error', () => undefined);

  const ended = Promise.withResolvers<ServerExit>();
  const spawned = Promise.withResolvers<void>();
  const closed = once(child, 'close').catch(() => undefined);
  let hasExited = false;

  child.once('spawn', () => spawned.resolve());
  child.once('exit', (code, signal) => {
    hasExited = true;
    // Right here, while the number cannot yet belong to anybody else: a group lives on under its leader's pid.
    if (!onWindows && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    ended.resolve({ code, signal });
  });
  // After a start an 'error' is a signal that could not be sent; before it, the reason why there is no process.
  child.on('error', (error) => {
    if (child.pid !== undefined) return;
    hasExited = true;
    ended.resolve({ code: null, signal: null });
    spawned.resolve(rejectWithReason(options, error));
  });
  // Who does not wait for `started` must not take the companion down.
  spawned.promise.catch(() => undefined);

  const pid = child.pid ?? 0;

  async function end(graceMs: number): Promise<void> {
    stdin.end();
    await raceExit(graceMs);
    if (!hasExited && !onWindows) {
      signalGroup(pid, 'SIGTERM');
      await raceExit(TERM_TO_KILL_MS);
    }
    if (!hasExited) {
      if (onWindows) await endTreeOnWindows(pid);
      else signalGroup(pid, 'SIGKILL');
      await raceExit(GONE_MS);
    }
    if (!onWindows && pid !== 0) await groupEnded(pid, GONE_MS);
    // A process that left the group may still hold the other end; its pipe must not keep us waiting.
    await Promise.race([closed, delay(GONE_MS, undefined, { ref: false })]);
    for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
  }

  async function raceExit(timeoutMs: number): Promise<void> {
    const timer = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([ended.promise, late]);
    timer.abort();
  }

  let stopping: Promise<void> | undefined;
  return {
    pid,
    stdin,
    stdout,
    stderr,
    started: spawned.promise,
    exited: ended.promise,
    stop({ graceMs = DEFAULT_GRACE_MS } = {}) {
      stopping ??= end(Math.min(Math.max(graceMs, 0), MAX_GRACE_MS));
      return stopping;
    },
  };
}

async function rejectWithReason(options: SpawnOptions, cause: Error): Promise<never> {
  throw cause instanceof CompanionError ? cause : await notStarted(options, cause);
}

/** A server that never was: pipes that are at their end, and the reason in `started`. */
function failedServer(options: SpawnOptions, cause: Error): ServerProcess {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stdin.on('error', () => undefined);
  stdin.resume();
  stdout.end();
  stderr.end();
  const started = rejectWithReason(options, cause);
  started.catch(() => undefined);
  return {
    pid: 0,
    stdin,
    stdout,
    stderr,
    started,
    exited: Promise.resolve({ code: null, signal: null }),
    stop: () => Promise.resolve(),
  };
}
