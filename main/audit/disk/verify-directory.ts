import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { CompanionError } from '../../../preload/contract/failure.ts';
import { verify } from '../verify.ts';
import type { VerifyTrust } from '../trust.ts';
import type { RawLine, SegmentSource, VerifyProblem, VerifyReport } from '../verify.ts';
import { listDirectory } from './directory.ts';
import type { Listing } from './directory.ts';
import { readLines } from './read-lines.ts';

/** How much of the segments that were there at the start was read. */
export interface VerifyProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

/**
 * Verifies every chain in a journal's folder, also while a host writes to it; `trust` must have been read before, as the
 * journal only grows. Changes nothing. Rejects with CompanionError `E_NO_JOURNAL` where there is no folder to read;
 * everything wrong inside it is in the report.
 */
export async function verifyDirectory(
  directory: string,
  trust?: VerifyTrust,
  onProgress: (progress: VerifyProgress) => void = () => {},
): Promise<VerifyReport> {
  let listing: Listing;
  try {
    listing = listDirectory(directory);
  } catch (error) {
    const next = 'Check RUNLAYER_COMPANION_HOME, or start the companion once.';
    throw new CompanionError('E_NO_JOURNAL', `There is no audit journal to read in ${directory}.`, next, {
      cause: error,
    });
  }
  const problems: VerifyProblem[] = [
    ...listing.corrupt.map(({ file }) =>
      problem(file, 'set_aside', 'this segment was damaged and set aside by the companion'),
    ),
    ...listing.strangers.map((file) => problem(file, 'bad_name', 'not the name of a segment')),
  ];
  const sizes = listing.segments.map(({ file }) => sizeOf(join(directory, file)));
  const bytesTotal = sizes.reduce((sum, bytes) => sum + bytes, 0);
  let bytesDone = 0;
  const read = (bytesOfFile: number): void =>
    onProgress({ bytesRead: Math.min(bytesDone + bytesOfFile, bytesTotal), bytesTotal });
  read(0);
  const ended = (at: number): void => {
    bytesDone += sizes[at] ?? 0;
    read(0);
  };
  const report = await verify(segmentsOf(directory, listing, problems, { read, ended }), trust);
  problems.push(...report.problems);
  return { ...report, ok: problems.length === 0, problems };
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

interface Meter {
  /** Of the segment that is read. */
  read(bytes: number): void;
  ended(at: number): void;
}

async function* segmentsOf(
  directory: string,
  listing: Listing,
  problems: VerifyProblem[],
  meter: Meter,
): AsyncGenerator<SegmentSource> {
  for (const [at, { file }] of listing.segments.entries()) {
    const path = join(directory, file);
    let isFile = false;
    try {
      isFile = lstatSync(path).isFile();
    } catch (error) {
      // Pruned since it was listed, or else the next segment, or the kept head, says what is missing.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
    }
    if (isFile) yield { file, lines: guarded(path, file, problems, meter) };
    else problems.push(problem(file, 'not_a_file', 'not a regular file'));
    meter.ended(at);
  }
}

/** A file that cannot be read on is a problem of that file, not the end of the report. */
async function* guarded(path: string, file: string, problems: VerifyProblem[], meter: Meter): AsyncGenerator<RawLine> {
  let bytes = 0;
  try {
    for await (const line of readLines(path)) {
      bytes += line.bytes.length + 1;
      meter.read(bytes);
      yield line;
    }
  } catch (error) {
    problems.push(problem(file, 'unreadable_file', error instanceof Error ? error.message : String(error)));
  }
}

function problem(file: string, code: VerifyProblem['code'], text: string): VerifyProblem {
  return { file, line: 0, code, text };
}
