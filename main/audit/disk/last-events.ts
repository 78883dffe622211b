import { join } from 'node:path';
import { AuditRecord, type EventRecord } from '../../../preload/contract/audit.ts';
import { parseLine } from '../line.ts';
import { listDirectory } from './directory.ts';
import { readLines } from './read-lines.ts';

/**
 * The newest events of one name from the journal itself, for where the log index cannot be asked: reads all of it, and trusts
 * its lines no further than the index does. Rejects where a file cannot be read.
 */
export async function lastEvents(
  directory: string,
  event: EventRecord['event'],
  limit: number,
): Promise<EventRecord[]> {
  const sign = Buffer.from(`"${event}"`);
  let last: EventRecord[] = [];
  for (const { file } of listDirectory(directory).segments) {
    for await (const { bytes, whole, tooLong } of readLines(join(directory, file))) {
      if (!whole || tooLong || !bytes.includes(sign)) continue;
      const line = parseLine(bytes);
      const record = line.kind === 'line' ? AuditRecord.safeParse(line.record) : undefined;
      if (record?.success !== true || record.data.kind !== 'event' || record.data.event !== event) continue;
      last = [...last, record.data].toSorted(newestFirst).slice(0, limit);
    }
  }
  return last;
}

/** As the index has them. */
function newestFirst(a: EventRecord, b: EventRecord): number {
  if (a.time !== b.time) return a.time < b.time ? 1 : -1;
  return b.seq - a.seq;
}
