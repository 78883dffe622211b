import { Buffer } from 'node:buffer';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAX_LINE_BYTES } from '../chain.ts';
import { eventOf, type DeliveryEvent } from './cloud-event.ts';
import type { Position, Reading } from './place.ts';

export interface BatchEvent extends DeliveryEvent {
  /** Where delivery is once this one is done with. */
  readonly after: Position;
}

export interface ReadBatch {
  readonly events: readonly BatchEvent[];
  /** Lines that are not what the journal writes; they are passed over. */
  readonly damaged: number;
  /** Where to read on. */
  readonly after: Position;
}

export interface BatchLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** Holds any line, and as much as a batch may. */
const BLOCK_BYTES = 2 * MAX_LINE_BYTES;
const NEWLINE = 0x0a;
/** Proving this many lines takes about a millisecond; then others have their turn. */
const LINES_PER_TURN = 25;

/**
 * The events from `reading` on that fit one request; at least one where there is one. A line without its end is left for
 * later, unless the segment is closed. Rejects with what the file system says.
 */
export async function readBatch(
  auditDirectory: string,
  reading: Reading,
  from: Position,
  limits: BatchLimits,
  installId: string,
): Promise<ReadBatch> {
  const { segment, closed } = reading;
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(join(auditDirectory, segment.file), flags);
  try {
    const block = await readBlock(file, reading.offset);
    const events: BatchEvent[] = [];
    let bytes = 1;
    let damaged = 0;
    let lines = 0;
    // A segment that became shorter was begun anew; then nothing before counts.
    const seq = reading.offset === 0 ? segment.firstSeq - 1 : from.seq;
    const isAnew = from.segment === segment.firstSeq && from.offset > reading.offset;
    let after: Position = {
      chain: from.chain,
      seq,
      segment: segment.firstSeq,
      offset: reading.offset,
      ...(isAnew || from.last === undefined ? {} : { last: from.last }),
    };
    let start = 0;
    for (
      let end = block.indexOf(NEWLINE);
      end !== -1 && lines < limits.maxEvents;
      end = block.indexOf(NEWLINE, start)
    ) {
      const event = eventOf(block.subarray(start, end), installId);
      const fits = event !== undefined && event.chainId === from.chain;
      if (fits && events.length > 0 && bytes + event.bytes + 1 > limits.maxBytes)
        return finished(events, damaged, after);
      const offset = reading.offset + start;
      start = end + 1;
      after = { ...after, offset: reading.offset + start };
      if (fits) after = { ...after, seq: event.seq, last: { segment: segment.firstSeq, offset, hash: event.hash } };
      if (fits) {
        events.push({ ...event, after });
        bytes += event.bytes + 1;
      } else damaged += 1;
      lines += 1;
      if (lines % LINES_PER_TURN === 0) await nextTurn();
    }
    if (start > 0) return finished(events, damaged, after);
    const skipped = await skipUnended(file, reading.offset, block.length, closed);
    if (skipped === undefined) return { events, damaged, after };
    return { events, damaged: 1, after: { ...after, offset: skipped } };
  } finally {
    await file.close();
  }
}

/** With its last event, a batch is done with, damaged lines behind that event included. */
function finished(events: readonly BatchEvent[], damaged: number, after: Position): ReadBatch {
  const last = events.at(-1);
  return { events: last === undefined ? [] : [...events.slice(0, -1), { ...last, after }], damaged, after };
}

async function readBlock(file: FileHandle, offset: number): Promise<Buffer> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let length = 0;
  while (length < BLOCK_BYTES) {
    const { bytesRead } = await file.read(block, length, BLOCK_BYTES - length, offset + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return block.subarray(0, length);
}

/**
 * Where to go on behind bytes that have no newline within a block: behind the newline that ends them; at the end of a closed
 * file; undefined where the rest may still be written.
 */
async function skipUnended(
  file: FileHandle,
  offset: number,
  length: number,
  closed: boolean,
): Promise<number | undefined> {
  let at = offset + length;
  if (length === BLOCK_BYTES) {
    for (;;) {
      const block = await readBlock(file, at);
      const end = block.indexOf(NEWLINE);
      if (end !== -1) return at + end + 1;
      at += block.length;
      if (block.length < BLOCK_BYTES) break;
    }
  }
  return closed && length > 0 ? at : undefined;
}
