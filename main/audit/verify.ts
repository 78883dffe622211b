// Proves that a journal is what was written: every record in place, in order and unchanged. It trusts nothing but the
// bytes; file names and sequence numbers are claims to be checked. It never repairs, holds one line in memory at a time,
// and goes on after a problem so that one damaged line is told from a rewritten journal.
import type { Buffer } from 'node:buffer';
import { AuditRecord } from '../../preload/contract/audit.ts';
import { GENESIS } from './chain.ts';
import { parseLine } from './line.ts';
import { parseSegmentName } from './segment-name.ts';

/** One line as read: `whole` if its newline was there; `tooLong` lines come without their bytes. */
export interface RawLine {
  readonly bytes: Buffer;
  readonly whole: boolean;
  readonly tooLong: boolean;
}

export interface SegmentSource {
  readonly file: string;
  readonly lines: AsyncIterable<RawLine>;
}

export type ProblemCode =
  | 'bad_name'
  | 'not_a_file'
  | 'set_aside'
  | 'unreadable_file'
  | 'missing_start'
  | 'missing_segment'
  | 'overlapping_segment'
  | 'wrong_chain'
  | 'torn_line'
  | 'line_too_long'
  | 'bad_line'
  | 'bad_hash'
  | 'bad_record'
  | 'broken_sequence'
  | 'broken_link'
  | 'too_many';

export interface VerifyProblem {
  readonly file: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly code: ProblemCode;
  readonly text: string;
}

export interface VerifiedChain {
  readonly chainId: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly head: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly records: number;
  readonly chains: VerifiedChain[];
  readonly problems: VerifyProblem[];
  readonly signed: false;
  readonly note: 'unsigned: a cut tail is not detectable';
}

/** Where a chain whose older segments were pruned begins. */
export interface ChainStart {
  readonly chainId: string;
  readonly firstSeq: number;
  readonly prev: string;
}

/** More are counted, not kept: a rewritten 1 GiB journal must not become a 1 GiB report. */
const MAX_PROBLEMS = 1000;

interface OpenChain {
  readonly chainId: string;
  firstSeq: number | undefined;
  /** What the next record must carry. */
  nextSeq: number;
  prev: string | undefined;
}

/**
 * Reads segments in the order of their names (chain, then first seq). `acceptStart` says whether a chain may begin later
 * than its first record, which takes a signed checkpoint; none is built yet, so by default no chain may.
 */
export async function verify(
  segments: AsyncIterable<SegmentSource>,
  acceptStart: (start: ChainStart) => boolean = () => false,
): Promise<VerifyReport> {
  const problems: VerifyProblem[] = [];
  const chains: VerifiedChain[] = [];
  let unkept = 0;
  let records = 0;
  let chain: OpenChain | undefined;

  const report = (file: string, line: number, code: ProblemCode, text: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ file, line, code, text });
    else unkept += 1;
  };
  const endChain = (): void => {
    if (chain?.firstSeq === undefined || chain.prev === undefined) return;
    chains.push({ chainId: chain.chainId, firstSeq: chain.firstSeq, lastSeq: chain.nextSeq - 1, head: chain.prev });
  };

  for await (const { file, lines } of segments) {
    const name = parseSegmentName(file);
    if (name === undefined) {
      report(file, 0, 'bad_name', 'not the name of a segment');
      continue;
    }
    if (chain?.chainId !== name.chainId) {
      endChain();
      chain = { chainId: name.chainId, firstSeq: undefined, nextSeq: 0, prev: GENESIS };
      if (name.firstSeq !== 0) {
        // Whether a checkpoint vouches for this start is known once its first record is read.
        chain.nextSeq = name.firstSeq;
        chain.prev = undefined;
      }
    } else if (name.firstSeq !== chain.nextSeq) {
      const missing = name.firstSeq > chain.nextSeq;
      report(
        file,
        0,
        missing ? 'missing_segment' : 'overlapping_segment',
        `starts at ${name.firstSeq}, but the one before it ends at ${chain.nextSeq - 1}`,
      );
      if (missing) {
        chain.nextSeq = name.firstSeq;
        chain.prev = undefined;
      }
    }

    let number = 0;
    for await (const line of lines) {
      number += 1;
      checkLine(line, number, file, chain, acceptStart, report);
      if (line.whole) records += 1;
    }
    if (number === 0 && name.firstSeq !== 0 && chain.firstSeq === undefined) {
      report(file, 0, 'missing_start', `the chain begins at ${name.firstSeq} and no signed checkpoint vouches for it`);
    }
  }
  endChain();
  if (unkept > 0) problems.push({ file: '', line: 0, code: 'too_many', text: `${unkept} more problems` });
  const note = 'unsigned: a cut tail is not detectable';
  return { ok: problems.length === 0, records, chains, problems, signed: false, note };
}

type Report = (file: string, line: number, code: ProblemCode, text: string) => void;

function checkLine(
  line: RawLine,
  number: number,
  file: string,
  chain: OpenChain,
  acceptStart: (start: ChainStart) => boolean,
  report: Report,
): void {
  const skip = (code: ProblemCode, text: string): void => {
    report(file, number, code, text);
    // The damaged line stood for one record; what its hash was is not known any more.
    chain.nextSeq += 1;
    chain.prev = undefined;
  };
  if (line.tooLong) return skip('line_too_long', 'longer than any record');
  if (!line.whole) return report(file, number, 'torn_line', 'the last line has no end');
  const parsed = parseLine(line.bytes);
  if (parsed.kind === 'unreadable') return skip('bad_line', parsed.text);
  if (!parsed.fits) report(file, number, 'bad_hash', 'the hash is not the hash of this record');

  const record = AuditRecord.safeParse(parsed.record);
  if (!record.success) {
    skip('bad_record', 'does not fit the audit schema');
    chain.prev = parsed.hash;
    return;
  }
  const { chain_id: chainId, seq } = record.data;
  if (chainId !== chain.chainId) report(file, number, 'wrong_chain', `belongs to chain ${chainId.slice(0, 64)}`);
  if (chain.firstSeq === undefined) {
    chain.firstSeq = seq;
    if (chain.nextSeq !== 0 && !acceptStart({ chainId: chain.chainId, firstSeq: seq, prev: parsed.prev })) {
      report(file, number, 'missing_start', `the chain begins at ${seq} and no signed checkpoint vouches for it`);
    }
  }
  if (seq !== chain.nextSeq) {
    report(file, number, 'broken_sequence', `record ${seq} stands where ${chain.nextSeq} belongs`);
  }
  if (chain.prev !== undefined && parsed.prev !== chain.prev) {
    report(file, number, 'broken_link', 'does not follow the record before it');
  }
  chain.nextSeq = seq + 1;
  chain.prev = parsed.hash;
}
