// Knows whether the record that a position stands behind is still where it was read. After a power cut the journal may end
// before records that were sent already, and others take their place: then a position says nothing about them.
import { Buffer } from 'node:buffer';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { ChainView, Passed, Position } from './place.ts';

export type IsProved = (chain: ChainView, position: Position) => boolean;

/** What every line of the journal begins with. */
const BEFORE_HASH = '{"hash":"';

/** The hash of one line is enough: it proves everything before it. What cannot be read is not proved. */
export function createIsProved(auditDirectory: string): IsProved {
  return ({ segments }, { seq, last }) => {
    const first = segments[0]?.firstSeq ?? 0;
    if (last === undefined) return seq < first;
    // It was pruned, as only closed segments are.
    if (last.segment < first) return true;
    const segment = segments.find(({ firstSeq }) => firstSeq === last.segment);
    return segment !== undefined && isThere(join(auditDirectory, segment.file), last);
  };
}

function isThere(path: string, { offset, hash }: Passed): boolean {
  const wanted = Buffer.from(`${BEFORE_HASH}${hash}"`);
  const found = Buffer.alloc(wanted.length);
  try {
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      return readSync(fd, found, 0, found.length, offset) === wanted.length && found.equals(wanted);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}
