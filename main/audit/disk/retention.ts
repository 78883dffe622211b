// Owns what leaves the journal: whole closed segments, oldest first, once they are too old or the journal too big. Nothing
// is removed that was not delivered, that a host still writes, or whose removal is not told and signed before: one event
// for each segment names the start that is left behind it, a checkpoint follows directly, both are on the disk, and only
// then files go, in order. Ended at any point, what is there is a journal that verifies.
import { lstatSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { NewAuditRecord } from '../../../preload/contract/audit.ts';
import type { Journal } from '../journal.ts';
import type { SegmentName } from '../segment-name.ts';
import type { ChainStart } from '../trust.ts';
import { listDirectory } from './directory.ts';
import { startOf } from './find-record.ts';
import { readTail } from './tail.ts';

export const KEEP_MS = 90 * 24 * 60 * 60_000;
export const KEEP_BYTES = 1024 * 1024 * 1024;
/** A person with years of records behind a bound that was lowered: the rest goes the next time. */
const MAX_REMOVED = 256;

export interface RetentionOptions {
  readonly directory: string;
  readonly journal: Pick<Journal, 'appendAll' | 'checkpoint' | 'flush' | 'head'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether everything up to this record was taken by whoever it is delivered to; true where that is nobody. */
  readonly isDelivered: (chainId: string, lastSeq: number) => boolean;
  /** Chains that another host writes. */
  readonly isLive: (chainId: string) => boolean;
  /** These chains are about to be gone; resolves once nobody expects them any more. */
  readonly forget: (chainIds: readonly string[]) => Promise<void>;
  readonly warn: (text: string) => void;
  readonly keepMs?: number;
  readonly keepBytes?: number;
}

interface Segment extends SegmentName {
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

interface Removal {
  readonly segment: Segment;
  readonly left: ChainStart;
  readonly reason: 'age' | 'size';
  readonly isLastOfChain: boolean;
}

/** Removes what may go; resolves with the names of the files. Rejects where the journal or the keychain cannot be written. */
export async function prune(options: RetentionOptions): Promise<readonly string[]> {
  const { directory, journal, forget, warn } = options;
  const keepBytes = options.keepBytes ?? KEEP_BYTES;
  const chains = readChains(directory);
  const total = [...chains.values()].flat().reduce((sum, { bytes }) => sum + bytes, 0);
  const removals = await plan(options, chains, total, keepBytes);
  const left = total - removals.reduce((sum, { segment }) => sum + segment.bytes, 0);
  if (left > 2 * keepBytes) warn(tooBig(left));
  if (removals.length === 0) return [];

  const events = [...(await otherStarts(chains, removals)), ...removals].map(prunedEvent);
  const before = journal.head.seq;
  journal.appendAll(events);
  // Unsigned, or something came between: then nothing vouches for the new start, and everything stays.
  if (!journal.checkpoint() || journal.head.seq !== before + events.length + 1) return [];
  await journal.flush();
  await forget(removals.filter(({ isLastOfChain }) => isLastOfChain).map(({ left: { chainId } }) => chainId));

  const removed: string[] = [];
  for (const { segment } of removals) {
    try {
      unlinkSync(segment.path);
    } catch (error) {
      warn(`The audit segment ${segment.file} could not be removed: ${codeOf(error)}.`);
      break;
    }
    removed.push(segment.file);
  }
  return removed;
}

/** Tells how much there is where nothing can be removed, because nobody signs. */
export function warnOfSize(directory: string, warn: (text: string) => void, keepBytes = KEEP_BYTES): void {
  const total = [...readChains(directory).values()].flat().reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > 2 * keepBytes) warn(tooBig(total));
}

function tooBig(bytes: number): string {
  const size = `${Math.round(bytes / (1024 * 1024))} MiB`;
  return `The audit journal is ${size} and nothing of it can be removed: that takes a keychain, for the signature, and delivery to have taken it.`;
}

function readChains(directory: string): Map<string, Segment[]> {
  const chains = new Map<string, Segment[]>();
  for (const name of listDirectory(directory).segments) {
    const path = join(directory, name.file);
    const stats = lstatSync(path);
    const segments = chains.get(name.chainId) ?? [];
    chains.set(name.chainId, segments);
    segments.push({ ...name, path, bytes: stats.isFile() ? stats.size : 0, writtenAt: stats.mtimeMs });
  }
  return chains;
}

async function plan(
  { journal, now, isDelivered, isLive, keepMs = KEEP_MS }: RetentionOptions,
  chains: ReadonlyMap<string, readonly Segment[]>,
  total: number,
  keepBytes: number,
): Promise<Removal[]> {
  const removals: Removal[] = [];
  const own = journal.head.chainId;
  const queues = new Map<string, Segment[]>();
  for (const [chainId, segments] of chains) {
    // The last one of our own chain is being written, also where it is not known to be by its size.
    if (!isLive(chainId)) queues.set(chainId, segments.slice(0, chainId === own ? -1 : undefined));
  }
  let bytes = total;
  while (removals.length < MAX_REMOVED) {
    const oldest = [...queues.values()]
      .flatMap((queue) => queue.slice(0, 1))
      .reduce<Segment | undefined>((a, b) => (a === undefined || b.writtenAt < a.writtenAt ? b : a), undefined);
    if (oldest === undefined) break;
    const isOld = now() - oldest.writtenAt > keepMs;
    if (!isOld && bytes <= keepBytes) break;
    const queue = queues.get(oldest.chainId) ?? [];
    const next = chains.get(oldest.chainId)?.find(({ firstSeq }) => firstSeq > oldest.firstSeq);
    const left = await startBehind(oldest, next);
    if (left === undefined || !isDelivered(oldest.chainId, left.firstSeq - 1)) {
      // A chain only loses its beginning: nothing behind this one may go either.
      queues.delete(oldest.chainId);
      continue;
    }
    queue.shift();
    bytes -= oldest.bytes;
    removals.push({ segment: oldest, left, reason: isOld ? 'age' : 'size', isLastOfChain: next === undefined });
  }
  return removals;
}

/** Where the chain begins once this segment is gone; undefined where damage keeps that from being known. */
async function startBehind(segment: Segment, next: Segment | undefined): Promise<ChainStart | undefined> {
  const { chainId } = segment;
  const tail = readTail(segment.path, segment);
  if (tail.kind !== 'record' || tail.torn > 0) return undefined;
  const left = { chainId, firstSeq: tail.seq + 1, prev: tail.hash };
  if (next === undefined) return left;
  const start = await startOf(next.path);
  // Nothing in it yet, or another history: the name alone vouches for nothing.
  return start?.seq === left.firstSeq && start.prev === left.prev && next.firstSeq === left.firstSeq ? left : undefined;
}

/** Starts of earlier prunings: the events that name them may be in what goes now. */
async function otherStarts(
  chains: ReadonlyMap<string, readonly Segment[]>,
  removals: readonly Removal[],
): Promise<Pick<Removal, 'left'>[]> {
  const starts: Pick<Removal, 'left'>[] = [];
  const touched = new Set(removals.map(({ left }) => left.chainId));
  for (const [chainId, [first]] of chains) {
    if (first === undefined || first.firstSeq === 0 || touched.has(chainId)) continue;
    const start = await startOf(first.path);
    if (start?.seq === first.firstSeq) starts.push({ left: { chainId, firstSeq: start.seq, prev: start.prev } });
  }
  return starts;
}

function prunedEvent({ left, segment, reason }: Pick<Removal, 'left'> & Partial<Removal>): NewAuditRecord {
  const { chainId, firstSeq, prev } = left;
  const about = segment === undefined ? { reason: 'earlier' } : { file: segment.file, reason: reason ?? 'age' };
  return { kind: 'event', event: 'journal_pruned', detail: { chain: chainId, first_seq: firstSeq, prev, ...about } };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
