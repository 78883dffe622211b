// Owns the open segment files: one write(2) per line, whole or not at all, new segments, and the group commit. It never
// overwrites or removes a line that was acknowledged. A failed or short write is cut back to the last whole line and
// thrown; a failing sync is reported as `problem` and tried again until it succeeds.
import { join } from 'node:path';
import type { Buffer } from 'node:buffer';
import type { JournalStore } from '../journal.ts';
import { segmentName } from '../segment-name.ts';
import { realIo } from './segment-io.ts';
import type { SegmentIo } from './segment-io.ts';

export const SEGMENT_BYTES = 32 * 1024 * 1024;

/** Leaves the sync itself most of the 50 ms within which a record must be on the disk. */
const SYNC_DELAY_MS = 20;
const SYNC_RETRY_MS = 500;

export interface SegmentStoreOptions {
  readonly directory: string;
  readonly chainId: string;
  readonly segmentBytes?: number;
  /** The segment to continue and its size; without one the first append creates one. */
  readonly current?: { readonly file: string; readonly size: number };
  readonly io?: SegmentIo;
  readonly log?: (message: string) => void;
}

interface Segment {
  readonly fd: number;
  readonly file: string;
  /** Bytes of whole, acknowledged lines. */
  size: number;
  /** Not the newest any more; closed once it is synced. */
  retired: boolean;
}

/** Opens a store in `directory`. Throws what opening `current` throws. */
export function createSegmentStore(options: SegmentStoreOptions): JournalStore {
  const { directory, chainId } = options;
  const io = options.io ?? realIo;
  const log = options.log ?? (() => undefined);
  const segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;

  const unsynced = new Set<Segment>();
  let current: Segment | undefined;
  let torn = false;
  let directoryUnsynced = false;
  let problem: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let syncing: Promise<void> | undefined;
  let closed = false;

  const needSync = (segment: Segment): void => {
    unsynced.add(segment);
    if (!closed && timer === undefined && syncing === undefined) schedule(SYNC_DELAY_MS);
  };

  const schedule = (delayMs: number): void => {
    timer = setTimeout(() => {
      timer = undefined;
      void startSync();
    }, delayMs);
    timer.unref();
  };

  const startSync = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    syncing ??= syncAll().finally(() => {
      syncing = undefined;
      if (!closed && (unsynced.size > 0 || directoryUnsynced))
        schedule(problem === undefined ? SYNC_DELAY_MS : SYNC_RETRY_MS);
    });
    return syncing;
  };

  /** Never rejects: how it went is in `problem`. */
  const syncAll = async (): Promise<void> => {
    const batch = [...unsynced];
    try {
      for (const segment of batch) {
        // Taken out first: a line that is appended meanwhile must bring it back.
        unsynced.delete(segment);
        try {
          await io.sync(segment.fd);
        } catch (error) {
          unsynced.add(segment);
          throw error;
        }
        // It may have become full during this very sync; then the next one ends with it.
        if (segment.retired && !unsynced.has(segment)) io.close(segment.fd);
      }
      if (directoryUnsynced) {
        directoryUnsynced = false;
        try {
          await io.syncDirectory(directory);
        } catch (error) {
          directoryUnsynced = true;
          throw error;
        }
      }
      if (problem !== undefined) log('the audit journal can be synced again');
      problem = undefined;
    } catch (error) {
      if (problem === undefined) log(`the audit journal cannot be synced: ${textOf(error)}`);
      problem = `it cannot be synced, ${textOf(error)}`;
    }
  };

  const openNext = (seq: number): Segment => {
    const file = segmentName(chainId, seq);
    let fd: number;
    try {
      fd = io.open(join(directory, file), 'create');
    } catch (error) {
      // The size of a segment is a wish, the record is not: go on in the old one, the next append tries a new name.
      if (current === undefined) throw error;
      log(`no new audit segment could be opened: ${textOf(error)}`);
      return current;
    }
    if (current !== undefined) {
      current.retired = true;
      needSync(current);
    }
    directoryUnsynced = true;
    return { fd, file, size: 0, retired: false };
  };

  if (options.current !== undefined) {
    const { file, size } = options.current;
    current = { fd: io.open(join(directory, file), 'continue'), file, size, retired: false };
    // The process before this one may have ended between a write and its sync.
    needSync(current);
  }

  return {
    append(line: Buffer, seq: number) {
      if (closed) throw new Error('the audit store is closed');
      if (torn && current !== undefined) {
        io.truncate(current.fd, current.size);
        torn = false;
      }
      if (current === undefined || (current.size > 0 && current.size + line.length > segmentBytes))
        current = openNext(seq);
      const segment = current;
      const { size, links } = io.stat(segment.fd);
      if (links === 0 || size !== segment.size) {
        throw new Error(
          `${segment.file} was ${links === 0 ? 'deleted' : 'changed'} by another program; restart the companion`,
        );
      }
      try {
        const written = io.write(segment.fd, line);
        if (written !== line.length)
          throw new Error(`only ${written} of ${line.length} bytes were written, the disk may be full`);
      } catch (error) {
        torn = true;
        try {
          io.truncate(segment.fd, segment.size);
          torn = false;
        } catch (undo) {
          log(`a half-written audit line stays until the next append: ${textOf(undo)}`);
        }
        throw error;
      }
      segment.size += line.length;
      needSync(segment);
    },
    get problem() {
      return problem;
    },
    async flush() {
      // A sync that is under way may have begun before the last append.
      await syncing;
      if (unsynced.size > 0 || directoryUnsynced) await startSync();
      if (problem !== undefined) throw new Error(problem);
    },
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      await syncing;
      await syncAll();
      for (const segment of new Set([...unsynced, ...(current === undefined ? [] : [current])])) io.close(segment.fd);
      unsynced.clear();
      current = undefined;
      if (problem !== undefined) throw new Error(problem);
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
