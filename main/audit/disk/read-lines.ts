import { Buffer } from 'node:buffer';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { MAX_LINE_BYTES } from '../chain.ts';
import type { RawLine } from '../verify.ts';

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** A host may be in the middle of a write while its journal is read: a line without an end gets this long to get one. */
const TAIL_PATIENCE_MS = [5, 20, 50] as const;

/** The lines of a file, with at most one line and one chunk in memory. A line over the limit comes without its bytes. */
export async function* readLines(path: string): AsyncGenerator<RawLine> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let parts: Buffer[] = [];
    let length = 0;
    let waits = 0;
    const take = (whole: boolean): RawLine => {
      const tooLong = length > MAX_LINE_BYTES;
      const line = { bytes: tooLong ? Buffer.alloc(0) : Buffer.concat(parts), whole, tooLong };
      parts = [];
      length = 0;
      return line;
    };
    const keep = (bytes: Buffer): void => {
      length += bytes.length;
      // Copied: the chunk is read into again. Beyond the limit only counted.
      if (length <= MAX_LINE_BYTES) parts.push(Buffer.from(bytes));
      else parts = [];
    };
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) {
        const patience = length > 0 ? TAIL_PATIENCE_MS[waits] : undefined;
        if (patience === undefined) break;
        waits += 1;
        await wait(patience);
        continue;
      }
      let rest = chunk.subarray(0, bytesRead);
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
        keep(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
        yield take(true);
      }
      if (rest.length > 0) keep(rest);
    }
    if (length > 0) yield take(false);
  } finally {
    await file.close();
  }
}
