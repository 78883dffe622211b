import { join } from 'node:path';
import { AuditRecord } from '../../../preload/contract/audit.ts';
import { parseLine } from '../line.ts';
import { listDirectory } from './directory.ts';
import { readLines } from './read-lines.ts';

/**
 * The hash of one record, as its line says and proves it; undefined where there is no such record. Reads one segment up to
 * it; what stands before is for `verify`.
 */
export async function hashAt(directory: string, chainId: string, seq: number): Promise<string | undefined> {
  const segment = listDirectory(directory).segments.findLast((one) => one.chainId === chainId && one.firstSeq <= seq);
  if (segment === undefined) return undefined;
  let at = segment.firstSeq;
  for await (const line of readLines(join(directory, segment.file))) {
    if (at < seq) {
      at += 1;
      continue;
    }
    const parsed = line.whole && !line.tooLong ? parseLine(line.bytes) : undefined;
    if (parsed?.kind !== 'line' || !parsed.fits) return undefined;
    const record = AuditRecord.safeParse(parsed.record);
    return record.success && record.data.chain_id === chainId && record.data.seq === seq ? parsed.hash : undefined;
  }
  return undefined;
}

/** Where a segment begins: the number of its first record and what that follows. Undefined where it cannot be read. */
export async function startOf(path: string): Promise<{ readonly seq: number; readonly prev: string } | undefined> {
  for await (const line of readLines(path)) {
    const parsed = line.whole && !line.tooLong ? parseLine(line.bytes) : undefined;
    if (parsed?.kind !== 'line' || !parsed.fits) return undefined;
    const record = AuditRecord.safeParse(parsed.record);
    return record.success ? { seq: record.data.seq, prev: parsed.prev } : undefined;
  }
  return undefined;
}
