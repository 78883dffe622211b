import { groupEnded, signalGroup } from './group.ts';
import { pidSpace, readRecords, removeRecord, type ProcessRecord } from './process-record.ts';
import { readStat, startTime } from './start-time.ts';

const TERM_TO_KILL_MS = 2000;
const GONE_MS = 1000;

/**
 * Ends what a companion that was killed together with its reaper left behind, and removes its record. Kills only
 * where pid and start time of the group's leader are both the recorded ones: a number that was reused, another boot,
 * another pid namespace, a companion that still lives (draining), or a record that does not parse kills nothing.
 * @param recordFile the same path that was given to `createReaper`
 * @returns how many groups were ended
 */
export async function sweepLeftovers(recordFile: string): Promise<number> {
  if (process.platform === 'win32') return 0;
  const here = pidSpace();
  let ended = 0;
  for (const { ownerPid, record } of readRecords(recordFile)) {
    if (record !== undefined && record.boot === here.boot) {
      // Pids of another namespace cannot be looked at from here; its own companion sweeps them.
      if (record.namespace !== here.namespace) continue;
      if (await isRunningOwner(ownerPid, record.owner.start)) continue;
      ended += await endGroups(record);
    }
    removeRecord(recordFile, ownerPid);
  }
  return ended;
}

/** A companion that was killed and not yet reaped by its parent still has its entry; it does nothing any more. */
async function isRunningOwner(pid: number, start: string): Promise<boolean> {
  if (readStat(pid)?.state === 'Z') return false;
  return (await startTime(pid)) === start;
}

async function endGroups(record: ProcessRecord): Promise<number> {
  const ends = await Promise.all(
    record.groups.map(async ({ group, start }) => {
      if ((await startTime(group)) !== start) return false;
      if (!signalGroup(group, 'SIGTERM')) return false;
      if (await groupEnded(group, TERM_TO_KILL_MS)) return true;
      // Members kept the number reserved all the time, so it is still the same group.
      signalGroup(group, 'SIGKILL');
      return groupEnded(group, GONE_MS);
    }),
  );
  return ends.filter(Boolean).length;
}
