// Looks at the journal's folder: names, sizes, and of each chain its last record and the time of its first. It reads no
// more than that, and remembers what it read while a file keeps its size.
import { Buffer } from 'node:buffer';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_LINE_BYTES } from '../chain.ts';
import { listDirectory } from '../disk/directory.ts';
import { readTail } from '../disk/tail.ts';
import type { ChainHead } from '../journal.ts';
import { parseSegmentName } from '../segment-name.ts';
import type { ChainView, Segment } from './place.ts';

/** Takes the place of a count where the end of a chain is damaged. */
const TYPICAL_LINE_BYTES = 1024;
const FIRST_BYTES = 64 * 1024;
/** What follows the name of a segment that was set aside. */
const SET_ASIDE = /(?:\.[0-9]+)?\.corrupt$/;
const FIRST_TIME = /"time":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/;

export interface Survey {
  /** All chains that hold something, the one that began first in front. Throws what the file system throws. */
  look(head: ChainHead): readonly ChainView[];
}

export function createSurvey(auditDirectory: string): Survey {
  const tails = new Map<string, { readonly file: string; readonly size: number; readonly lastSeq: number }>();
  const begins = new Map<string, string>();

  const lastSeqOf = (chainId: string, last: Segment): number => {
    const known = tails.get(chainId);
    if (known?.file === last.file && known.size === last.size) return known.lastSeq;
    const lastSeq = readLastSeq(auditDirectory, chainId, last);
    tails.set(chainId, { file: last.file, size: last.size, lastSeq });
    return lastSeq;
  };
  const beginOf = (chainId: string, first: Segment): string => {
    let begin = begins.get(chainId);
    if (begin === undefined) {
      begin = readBegin(join(auditDirectory, first.file));
      begins.set(chainId, begin);
    }
    return begin;
  };

  return {
    look(head) {
      const chains = new Map<string, Segment[]>();
      for (const { chainId, ...segment } of segmentsIn(auditDirectory)) {
        const segments = chains.get(chainId);
        if (segments === undefined) chains.set(chainId, [segment]);
        else if (segments.at(-1)?.firstSeq !== segment.firstSeq) segments.push(segment);
      }
      const views: { readonly view: ChainView; readonly begin: string }[] = [];
      for (const [chainId, segments] of chains) {
        const [first] = segments;
        const last = segments.at(-1);
        if (first === undefined || last === undefined) continue;
        const lastSeq = chainId === head.chainId ? head.seq : lastSeqOf(chainId, last);
        views.push({ view: { chainId, segments, lastSeq }, begin: beginOf(chainId, first) });
      }
      return views.sort((a, b) => (a.begin < b.begin ? -1 : a.begin > b.begin ? 1 : 0)).map(({ view }) => view);
    },
  };
}

type Found = Segment & { readonly chainId: string };

/** In reading order; of a segment and one of the same place that was set aside, the segment first. */
function segmentsIn(directory: string): readonly Found[] {
  const listing = listDirectory(directory);
  const names = listing.segments.map((name) => ({ ...name, setAside: false }));
  for (const { file } of listing.corrupt) {
    const name = parseSegmentName(file.replace(SET_ASIDE, ''));
    if (name !== undefined) names.push({ ...name, file, setAside: true });
  }
  const found: Found[] = [];
  for (const { file, chainId, firstSeq, setAside } of names) {
    const stats = lstatSync(join(directory, file), { throwIfNoEntry: false });
    // Pruned or renamed since it was listed, or no file: a pipe would be waited for.
    if (stats?.isFile() === true) found.push({ file, chainId, firstSeq, setAside, size: stats.size });
  }
  return found.sort((a, b) => a.firstSeq - b.firstSeq || Number(a.setAside) - Number(b.setAside));
}

function readLastSeq(directory: string, chainId: string, { file, firstSeq, size, setAside }: Segment): number {
  const guess = firstSeq + Math.ceil(size / TYPICAL_LINE_BYTES) - 1;
  if (setAside) return guess;
  const tail = readTail(join(directory, file), { file, chainId, firstSeq });
  if (tail.kind === 'record') return tail.seq;
  return tail.kind === 'empty' ? firstSeq - 1 : guess;
}

/** Only for the order of chains: damage puts a chain in front. */
function readBegin(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const bytes = Buffer.alloc(Math.min(MAX_LINE_BYTES, FIRST_BYTES, fstatSync(fd).size));
    const text = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0)).toString('utf8');
    const [line = ''] = text.split('\n', 1);
    return FIRST_TIME.exec(line)?.[1] ?? '';
  } finally {
    closeSync(fd);
  }
}
