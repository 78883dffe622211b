import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { readStat } from './start-time.ts';

/** Sends a signal to a whole process group; false when nobody is left in it (or nobody whom we may signal). */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  // kill(-0) and kill(-1) would reach our own group and everybody.
  if (!Number.isInteger(group) || group <= 1) return false;
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a process group has a member that still runs. A zombie counts as gone: in a container without an init
 * nobody ever reaps an orphan.
 */
export function groupIsAlive(group: number): boolean {
  if (!Number.isInteger(group) || group <= 1) return false;
  try {
    process.kill(-group, 0);
  } catch (error) {
    // EPERM: there are members, but another user's (sudo).
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  if (process.platform !== 'linux') return true;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readStat(Number(entry));
    if (stat?.group === group && stat.state !== 'Z' && stat.state !== 'X') return true;
  }
  return false;
}

/** Waits until a group is gone; false when it is still there at the deadline. There is no event for an orphan's end. */
export async function groupEnded(group: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  let pauseMs = 5;
  while (groupIsAlive(group)) {
    if (performance.now() >= deadline) return false;
    await delay(pauseMs);
    pauseMs = Math.min(pauseMs * 2, 50);
  }
  return true;
}

/** Windows has no process groups: its own tool ends a process with everything that descends from it. */
export async function endTreeOnWindows(pid: number): Promise<void> {
  if (pid <= 1) return;
  await execa('taskkill', ['/T', '/F', '/PID', String(pid)], { reject: false, stdin: 'ignore', timeout: 5000 });
}
