import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { signalGroup } from './group.ts';
import { pidSpace, removeRecord, writeRecord } from './process-record.ts';
import { REAPER_SCRIPT } from './reaper-script.ts';
import { readStat, startTime } from './start-time.ts';

export { sweepLeftovers } from './sweep.ts';

/**
 * Makes sure that no MCP server outlives the companion, even one that is killed with SIGKILL: a small shell process in
 * its own session holds a pipe from here and ends every tracked group when the pipe closes. The groups are also
 * written to a record file, for the case that both were killed (`sweepLeftovers`). It never signals a group while the
 * companion lives. When the reaper dies it is started again and told everything; when that fails, `onProblem` says so
 * and the record file still holds.
 */
export interface Reaper {
  /** Leader of a group that must not outlive us. A pid that is 0 or already gone is ignored. */
  track(pid: number): void;
  untrack(pid: number): void;
  /**
   * Lets the reaper end what is still tracked (at once when nothing is) and waits for it, at most 5 s (or, for one that was
   * killed meanwhile, for another). What is tracked later is ended on the spot: nobody would be left to do it.
   */
  close(): Promise<void>;
}

export interface ReaperOptions {
  /** Absolute; its directory exists. Written as `<recordFile>-<pid of this companion>`, 0600. */
  readonly recordFile: string;
  /** One sentence for the log; protection is reduced until the next `track` succeeds. */
  readonly onProblem?: (problem: string) => void;
}

const FIRST_RESTART_MS = 100;
const MAX_RESTART_MS = 30_000;
const HEALTHY_MS = 60_000;
const CLOSE_MS = 5000;
const UNKNOWN_START = '-';

export function createReaper(options: ReaperOptions): Reaper {
  // Windows: no groups to end and no pipe trick without a job object. Stated as a limit in the README.
  if (process.platform === 'win32') {
    return { track: () => undefined, untrack: () => undefined, close: () => Promise.resolve() };
  }
  return createPosixReaper(options);
}

function createPosixReaper({ recordFile, onProblem = () => undefined }: ReaperOptions): Reaper {
  const groups = new Map<number, string>();
  const space = pidSpace();
  let ownStart = readStat(process.pid)?.start;
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let restartMs = FIRST_RESTART_MS;
  let closing: Promise<void> | undefined;

  function launch(): ChildProcess {
    restart = undefined;
    const launchedAt = performance.now();
    // What it must know from its first moment on: we may be killed before a line is written.
    const known = [...groups].map(([group, start]) => `${group},${start}`);
    const next = spawn('/bin/sh', ['-c', REAPER_SCRIPT, 'runlayer-reaper', ...known], {
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child = next;
    let lost = false;
    const onLost = (): void => {
      if (lost) return;
      lost = true;
      if (child === next) child = undefined;
      if (closing !== undefined) return;
      if (performance.now() - launchedAt > HEALTHY_MS) restartMs = FIRST_RESTART_MS;
      if (restartMs > FIRST_RESTART_MS)
        onProblem('The process that ends servers after a crash keeps dying; it is started again.');
      restart = setTimeout(launch, restartMs);
      restart.unref();
      restartMs = Math.min(restartMs * 4, MAX_RESTART_MS);
    };
    next.on('error', onLost);
    next.on('exit', onLost);
    // It must not keep the companion alive: the companion's end is what it waits for.
    next.unref();
    // There is none where no descriptor is left for it.
    const stdin: Writable | undefined = next.stdin;
    stdin?.on('error', () => undefined);
    if (stdin !== undefined && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
    return next;
  }

  function tell(line: string): void {
    child?.stdin?.write(line);
  }

  function record(): void {
    if (ownStart === undefined) return;
    try {
      const known = [...groups].filter(([, start]) => start !== UNKNOWN_START);
      writeRecord(recordFile, {
        v: 1,
        ...space,
        owner: { pid: process.pid, start: ownStart },
        groups: known.map(([group, start]) => ({ group, start })),
      });
    } catch (error) {
      onProblem(
        `The record of running servers cannot be written: ${error instanceof Error ? error.message : 'unknown error'}.`,
      );
    }
  }

  function add(pid: number, start: string): void {
    groups.set(pid, start);
    tell(`add ${pid} ${start}\n`);
    record();
  }

  /** macOS asks `ps`, which takes some milliseconds; until then the group counts by having members. */
  async function learnStart(pid: number): Promise<void> {
    ownStart ??= await startTime(process.pid);
    const start = await startTime(pid);
    if (start !== undefined && groups.get(pid) === UNKNOWN_START) add(pid, start);
  }

  async function finish(last: ChildProcess): Promise<void> {
    if (last.exitCode !== null || last.signalCode !== null) return;
    const exited = once(last, 'exit', { signal: AbortSignal.timeout(CLOSE_MS) }).catch(() => undefined);
    last.ref();
    last.stdin?.end();
    await exited;
  }

  async function end(): Promise<void> {
    clearTimeout(restart);
    let last = child;
    if (last !== undefined) await finish(last);
    // It was killed, and nobody was there yet to do its work.
    const isKilled = last === undefined || last.signalCode !== null;
    if (isKilled && groups.size > 0) {
      last = launch();
      await finish(last);
    }
    // What was not ended is found by the next start.
    if (groups.size === 0 || last?.exitCode === 0) removeRecord(recordFile, process.pid);
  }

  launch();
  return {
    track(pid) {
      if (!Number.isInteger(pid) || pid <= 1) return;
      if (closing !== undefined) {
        signalGroup(pid, 'SIGKILL');
        return;
      }
      if (process.platform === 'linux') {
        const start = readStat(pid)?.start;
        if (start !== undefined) add(pid, start);
        return;
      }
      add(pid, UNKNOWN_START);
      learnStart(pid).catch(() => onProblem(`The start time of process ${pid} could not be read.`));
    },
    untrack(pid) {
      if (!groups.delete(pid)) return;
      tell(`remove ${pid}\n`);
      record();
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}
