import { readFileSync } from 'node:fs';
import { execa } from 'execa';

/**
 * When a process started, as an opaque word that is equal only for the same process: a pid alone is reused by the
 * system, pid and start time together are not. Linux: clock ticks since boot; macOS: the date that `ps` prints.
 */

/** What is read of `/proc/<pid>/stat` (proc(5)). */
export interface ProcessStat {
  readonly comm: string;
  readonly state: string;
  readonly group: number;
  readonly session: number;
  readonly start: string;
}

/**
 * Parses one `/proc/<pid>/stat`. The program's name stands in parentheses and may itself hold spaces, parentheses and
 * newlines, so the numbers are counted from the last `)`. Undefined when the text does not have that form.
 */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const rest = text
    .slice(close + 1)
    .trim()
    .split(/\s+/);
  const [state, , group, session] = rest;
  // Field 22 of the line; state is field 3 and comes first in `rest`.
  const start = rest[19];
  if (state === undefined || group === undefined || session === undefined || start === undefined) return undefined;
  if (!/^[A-Za-z]$/.test(state) || !/^\d{1,20}$/.test(start)) return undefined;
  return {
    comm: text.slice(open + 1, close),
    state,
    group: Number(group),
    session: Number(session),
    start,
  };
}

/** Linux only: what the kernel says about a process at this moment; undefined when there is none. */
export function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** `ps -o lstart=` as one word (`Mon_Jan__5_…` becomes `Mon_Jan_5_…`); undefined for no output. */
export function lstartWord(output: string): string | undefined {
  const word = output.trim().split(/\s+/).join('_');
  return /^[A-Za-z0-9:_]{8,64}$/.test(word) ? word : undefined;
}

/** The start time of a running (or not yet reaped) process; undefined when there is none, or on Windows. */
export async function startTime(pid: number): Promise<string | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') return readStat(pid)?.start;
  if (process.platform === 'win32') return undefined;
  const { stdout } = await execa('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
    env: { LC_ALL: 'C', TZ: 'UTC' },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 5000,
  });
  return lstartWord(stdout);
}
