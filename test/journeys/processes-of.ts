/** Finds processes by what they carry: a folder in their environment or command line, or a parent that does. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readStat } from '../../main/process/start-time.ts';

/** A pid alone may be somebody else's by the time that it is looked at again. */
export interface Known {
  readonly pid: number;
  readonly start: string;
  readonly what: string;
}

function text(pid: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

export function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function known(pid: number): Known | undefined {
  const stat = readStat(pid);
  if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return undefined;
  return { pid, start: stat.start, what: text(pid, 'cmdline').replaceAll('\0', ' ').trim() };
}

export function stillRuns(process: Known): boolean {
  return known(process.pid)?.start === process.start;
}

/** Processes that carry `needle` in environment or command line, and everything that descends from them. */
export function processesOf(needle: string): Known[] {
  const all = pids().filter((pid) => pid !== process.pid);
  const parents = new Map(all.map((pid) => [pid, parentOf(pid)]));
  const found = new Set(
    all.filter((pid) => text(pid, 'environ').includes(needle) || text(pid, 'cmdline').includes(needle)),
  );
  for (let grew = true; grew;) {
    grew = false;
    for (const [pid, parent] of parents) {
      if (!found.has(pid) && found.has(parent)) {
        found.add(pid);
        grew = true;
      }
    }
  }
  return [...found].flatMap((pid) => known(pid) ?? []);
}

/** Every command line of the machine that can be read. */
export function commandLines(): string {
  return pids()
    .map((pid) => text(pid, 'cmdline'))
    .join('\n');
}

export function environmentOf(pid: number): Record<string, string> {
  return Object.fromEntries(
    text(pid, 'environ')
      .split('\0')
      .filter((entry) => entry.includes('='))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

export function childrenOf(parent: number): Known[] {
  return pids()
    .filter((pid) => parentOf(pid) === parent)
    .flatMap((pid) => known(pid) ?? []);
}

/** Signals exactly the process that was found; a missing one is an error, because pid 0 would be our own group. */
export function signalProcess(target: Known | undefined, name: NodeJS.Signals): void {
  if (target === undefined || target.pid <= 1 || !stillRuns(target)) throw new Error('there is no process to signal');
  process.kill(target.pid, name);
}

/** The process behind a child that we started ourselves. */
export function knownChild(child: { readonly pid?: number | undefined }): Known | undefined {
  return child.pid === undefined ? undefined : known(child.pid);
}

/** A look at every process of the machine costs milliseconds, and several journeys look at once. */
const LOOK_MS = 30;

/** There is no event for somebody else's processes: looks again until it is so, or fails at the deadline. */
export async function until(what: string, holds: () => boolean, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(LOOK_MS);
  }
}
