// Proves that a journal is what was written: every record in place, in order and unchanged. It trusts nothing but the
// bytes, and the keys and heads it is given; file names and sequence numbers are claims to be checked. It never repairs, holds one line in memory at a time,
// and goes on after a problem so that one damaged line is told from a rewritten journal.
import type { Buffer } from 'node:buffer';
import { AuditRecord } from '../../preload/contract/audit.ts';
import { GENESIS } from './chain.ts';
import { parseLine } from './line.ts';
import { parseSegmentName } from './segment-name.ts';
import { createTrustCheck } from './trust.ts';
import { findUncovered, noteOf } from './uncovered.ts';
import type { ChainStart, TrustCheck, TrustProblem, VerifyTrust } from './trust.ts';

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
  | TrustProblem['code']
  | 'unsigned_chain'
  | 'unsigned_tail'
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
  /** The last record that a checkpoint of a trusted key signs; absent where there is none. */
  readonly signedUpTo?: number;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly records: number;
  readonly chains: VerifiedChain[];
  readonly problems: VerifyProblem[];
  /** Whether a trusted key signed the newest chain. */
  readonly signed: boolean;
  /** `signed up to record N of chain …` and how much came since, or UNSIGNED, and what the keychain has no room for. */
  readonly note: string;
  /** Signatures that fit and were held against no key, because the keychain could not be asked. */
  readonly unchecked: number;
}

/** More are counted, not kept: a rewritten 1 GiB journal must not become a 1 GiB report. */
const MAX_PROBLEMS = 1000;

interface OpenChain {
  readonly chainId: string;
  firstSeq: number | undefined;
  /** What the next record must carry. */
  nextSeq: number;
  prev: string | undefined;
  lastTime: string;
  lastFile: string;
}

/** Reported where it was found, and taken back should a checkpoint that is read later vouch for the start. */
interface LateStart {
  readonly start: ChainStart;
  readonly problem: VerifyProblem;
}

/**
 * Whether something is signed with a key that was not known. A companion that made its key after the keychain was asked, and
 * before the files were read, looks so: who finds it asks the keychain once more before accusing anybody.
 */
export function holdsUnknownKey({ problems }: Pick<VerifyReport, 'problems'>): boolean {
  return problems.some(({ code }) => code === 'no_key' || code === 'foreign_key');
}

/** Reads segments in the order of their names (chain, then first seq), and holds them against `trust` where it is given. */
export async function verify(segments: AsyncIterable<SegmentSource>, trust?: VerifyTrust): Promise<VerifyReport> {
  const check = createTrustCheck(trust);
  let problems: VerifyProblem[] = [];
  const chains: VerifiedChain[] = [];
  const files = new Map<string, string>();
  const lateStarts: LateStart[] = [];
  let unkept = 0;
  let records = 0;
  let chain: OpenChain | undefined;
  /** Kept last, or else by the time of its last record: of that one the report says how far it is signed. */
  let newest: { readonly lastTime: string; readonly verified: VerifiedChain } | undefined;
  const keptLast = trust?.heads[0]?.chainId;

  const report: Report = (file, line, code, text, start) => {
    const problem = { file, line, code, text };
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
    else unkept += 1;
    if (start !== undefined) lateStarts.push({ start, problem });
  };
  const endChain = (): void => {
    if (chain === undefined) return;
    const { chainId, firstSeq, nextSeq, prev, lastTime, lastFile } = chain;
    files.set(chainId, lastFile);
    if (firstSeq === undefined || prev === undefined) return;
    const signedUpTo = check.signedUpTo(chainId);
    const signed = signedUpTo === undefined ? {} : { signedUpTo };
    const verified: VerifiedChain = { chainId, firstSeq, lastSeq: nextSeq - 1, head: prev, ...signed };
    chains.push(verified);
    if (newest !== undefined && newest.verified.chainId === keptLast) return;
    if (newest === undefined || lastTime >= newest.lastTime || chainId === keptLast) newest = { lastTime, verified };
  };

  for await (const { file, lines } of segments) {
    const name = parseSegmentName(file);
    if (name === undefined) {
      report(file, 0, 'bad_name', 'not the name of a segment');
      continue;
    }
    if (chain?.chainId !== name.chainId) {
      endChain();
      chain = { chainId: name.chainId, firstSeq: undefined, nextSeq: 0, prev: GENESIS, lastTime: '', lastFile: file };
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

    chain.lastFile = file;
    let number = 0;
    for await (const line of lines) {
      number += 1;
      checkLine(line, number, file, chain, check, report);
      if (line.whole) records += 1;
    }
    if (number === 0 && name.firstSeq !== 0 && chain.firstSeq === undefined) {
      report(file, 0, 'missing_start', `the chain begins at ${name.firstSeq} and no signed checkpoint vouches for it`);
    }
  }
  endChain();
  const vouched = new Set(lateStarts.filter(({ start }) => check.vouchesFor(start)).map(({ problem }) => problem));
  problems = problems.filter((problem) => !vouched.has(problem));
  const told = new Set<string>();
  for (const { chainId, seq, differs } of check.unmetHeads()) {
    told.add(chainId);
    const file = files.get(chainId);
    const found = file === undefined ? 'the chain is gone' : differs ? 'another one stands there' : 'it is not there';
    const text = `the keychain knows record ${seq} of chain ${chainId}, and ${found}`;
    problems.push({ file: file ?? '', line: 0, code: 'tail_cut', text });
  }
  const isOpen = ({ chainId }: VerifiedChain): boolean =>
    chainId === newest?.verified.chainId || trust?.live?.includes(chainId) === true;
  const untold = chains.filter(({ chainId }) => !told.has(chainId));
  const { found, beyondRoom } = findUncovered(untold, check, trust, isOpen);
  for (const { chainId, code, text } of found) report(files.get(chainId) ?? '', 0, code, text);
  if (unkept > 0) problems.push({ file: '', line: 0, code: 'too_many', text: `${unkept} more problems` });
  return {
    ok: problems.length === 0,
    records,
    chains,
    problems,
    signed: newest?.verified.signedUpTo !== undefined,
    note: noteOf(newest?.verified, beyondRoom),
    unchecked: check.unchecked,
  };
}

type Report = (file: string, line: number, code: ProblemCode, text: string, start?: ChainStart) => void;

function checkLine(
  line: RawLine,
  number: number,
  file: string,
  chain: OpenChain,
  check: TrustCheck,
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
    if (chain.nextSeq !== 0) {
      const start = { chainId: chain.chainId, firstSeq: seq, prev: parsed.prev };
      const text = `the chain begins at ${seq} and no signed checkpoint vouches for it`;
      report(file, number, 'missing_start', text, start);
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
  chain.lastTime = record.data.time;
  for (const { code, text } of check.record(record.data, parsed.prev, parsed.hash)) report(file, number, code, text);
}
