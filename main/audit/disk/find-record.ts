import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { AuditRecord } from '../../../preload/contract/audit.ts';
import { parseLine } from '../line.ts';
import { listDirectory } from './directory.ts';
import { readLines } from './read-lines.ts';
import { readTail } from './tail.ts';
import type { KeptHead } from '../trust.ts';

/** Where the chains of a folder end that are asked for, the one written last in front. One whose end is damaged is left out. */
export function chainEnds(directory: string, isWanted: (chainId: string) => boolean): KeptHead[] {
  const { segments, corrupt } = listDirectory(directory);
  const setAside = new Set(corrupt.map(({ chainId }) => chainId));
  const last = new Map(segments.map((segment) => [segment.chainId, segment]));
  return [...last.values()]
    .filter(({ chainId }) => isWanted(chainId) && !setAside.has(chainId))
    .flatMap((segment) => {
      const path = join(directory, segment.file);
      const stats = lstatSync(path);
      const tail = stats.isFile() ? readTail(path, segment) : undefined;
      if (tail?.kind !== 'record') return [];
      return [{ at: stats.mtimeMs, end: { chainId: segment.chainId, seq: tail.seq, hash: tail.hash } }];
    })
    .sort((a, b) => b.at - a.at)
    .map(({ end }) => end);
}

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
