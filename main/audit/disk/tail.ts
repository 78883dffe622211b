import { Buffer } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { MAX_LINE_BYTES } from '../chain.ts';
import { isObject } from '../is-object.ts';
import { parseLine } from '../line.ts';
import type { SegmentName } from '../segment-name.ts';

/** The end of a segment. `size` counts whole lines only, `torn` the bytes after the last newline. */
export type Tail =
  | {
      readonly kind: 'record';
      readonly seq: number;
      readonly hash: string;
      readonly size: number;
      readonly torn: number;
    }
  | { readonly kind: 'empty'; readonly size: 0; readonly torn: number }
  | { readonly kind: 'corrupt'; readonly why: string };

const NEWLINE = 0x0a;

/** Reads the last line of a segment and checks it alone; everything before it is for `verify`. Throws on I/O errors. */
export function readTail(path: string, name: SegmentName): Tail {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = fstatSync(fd);
    // Room for a torn line and the whole one before it.
    const start = Math.max(0, size - 2 * MAX_LINE_BYTES - 2);
    const bytes = readFully(fd, start, size - start);
    const end = bytes.lastIndexOf(NEWLINE);
    const rest = bytes.subarray(end + 1);
    if (rest.length > MAX_LINE_BYTES) return { kind: 'corrupt', why: 'it ends in something longer than any record' };
    // A write that was cut short leaves the start of a line, never all of it: this record lost its newline afterwards.
    if (isLine(rest) || isLine(rest.subarray(0, -1)))
      return { kind: 'corrupt', why: 'the end of its last line was changed' };
    if (end === -1) return { kind: 'empty', size: 0, torn: rest.length };
    const before = end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
    if (before === -1 && start > 0) return { kind: 'corrupt', why: 'its last line is longer than any record' };
    return readRecord(bytes.subarray(before + 1, end), name, size - rest.length, rest.length);
  } finally {
    closeSync(fd);
  }
}

function readRecord(line: Buffer, name: SegmentName, size: number, torn: number): Tail {
  const parsed = parseLine(line);
  if (parsed.kind === 'unreadable') return { kind: 'corrupt', why: `its last line is ${parsed.text}` };
  if (!parsed.fits) return { kind: 'corrupt', why: 'the hash of its last line does not fit' };
  const place = placeOf(parsed.record);
  if (place === undefined || place.chainId !== name.chainId || place.seq < name.firstSeq) {
    return { kind: 'corrupt', why: 'its last record belongs to another file' };
  }
  return { kind: 'record', seq: place.seq, hash: parsed.hash, size, torn };
}

function placeOf(record: unknown): { chainId: string; seq: number } | undefined {
  if (!isObject(record)) return undefined;
  const { chain_id: chainId, seq } = record;
  if (typeof chainId !== 'string' || typeof seq !== 'number' || !Number.isSafeInteger(seq)) return undefined;
  return { chainId, seq };
}

function isLine(bytes: Buffer): boolean {
  return bytes.length > 0 && parseLine(bytes).kind === 'line';
}

function readFully(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const read = readSync(fd, bytes, done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
