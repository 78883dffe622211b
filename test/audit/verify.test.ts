import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../main/audit/canonical.ts';
import { GENESIS, hashRecord, lineOf } from '../../main/audit/chain.ts';
import { createJournal } from '../../main/audit/journal.ts';
import { verify } from '../../main/audit/verify.ts';
import type { VerifyReport } from '../../main/audit/verify.ts';
import { memoryStore } from './memory-store.ts';
import { asIs, countingIds, event, intent, outcome, segments, steppingClock } from './records.ts';

function linesOf(count: number, chainId = 'c0ffee'): Buffer[] {
  const store = memoryStore();
  const start = { chainId, seq: -1, hash: GENESIS };
  const journal = createJournal({ store, clock: steppingClock(), newId: countingIds(), redact: asIs, start });
  const kinds = [event({ note: 'é' }), intent(1), outcome(1)];
  for (let index = 0; index < count; index += 1) journal.append(kinds[index % 3]!);
  return store.lines;
}

const LINES = linesOf(9);
const FILE = 'c0ffee-000000000000.jsonl';
const check = async (files: Record<string, readonly Buffer[]>): Promise<VerifyReport> =>
  verify(segments(Object.fromEntries(Object.entries(files).map(([file, lines]) => [file, Buffer.concat(lines)]))));
const codesOf = ({ problems }: VerifyReport): string[] => problems.map(({ line, code }) => `${line}:${code}`);

/** A line whose own hash fits, as someone who knows the format would forge it. */
function forge(prev: string, record: unknown): Buffer {
  const text = canonical(record);
  return Buffer.from(lineOf(hashRecord(prev, text), prev, text));
}
const recordOf = (line: Buffer): Record<string, unknown> => JSON.parse(String(line)).record;
const prevOf = (line: Buffer): string => JSON.parse(String(line)).prev;
const hashOf = (line: Buffer): string => JSON.parse(String(line)).hash;

describe('verify', () => {
  it('passes what the journal wrote, and says that it is unsigned', async () => {
    expect(await check({ [FILE]: LINES })).toEqual({
      ok: true,
      records: 9,
      chains: [{ chainId: 'c0ffee', firstSeq: 0, lastSeq: 8, head: hashOf(LINES[8]!) }],
      problems: [],
      signed: false,
      note: 'unsigned: a cut tail is not detectable',
      unchecked: 0,
    });
  });

  it('passes calls that were tried more than once', async () => {
    const store = memoryStore();
    const start = { chainId: 'c0ffee', seq: -1, hash: GENESIS };
    const journal = createJournal({ store, clock: steppingClock(), newId: countingIds(), redact: asIs, start });
    journal.append(intent(1));
    journal.append(intent(1, { attempt: 2, input_responses: { name: { action: 'accept' } } }));
    journal.append(outcome(1));
    expect(await check({ [FILE]: store.lines })).toMatchObject({ ok: true, records: 3 });
  });

  it.each<[string, Record<string, readonly Buffer[]>]>([
    ['nothing', {}],
    ['an empty first segment', { [FILE]: [] }],
    ['two segments', { [FILE]: LINES.slice(0, 4), 'c0ffee-000000000004.jsonl': LINES.slice(4) }],
    ['an empty last segment', { [FILE]: LINES, 'c0ffee-000000000009.jsonl': [] }],
    ['two chains', { 'abc-000000000000.jsonl': linesOf(2, 'abc'), [FILE]: LINES }],
    ['a cut tail, which nothing can show without a signature', { [FILE]: LINES.slice(0, 5) }],
  ])('passes %s', async (_, files) => {
    expect(codesOf(await check(files))).toEqual([]);
  });

  const swapped = [...LINES.slice(0, 3), LINES[4]!, LINES[3]!, ...LINES.slice(5)];
  const changed = { ...recordOf(LINES[4]!), connector: 'other' };
  it.each<[string, Record<string, readonly Buffer[]>, string[]]>([
    ['a missing record', { [FILE]: LINES.toSpliced(3, 1) }, ['4:broken_sequence', '4:broken_link']],
    ['a missing first record', { [FILE]: LINES.slice(1) }, ['1:broken_sequence', '1:broken_link']],
    ['a record twice', { [FILE]: LINES.toSpliced(3, 0, LINES[3]!) }, ['5:broken_sequence', '5:broken_link']],
    [
      'records in another order',
      { [FILE]: swapped },
      [
        '4:broken_sequence',
        '4:broken_link',
        '5:broken_sequence',
        '5:broken_link',
        '6:broken_sequence',
        '6:broken_link',
      ],
    ],
    [
      'a changed record with a new hash',
      { [FILE]: LINES.with(4, forge(prevOf(LINES[4]!), changed)) },
      ['6:broken_link'],
    ],
    [
      'a record with another hash',
      { [FILE]: LINES.with(4, Buffer.from(lineOf('f'.repeat(64), prevOf(LINES[4]!), canonical(recordOf(LINES[4]!))))) },
      ['5:bad_hash', '6:broken_link'],
    ],
    [
      'an inserted record',
      { [FILE]: LINES.toSpliced(4, 0, forge(hashOf(LINES[3]!), recordOf(LINES[4]!))) },
      ['6:broken_sequence', '6:broken_link'],
    ],
    ['a line that is not JSON', { [FILE]: LINES.with(4, Buffer.from('garbage\n')) }, ['5:bad_line']],
    ['an empty line', { [FILE]: LINES.toSpliced(4, 0, Buffer.from('\n')) }, ['5:bad_line', '6:broken_sequence']],
    ['a torn last line', { [FILE]: LINES.with(8, LINES[8]!.subarray(0, -1)) }, ['9:torn_line']],
    [
      'a record that is not one of ours',
      { [FILE]: [...LINES, forge(hashOf(LINES[8]!), { kind: 'x' })] },
      ['10:bad_record'],
    ],
    [
      'a record with another member',
      { [FILE]: [...LINES, forge(hashOf(LINES[8]!), { ...recordOf(LINES[0]!), seq: 9, extra: 1 })] },
      ['10:bad_record'],
    ],
    [
      'a record of another chain',
      { [FILE]: [...LINES, forge(hashOf(LINES[8]!), { ...recordOf(LINES[0]!), seq: 9, chain_id: 'abc' })] },
      ['10:wrong_chain'],
    ],
    [
      'a file name with another chain',
      { 'abc-000000000000.jsonl': LINES.slice(0, 2) },
      ['1:wrong_chain', '2:wrong_chain'],
    ],
    [
      'a file name with another sequence',
      { 'c0ffee-000000000003.jsonl': LINES.slice(0, 2) },
      ['1:missing_start', '1:broken_sequence'],
    ],
    ['a file name that is none', { 'journal.jsonl': LINES }, ['0:bad_name']],
    ['a missing first segment', { 'c0ffee-000000000004.jsonl': LINES.slice(4) }, ['1:missing_start']],
    ['an empty segment without those before it', { 'c0ffee-000000000004.jsonl': [] }, ['0:missing_start']],
    [
      'a missing segment in the middle',
      { [FILE]: LINES.slice(0, 3), 'c0ffee-000000000006.jsonl': LINES.slice(6) },
      ['0:missing_segment'],
    ],
    [
      'a segment that starts too early',
      { [FILE]: LINES, 'c0ffee-000000000006.jsonl': LINES.slice(6) },
      ['0:overlapping_segment', '1:broken_sequence', '1:broken_link'],
    ],
    [
      'a segment without its end',
      { [FILE]: LINES.slice(0, 3), 'c0ffee-000000000004.jsonl': LINES.slice(4) },
      ['0:missing_segment'],
    ],
    [
      'a segment that follows another history',
      {
        [FILE]: linesOf(5)
          .slice(0, 4)
          .map((_, i) => LINES[i]!)
          .with(3, forge(prevOf(LINES[3]!), { ...recordOf(LINES[3]!), detail: {} })),
        'c0ffee-000000000004.jsonl': LINES.slice(4),
      },
      ['1:broken_link'],
    ],
  ])('finds %s', async (_, files, codes) => {
    const report = await check(files);
    expect(report.ok).toBe(false);
    expect(codesOf(report)).toEqual(codes);
  });

  it('finds every flip of every byte', async () => {
    const bytes = Buffer.concat(LINES.slice(0, 3));
    for (let at = 0; at < bytes.length; at += 1) {
      for (const mask of [0x01, 0x20, 0x80]) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= mask;
        const report = await verify(segments({ [FILE]: flipped }));
        if (report.ok) throw new Error(`byte ${at} ^ ${mask} of ${bytes.length} went unseen`);
      }
    }
  });

  it('finds whatever is done to the lines, but for a cut tail', async () => {
    const at = fc.nat(LINES.length - 1);
    const edit = fc.oneof(
      fc.record({ kind: fc.constant('remove' as const), at }),
      fc.record({ kind: fc.constant('copy' as const), at, to: at }),
      fc.record({ kind: fc.constant('swap' as const), at, to: at }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let lines = [...LINES];
        for (const step of edits) {
          const line = lines[step.at];
          if (line === undefined) continue;
          if (step.kind === 'remove') lines = lines.toSpliced(step.at, 1);
          else if (step.kind === 'copy') lines = lines.toSpliced(step.to, 0, line);
          else if (step.to < lines.length) lines = lines.with(step.at, lines[step.to]!).with(step.to, line);
        }
        const isPrefix = lines.every((line, index) => line === LINES[index]);
        expect((await check({ [FILE]: lines })).ok).toBe(isPrefix);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps 1,000 problems and counts the rest', async () => {
    const report = await check({ [FILE]: Array.from({ length: 5000 }, () => Buffer.from('x\n')) });
    expect(report.problems).toHaveLength(1001);
    expect(report.problems.at(-1)).toMatchObject({ code: 'too_many', text: '4000 more problems' });
  });
});
