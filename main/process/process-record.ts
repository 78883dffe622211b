import { readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

/**
 * What a companion writes down about the process groups that it started, for the next one to sweep up: one file per
 * companion (`<recordFile>-<pid>`), so that a host that drains and the app that takes over never overwrite each other.
 * A file that does not fit the schema is worth nothing and says nothing about whom to kill.
 */
const Start = z.string().regex(/^[A-Za-z0-9:_]{1,64}$/);
const Pid = z.number().int().min(2);

const ProcessRecord = z.strictObject({
  v: z.literal(1),
  /** Linux start times count from the boot, so they mean nothing after the next one. */
  boot: z.string(),
  /** Another pid namespace (a container that shares this home) numbers other processes. */
  namespace: z.string(),
  owner: z.strictObject({ pid: z.number().int().min(1), start: Start }),
  groups: z.array(z.strictObject({ group: Pid, start: Start })).max(100_000),
});
export type ProcessRecord = z.infer<typeof ProcessRecord>;

function orEmpty(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

/** Which boot and which pid namespace pids of this process belong to; empty texts where the system does not say. */
export function pidSpace(): { boot: string; namespace: string } {
  return {
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    namespace: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
  };
}

export function recordPath(recordFile: string, ownerPid: number): string {
  return `${recordFile}-${ownerPid}`;
}

/** Replaces a record in one step, mode 0600. Synchronous (about 1 ms): it must be there before the next event. */
export function writeRecord(recordFile: string, record: ProcessRecord): void {
  const path = recordPath(recordFile, record.owner.pid);
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  // wx: never through a link that somebody else put there.
  writeFileSync(fresh, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
}

export function removeRecord(recordFile: string, ownerPid: number): void {
  const path = recordPath(recordFile, ownerPid);
  rmSync(path, { force: true });
  rmSync(`${path}.new`, { force: true });
}

/** Every record beside `recordFile`; `record` is undefined for one that cannot be read or does not fit. */
export function readRecords(recordFile: string): { ownerPid: number; record: ProcessRecord | undefined }[] {
  const prefix = `${basename(recordFile)}-`;
  let names: string[];
  try {
    names = readdirSync(dirname(recordFile));
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(prefix) && /^\d{1,10}$/.test(name.slice(prefix.length)))
    .map((name) => {
      const ownerPid = Number(name.slice(prefix.length));
      return { ownerPid, record: readRecord(join(dirname(recordFile), name), ownerPid) };
    });
}

function readRecord(path: string, ownerPid: number): ProcessRecord | undefined {
  try {
    const parsed = ProcessRecord.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success && parsed.data.owner.pid === ownerPid ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
