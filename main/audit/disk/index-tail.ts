// Owns the way from segment files into the index: whole lines from a stored position, in batches, rows and position in one
// transaction, so that an end at any moment neither loses nor doubles a record. It trusts the journal's bytes no further
// than to show them; proving them is for `verify`.
import { Buffer } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AuditRecord } from '../../../preload/contract/audit.ts';
import { MAX_LINE_BYTES } from '../chain.ts';
import { isObject } from '../is-object.ts';
import { prunedStart } from '../trust.ts';
import { parseSegmentName } from '../segment-name.ts';
import type { SegmentName } from '../segment-name.ts';
import { listDirectory } from './directory.ts';
import { createIndexWriter } from './index-write.ts';
import { recreate } from './index-schema.ts';

const CHUNK_BYTES = 2 * MAX_LINE_BYTES;
const NEWLINE = 0x0a;

interface Position {
  readonly bytes: number;
  readonly hash: string | null;
}

/** Thrown inside a batch to roll it back: the file is not the one that was indexed. */
class JournalChanged extends Error {}

export interface Tailer {
  /** Reads everything that is in the journal now. Throws SQLite's and the file system's errors. */
  catchUp(): void;
  /** Empties the index and reads the journal from its beginning. */
  rebuild(): void;
}

/** Reads the segments of `auditDirectory` into `database`. `onProblem` is told once per file about lines it cannot show. */
export function createTailer(
  database: DatabaseSync,
  auditDirectory: string,
  onProblem: (text: string) => void,
): Tailer {
  let writer = createIndexWriter(database);
  const told = new Set<string>();
  const tell = (file: string, text: string): void => {
    if (told.has(file)) return;
    told.add(file);
    onProblem(`${file}: ${text}; run "runlayer audit verify"`);
  };

  /** Files that are gone and that no event told of: looked up again only once another event tells of some. */
  const untold = new Set<string>();

  const insertLine = (line: Buffer, file: string, expected: string | null): string | null => {
    const envelope = readEnvelope(line);
    if (envelope === undefined) {
      tell(file, 'a line is not readable and not shown');
      return null;
    }
    // The power went between the index's sync and the journal's, or the file was exchanged.
    if (expected !== null && envelope.prev !== expected) throw new JournalChanged();
    const record = AuditRecord.safeParse(envelope.record);
    if (record.success) {
      writer.insert(record.data);
      if (record.data.kind === 'event' && prunedStart(record.data) !== undefined) untold.clear();
    } else tell(file, 'a record does not fit the audit schema and is not shown');
    return envelope.hash;
  };

  /** Indexes one chunk; false when there is no whole line left. */
  const readBatch = (fd: number, file: string, strict: boolean): boolean => {
    const position = readPosition(writer.statements.position.get(file));
    const { size } = fstatSync(fd);
    if (size < position.bytes) throw new JournalChanged();
    if (size === position.bytes) return false;
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - position.bytes));
    const filled = chunk.subarray(0, readSync(fd, chunk, 0, chunk.length, position.bytes));
    const end = filled.lastIndexOf(NEWLINE);
    if (end === -1) {
      if (filled.length > MAX_LINE_BYTES) tell(file, 'a line is longer than any record, nothing after it is shown');
      return false;
    }
    database.exec('BEGIN IMMEDIATE');
    try {
      writer.begin();
      let hash = position.hash;
      let start = 0;
      while (start <= end) {
        const stop = filled.indexOf(NEWLINE, start);
        // Only at the stored position: a break further on is damage, which `verify` names.
        const expected = strict && start === 0 ? hash : null;
        hash = insertLine(filled.subarray(start, stop), file, expected);
        start = stop + 1;
      }
      writer.statements.move.run(file, position.bytes + end + 1, hash);
      database.exec('COMMIT');
      writer.committed();
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
    return true;
  };

  /**
   * What left the journal leaves the log too: an index that only grows would keep what the journal may not. Only where the
   * file is gone and an event tells of it: an event is a line that anybody could append, a file one that anybody could move.
   */
  const dropPruned = (segments: readonly SegmentName[]): void => {
    const there = new Set(segments.map(({ file }) => file));
    const gone: string[] = [];
    const starts = new Map<string, number>();
    for (const row of writer.statements.files.all()) {
      const name = typeof row['file'] === 'string' ? parseSegmentName(row['file']) : undefined;
      if (name === undefined || there.has(name.file) || untold.has(name.file)) continue;
      const { file, chainId } = name;
      const told = writer.toldStart(chainId);
      const firstThere = segments.find((segment) => segment.chainId === chainId)?.firstSeq ?? Infinity;
      if (told === undefined || told <= name.firstSeq) untold.add(file);
      else {
        gone.push(file);
        starts.set(chainId, Math.min(told, firstThere));
      }
    }
    if (gone.length === 0) return;
    // All at once: ended in between, texts of what went would stay until something else goes.
    database.exec('BEGIN IMMEDIATE');
    try {
      writer.prune(starts);
      for (const file of gone) writer.statements.forget.run(file);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };

  const readAll = (strict: boolean): void => {
    const { segments } = listDirectory(auditDirectory);
    for (const { file } of segments) {
      const fd = openSegment(join(auditDirectory, file));
      // Set aside since it was listed.
      if (fd === undefined) continue;
      try {
        while (readBatch(fd, file, strict));
      } catch (error) {
        if (!(error instanceof JournalChanged) || strict) throw error;
        tell(file, 'it became shorter');
      } finally {
        closeSync(fd);
      }
    }
    dropPruned(segments);
  };

  const rebuild = (): void => {
    recreate(database);
    writer = createIndexWriter(database);
    // Damage inside the journal must not start the rebuild again and again: read on over it.
    readAll(false);
  };

  return {
    catchUp() {
      try {
        readAll(true);
      } catch (error) {
        if (!(error instanceof JournalChanged)) throw error;
        onProblem('the journal is not the one that was indexed; the index is rebuilt from it');
        rebuild();
      }
    },
    rebuild,
  };
}

function openSegment(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readPosition(row: Record<string, unknown> | undefined): Position {
  const bytes = row?.['bytes'];
  const hash = row?.['hash'];
  return { bytes: typeof bytes === 'number' ? bytes : 0, hash: typeof hash === 'string' ? hash : null };
}

function readEnvelope(line: Buffer): { hash: string; prev: string; record: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    if (!isObject(value) || typeof value['hash'] !== 'string' || typeof value['prev'] !== 'string') return undefined;
    return { hash: value['hash'], prev: value['prev'], record: value['record'] };
  } catch {
    return undefined;
  }
}
