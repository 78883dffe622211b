import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** The kernel keeps this much of a name in `/proc/<pid>/comm`. */
const COMM_LENGTH = 15;

/**
 * Whether a process with one of these program names runs now (any user's). Names are compared exactly; on Windows
 * without case and with `.exe`. What cannot be looked at counts as not running.
 */
export async function isRunning(names: readonly string[]): Promise<boolean> {
  const wanted = names.filter((name) => name !== '');
  if (wanted.length === 0) return false;
  if (process.platform === 'linux') return runsOnLinux(wanted);
  if (process.platform === 'win32') return runsOnWindows(wanted);
  const found = await Promise.all(wanted.map(runsOnMac));
  return found.includes(true);
}

async function runsOnLinux(names: readonly string[]): Promise<boolean> {
  // The limit is in bytes, and may cut a character in two.
  const wanted = new Set(names.map((name) => Buffer.from(name).subarray(0, COMM_LENGTH).toString()));
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const comms = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')));
  return comms.some((comm) => wanted.has(comm.replace(/\n$/, '')));
}

async function runsOnMac(name: string): Promise<boolean> {
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const { exitCode } = await execa('/usr/bin/pgrep', ['-x', '--', pattern], {
    reject: false,
    stdin: 'ignore',
    timeout: 5000,
  });
  return exitCode === 0;
}

async function runsOnWindows(names: readonly string[]): Promise<boolean> {
  const { stdout } = await execa('tasklist', ['/FO', 'CSV', '/NH'], {
    reject: false,
    stdin: 'ignore',
    timeout: 10_000,
  });
  return namesInTasklist(stdout, names);
}

/** `tasklist /FO CSV /NH`: the image name is the first quoted field of each line. */
export function namesInTasklist(csv: string, names: readonly string[]): boolean {
  const wanted = new Set(names.map((name) => name.toLowerCase().replace(/(?:\.exe)?$/, '.exe')));
  return csv.split(/\r?\n/).some((line) => {
    const image = /^"([^"]*)"/.exec(line)?.[1];
    return image !== undefined && wanted.has(image.toLowerCase());
  });
}
