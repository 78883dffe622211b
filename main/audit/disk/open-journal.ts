// Owns what happens to the journal of the run before: it is continued, its torn last line cut off, or its damaged file
// kept under another name and a new chain begun. It never deletes or rewrites a whole record. A folder that is not ours
// alone is refused; damage is recorded as `journal_recovered` and enforcing goes on.
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { NewAuditRecord } from '../../../preload/contract/audit.ts';
import { CompanionError } from '../../../preload/contract/failure.ts';
import { GENESIS } from '../chain.ts';
import { createJournal } from '../journal.ts';
import type { ChainHead, Journal } from '../journal.ts';
import { CORRUPT_SUFFIX } from '../segment-name.ts';
import type { SegmentName } from '../segment-name.ts';
import { checkSegmentFile, ensureDirectory, listDirectory, newestChain } from './directory.ts';
import type { Listing } from './directory.ts';
import type { SegmentIo } from './segment-io.ts';
import { createSegmentStore } from './segment-store.ts';
import { readTail } from './tail.ts';

export interface OpenJournalOptions {
  /** The `audit` folder of the home; created 0700 where it is missing. */
  readonly directory: string;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** Applied to every string of every record before it is hashed. */
  readonly redact: (text: string) => string;
  readonly segmentBytes?: number;
  /** Chains of other hosts that are still running: never continued. */
  readonly otherLiveChains?: readonly string[];
  readonly log?: (message: string) => void;
  /** For tests that make the disk fail. */
  readonly io?: SegmentIo;
}

interface Start {
  readonly head: ChainHead;
  readonly current?: { readonly file: string; readonly size: number };
  readonly notes: readonly NewAuditRecord[];
}

/**
 * Opens the journal in `directory` and continues its newest chain. Rejects with CompanionError `E_AUDIT_DIRECTORY` (the
 * folder is not ours alone) or `E_AUDIT_UNAVAILABLE` (it cannot be read). A full disk does not reject: each `append`
 * throws until there is room again.
 */
export async function openJournal(options: OpenJournalOptions): Promise<Journal> {
  const { directory, clock, newId, redact, segmentBytes, io } = options;
  const log = options.log ?? (() => undefined);
  try {
    ensureDirectory(directory);
    const start = findStart(options, log);
    const store = createSegmentStore({
      directory,
      chainId: start.head.chainId,
      log,
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
      ...(io === undefined ? {} : { io }),
      ...(start.current === undefined ? {} : { current: start.current }),
    });
    return createJournal({ store, clock, newId, redact, start: start.head, first: start.notes });
  } catch (error) {
    if (error instanceof CompanionError) throw error;
    throw new CompanionError(
      'E_AUDIT_UNAVAILABLE',
      `The audit journal cannot be opened: ${error instanceof Error ? error.message : String(error)}.`,
      `Repair access to "${directory}" and start again.`,
      { cause: error },
    );
  }
}

function findStart(options: OpenJournalOptions, log: (message: string) => void): Start {
  const { directory } = options;
  const listing = listDirectory(directory);
  const chain = newestChain(directory, listing);
  const last = chain.at(-1);
  if (last === undefined || options.otherLiveChains?.includes(last.chainId) === true) {
    return { head: newChain(options.newId, listing), notes: [] };
  }
  return continueChain(options, listing, chain, last, log);
}

function continueChain(
  options: OpenJournalOptions,
  listing: Listing,
  chain: readonly SegmentName[],
  last: SegmentName,
  log: (message: string) => void,
): Start {
  const { directory } = options;
  const path = join(directory, last.file);
  const { chainId } = last;

  const setAside = (why: string): Start => {
    const keptAs = rename(directory, last.file);
    log(`the audit segment ${last.file} was set aside: ${why}`);
    const detail = { reason: 'corrupt', problem: why, file: last.file, kept_as: keptAs, previous_chain: chainId };
    return { head: newChain(options.newId, listing), notes: [{ kind: 'event', event: 'journal_recovered', detail }] };
  };

  const unfit = checkSegmentFile(path);
  if (unfit !== undefined) return setAside(unfit);
  const tail = readTail(path, last);
  if (tail.kind === 'corrupt') return setAside(tail.why);

  const head: ChainHead | undefined =
    tail.kind === 'record' ? { chainId, seq: tail.seq, hash: tail.hash } : headBefore(directory, chain, last);
  if (head === undefined) return setAside('it is empty and the segment before it does not lead up to it');

  const notes: NewAuditRecord[] = [];
  if (tail.torn > 0) {
    cut(path, tail.size);
    log(`a torn last line (${tail.torn} bytes) was cut off ${last.file}`);
    const detail = { reason: 'torn_line', file: last.file, bytes: tail.torn };
    notes.push({ kind: 'event', event: 'journal_recovered', detail });
  }
  return { head, current: { file: last.file, size: tail.size }, notes };
}

/** The head of a chain whose last segment holds no record yet. */
function headBefore(directory: string, chain: readonly SegmentName[], last: SegmentName): ChainHead | undefined {
  if (last.firstSeq === 0) return { chainId: last.chainId, seq: -1, hash: GENESIS };
  const before = chain.at(-2);
  if (before === undefined) return undefined;
  const path = join(directory, before.file);
  if (checkSegmentFile(path) !== undefined) return undefined;
  const tail = readTail(path, before);
  if (tail.kind !== 'record' || tail.torn > 0 || tail.seq !== last.firstSeq - 1) return undefined;
  return { chainId: last.chainId, seq: tail.seq, hash: tail.hash };
}

function cut(path: string, size: number): void {
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, size);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function rename(directory: string, file: string): string {
  let keptAs = `${file}${CORRUPT_SUFFIX}`;
  for (let number = 2; existsSync(join(directory, keptAs)); number += 1) keptAs = `${file}.${number}${CORRUPT_SUFFIX}`;
  renameSync(join(directory, file), join(directory, keptAs));
  return keptAs;
}

/** Twelve hex digits from the end of a new id, where a UUIDv7 is random. */
function newChain(newId: () => string, listing: Listing): ChainHead {
  const taken = new Set([...listing.segments, ...listing.corrupt].map(({ chainId }) => chainId));
  const base = newId()
    .toLowerCase()
    .replace(/[^0-9a-f]/g, '')
    .slice(-12)
    .padStart(12, '0');
  let chainId = base;
  for (let number = 2; taken.has(chainId); number += 1) chainId = `${base}-${number}`;
  return { chainId, seq: -1, hash: GENESIS };
}
