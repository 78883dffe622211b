import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { AuditRecord } from '../../../preload/contract/audit.ts';
import { parseLine } from '../line.ts';
import { listDirectory } from './directory.ts';
import { readLines } from './read-lines.ts';
import { realIo } from './segment-io.ts';
import { readTail } from './tail.ts';
import type { SegmentName } from '../segment-name.ts';
import type { KeptHead } from '../trust.ts';

/**
 * Where the chains of a folder end that are asked for, the one written last in front. One whose end is damaged is left out;
 * of one whose damaged end was set aside it is the end of what is left.
 */
export function chainEnds(directory: string, isWanted: (chainId: string) => boolean): KeptHead[] {
  return findEnds(directory, isWanted).map(({ end }) => end);
}

/** The same for chains that other hosts write or wrote: on the disk before it is told. What cannot be synced is left out. */
export async function syncedEnds(directory: string, isWanted: (chainId: string) => boolean): Promise<KeptHead[]> {
  const ends: KeptHead[] = [];
  for (const { path, end } of findEnds(directory, isWanted)) if (await isSynced(path)) ends.push(end);
  if (ends.length > 0) await realIo.syncDirectory(directory);
  return ends;
}

interface FoundEnd {
  readonly path: string;
  readonly at: number;
  readonly end: KeptHead;
}

function findEnds(directory: string, isWanted: (chainId: string) => boolean): FoundEnd[] {
  const segments = listDirectory(directory).segments.filter(({ chainId }) => isWanted(chainId));
  const chains = Map.groupBy(segments, ({ chainId }) => chainId);
  return [...chains.values()].flatMap((chain) => endOf(directory, chain) ?? []).sort((a, b) => b.at - a.at);
}

function endOf(directory: string, chain: readonly SegmentName[]): FoundEnd | undefined {
  for (const segment of chain.toReversed()) {
    const path = join(directory, segment.file);
    const stats = lstatSync(path);
    const tail = stats.isFile() ? readTail(path, segment) : undefined;
    // Begun, and nothing in it yet: the end is in the one before.
    if (tail?.kind === 'empty') continue;
    if (tail?.kind !== 'record') return undefined;
    return { path, at: stats.mtimeMs, end: { chainId: segment.chainId, seq: tail.seq, hash: tail.hash } };
  }
  return undefined;
}

async function isSynced(path: string): Promise<boolean> {
  try {
    const fd = realIo.open(path, 'continue');
    try {
      await realIo.sync(fd);
    } finally {
      realIo.close(fd);
    }
    return true;
  } catch {
    return false;
  }
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
