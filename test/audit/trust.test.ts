import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../main/audit/canonical.ts';
import { GENESIS, hashRecord, lineOf } from '../../main/audit/chain.ts';
import { checkpointText } from '../../main/audit/checkpoint.ts';
import type { Signer } from '../../main/audit/checkpoint.ts';
import { createJournal } from '../../main/audit/journal.ts';
import type { Journal } from '../../main/audit/journal.ts';
import type { KeptHead, VerifyTrust } from '../../main/audit/trust.ts';
import { UNSIGNED } from '../../main/audit/uncovered.ts';
import { verify } from '../../main/audit/verify.ts';
import { memoryStore } from './memory-store.ts';
import { asIs, countingIds, event, intent, segments, steppingClock } from './records.ts';
import type { NewEvent } from './records.ts';
import { otherSigner, testSigner } from './signers.ts';

const FILE = 'c0ffee-000000000000.jsonl';
const TRUST: VerifyTrust = { keys: [testSigner.publicKey], heads: [] };

interface Written {
  readonly lines: Buffer[];
  readonly head: KeptHead;
}

function write(work: (journal: Journal) => void, chainId = 'c0ffee', at = '2026-01-02T03:04:05.000Z'): Written {
  const store = memoryStore();
  const start = { chainId, seq: -1, hash: GENESIS };
  const journal = createJournal({ store, clock: steppingClock(at), newId: countingIds(), redact: asIs, start });
  work(journal);
  const text = Buffer.concat(store.lines).toString().split('\n').slice(0, -1);
  return { lines: text.map((line) => Buffer.from(`${line}\n`)), head: journal.head };
}
const fill = (journal: Journal, count: number): void => {
  for (let n = 0; n < count; n += 1) journal.append(intent(n));
};
const sign = (journal: Journal, signer: Signer = testSigner): void => {
  journal.signWith(signer);
  if (!journal.checkpoint()) throw new Error('no checkpoint was written');
};
const check = async (files: Record<string, readonly Buffer[]>, trust?: VerifyTrust) =>
  verify(
    segments(Object.fromEntries(Object.entries(files).map(([file, lines]) => [file, Buffer.concat(lines)]))),
    trust,
  );
const codes = async (...args: Parameters<typeof check>) =>
  (await check(...args)).problems.map(({ line, code }) => `${line}:${code}`);

const parsed = (line: Buffer): { hash: string; prev: string; record: Record<string, unknown> } =>
  JSON.parse(String(line));
/** A line whose own hash fits, as someone who knows the format would forge it. */
function forge(prev: string, record: unknown): Buffer {
  const text = canonical(record);
  return Buffer.from(lineOf(hashRecord(prev, text), prev, text));
}

/** Records 0 to 4, a checkpoint at 5, records 6 and 7, a checkpoint at 8, records 9 and 10. */
const SIGNED = write((journal) => {
  fill(journal, 5);
  sign(journal);
  fill(journal, 2);
  sign(journal);
  fill(journal, 2);
});

describe('signatures', () => {
  it('are reported up to the last that a trusted key made', async () => {
    expect(await check({ [FILE]: SIGNED.lines }, TRUST)).toMatchObject({
      ok: true,
      records: 11,
      signed: true,
      note: 'signed up to record 7 of chain c0ffee, 2 records since the last signature',
      chains: [{ chainId: 'c0ffee', lastSeq: 10, signedUpTo: 7 }],
    });
  });

  it.each<[string, VerifyTrust | undefined]>([
    ['no key is known', undefined],
    ['no key is kept', { keys: [], heads: [] }],
  ])('prove nothing where %s', async (_, trust) => {
    const report = await check({ [FILE]: SIGNED.lines }, trust);
    expect(report).toMatchObject({ signed: false, note: UNSIGNED });
    expect(report.chains[0]).not.toHaveProperty('signedUpTo');
  });

  it('say unsigned in exactly these words', () => {
    expect(UNSIGNED).toBe('unsigned: a cut tail is not detectable');
  });

  it('of an older key that is still kept count', async () => {
    const trust = { keys: [otherSigner.publicKey, testSigner.publicKey], heads: [] };
    expect(await check({ [FILE]: SIGNED.lines }, trust)).toMatchObject({ ok: true, signed: true });
  });

  it('tell of the newest chain, whichever name it has', async () => {
    const older = write((journal) => fill(journal, 2), 'ffff', '2025-01-01T00:00:00.000Z');
    const newer = write((journal) => fill(journal, 2), 'aaaa', '2027-01-01T00:00:00.000Z');
    const files = { [FILE]: SIGNED.lines, 'ffff-000000000000.jsonl': older.lines };
    expect((await check(files, TRUST)).note).toMatch(/^signed up to record 7 of chain c0ffee,/);
    const all = { 'aaaa-000000000000.jsonl': newer.lines, ...files };
    expect(await check(all)).toMatchObject({ ok: true, signed: false, unchecked: 2 });
    expect(await check(all, TRUST)).toMatchObject({
      ok: false,
      signed: false,
      note: UNSIGNED,
      chains: [{ chainId: 'aaaa' }, { chainId: 'c0ffee', signedUpTo: 7 }, { chainId: 'ffff' }],
    });
  });

  const { hash: before, record: tenth } = parsed(SIGNED.lines[10]!);
  const checkpointAt = (seq: number, head: string, signer: Signer, signature?: string) =>
    forge(before, {
      ...parsed(SIGNED.lines[5]!).record,
      seq,
      head,
      key_id: signer.keyId,
      public_key: signer.publicKey,
      signature: signature ?? signer.sign(checkpointText('c0ffee', seq, head)),
    });
  const other = write((journal) => {
    fill(journal, 11);
    sign(journal);
  }, 'abc');
  const replayed = { ...parsed(other.lines[11]!).record, chain_id: 'c0ffee' };
  it.each<[string, Buffer, string]>([
    ['forged with an own key', checkpointAt(11, before, otherSigner), '12:foreign_key'],
    [
      'forged with the name of the trusted key',
      checkpointAt(11, before, testSigner, otherSigner.sign('x')),
      '12:bad_signature',
    ],
    ['moved from before', forge(before, { ...parsed(SIGNED.lines[8]!).record, seq: 11 }), '12:bad_signature'],
    [
      'moved with its head',
      forge(before, { ...parsed(SIGNED.lines[8]!).record, seq: 11, head: before }),
      '12:bad_signature',
    ],
    ['replayed from another chain', forge(before, replayed), '12:bad_signature'],
    ['replayed from another chain, with this head', forge(before, { ...replayed, head: before }), '12:bad_signature'],
    ['of another head', checkpointAt(11, 'cd'.repeat(32), testSigner), '12:bad_signature'],
  ])('are refused: a checkpoint %s', async (_, line, problem) => {
    expect(tenth['seq']).toBe(10);
    const report = await check({ [FILE]: [...SIGNED.lines, line] }, TRUST);
    expect(report.problems.map(({ line: at, code }) => `${at}:${code}`)).toEqual([problem]);
    expect(report.note).toMatch(/^signed up to record 7 of chain c0ffee,/);
  });

  it('find a history that was written anew, which the chain alone cannot', async () => {
    let prev = GENESIS;
    const rewritten = SIGNED.lines.map((line) => {
      const { record } = parsed(line);
      const head = record['kind'] === 'checkpoint' ? { head: prev } : {};
      const changed = forge(prev, { ...record, ...head, ...(record['seq'] === 1 ? { connector: 'other' } : {}) });
      prev = parsed(changed).hash;
      return changed;
    });
    expect(await codes({ [FILE]: rewritten }, TRUST)).toEqual([
      '6:bad_signature',
      '9:bad_signature',
      '0:unsigned_chain',
    ]);
  });

  it('and every flip of every byte of them is found', async () => {
    const { lines } = write((journal) => {
      fill(journal, 1);
      sign(journal);
      fill(journal, 1);
      sign(journal);
    });
    const bytes = Buffer.concat(lines);
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      if ((await check({ [FILE]: [flipped] }, TRUST)).ok) throw new Error(`a flip of byte ${at} went unseen`);
    }
  }, 60_000);
});

describe('what nobody vouches for', () => {
  const forgedChain = write((journal) => fill(journal, 3), 'aaaa', '2030-01-01T00:00:00.000Z');
  const files = { [FILE]: SIGNED.lines, 'aaaa-000000000000.jsonl': forgedChain.lines };

  it('is a whole chain that somebody put there, older or newer', async () => {
    const report = await check(files, { ...TRUST, heads: [SIGNED.head] });
    expect(report).toMatchObject({
      ok: false,
      signed: true,
      problems: [{ file: 'aaaa-000000000000.jsonl', line: 0, code: 'unsigned_chain' }],
    });
    expect(await codes(files, { ...TRUST, heads: [SIGNED.head, forgedChain.head] })).toEqual([]);
  });

  it('are records that follow the last signature of a chain that is over, whatever time they claim', async () => {
    const current = write((journal) => (fill(journal, 2), sign(journal)), 'dddd', '2026-02-01T00:00:00.000Z');
    const last = parsed(SIGNED.lines[10]!);
    const added = forge(last.hash, { ...last.record, seq: 11, time: '2031-01-01T00:00:00.000Z' });
    const both = { [FILE]: [...SIGNED.lines, added], 'dddd-000000000000.jsonl': current.lines };
    const trust = { ...TRUST, heads: [current.head, SIGNED.head] };
    const { problems, note } = await check(both, trust);
    expect(problems).toMatchObject([{ file: FILE, code: 'unsigned_tail', text: expect.stringContaining('11 to 11') }]);
    expect(note).toBe('signed up to record 1 of chain dddd');
    expect(await codes({ ...both, [FILE]: SIGNED.lines }, trust)).toEqual([]);
  });

  it('is said once where a chain is not the one that the keychain knows', async () => {
    const anew = write((journal) => fill(journal, 11));
    expect(await codes({ [FILE]: anew.lines }, { ...TRUST, heads: [SIGNED.head] })).toEqual(['0:tail_cut']);
  });

  it('are signatures where the keychain knows no key; where it cannot be asked they are counted', async () => {
    const report = await check({ [FILE]: SIGNED.lines }, { keys: [], heads: [] });
    expect(report).toMatchObject({ ok: false, signed: false, unchecked: 0, problems: [{ line: 6, code: 'no_key' }] });
    expect(await check({ [FILE]: SIGNED.lines })).toMatchObject({ ok: true, signed: false, unchecked: 2 });
  });
});

describe('a kept head', () => {
  const with_ = (...heads: KeptHead[]): VerifyTrust => ({ ...TRUST, heads });

  it('that is met anywhere is no problem', async () => {
    for (const line of SIGNED.lines) {
      const { hash, record } = parsed(line);
      const head = { chainId: 'c0ffee', seq: Number(record['seq']), hash };
      expect(await codes({ [FILE]: SIGNED.lines }, with_(head))).toEqual([]);
    }
  });

  it('finds a tail that was cut anywhere; without one nothing does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(SIGNED.lines.length - 1), async (length) => {
        const cut = { [FILE]: SIGNED.lines.slice(0, length) };
        expect(await codes(cut, TRUST)).toEqual(length === 0 || length > 5 ? [] : ['0:unsigned_chain']);
        const report = await check(cut, with_(SIGNED.head));
        expect(report).toMatchObject({
          ok: false,
          problems: [{ file: FILE, line: 0, code: 'tail_cut', text: expect.stringContaining('record 10') }],
        });
      }),
    );
  });

  it('finds a chain that is gone, and one that was written anew', async () => {
    expect(await check({}, with_(SIGNED.head))).toMatchObject({
      ok: false,
      problems: [{ file: '', code: 'tail_cut', text: expect.stringContaining('the chain is gone') }],
    });
    const anew = write((journal) => fill(journal, 20));
    expect((await check({ [FILE]: anew.lines }, with_(SIGNED.head))).problems).toMatchObject([
      { file: FILE, code: 'tail_cut', text: expect.stringContaining('another one stands there') },
    ]);
  });

  it('stays known after the companion went on: the event that tells of it is a problem', async () => {
    const detail = { reason: 'tail_cut', chain: 'c0ffee', seq: 9, hash: SIGNED.head.hash };
    const { lines } = write((journal) => {
      fill(journal, 1);
      journal.append(event(detail, { event: 'journal_recovered' }));
      sign(journal);
    });
    expect(await check({ [FILE]: lines }, TRUST)).toMatchObject({
      ok: false,
      signed: true,
      problems: [{ line: 2, code: 'tail_cut', text: expect.stringContaining('record 9 of chain c0ffee') }],
    });
  });
});

describe('a pruned start', () => {
  const CUT = 'c0ffee-000000000006.jsonl';
  const start = { chain: 'c0ffee', first_seq: 6, prev: parsed(SIGNED.lines[5]!).hash };
  const pruned = (detail: NewEvent['detail'] = start) => event(detail, { event: 'journal_pruned' });
  const teller = (work: (journal: Journal) => void) => ({ 'dddd-000000000000.jsonl': write(work, 'dddd').lines });
  const rest = { [CUT]: SIGNED.lines.slice(6) };

  it('is accepted where a checkpoint stands directly behind the event that names it', async () => {
    const told = teller((journal) => {
      fill(journal, 1);
      journal.appendAll([pruned({ ...start, first_seq: 3 }), pruned(), pruned({ ...start, chain: 'eeee' })]);
      sign(journal);
    });
    expect(await check({ ...rest, ...told }, TRUST)).toMatchObject({
      ok: true,
      chains: [{ chainId: 'c0ffee', firstSeq: 6, lastSeq: 10, signedUpTo: 7 }, { chainId: 'dddd' }],
    });
  });

  it('is accepted in the chain itself', async () => {
    const { lines } = write((journal) => {
      fill(journal, 6);
      const { chainId: chain, hash: prev } = journal.head;
      fill(journal, 2);
      journal.append(pruned({ chain, first_seq: 6, prev }));
      sign(journal);
    });
    expect(await check({ [CUT]: lines.slice(6) }, TRUST)).toMatchObject({ ok: true, signed: true });
    expect(await codes({ [CUT]: lines.slice(6, -1) }, TRUST)).toEqual(['1:missing_start', '0:unsigned_chain']);
  });

  it.each<[string, (journal: Journal) => void, VerifyTrust?]>([
    ['nothing names it', (journal) => (fill(journal, 1), sign(journal))],
    ['nothing is signed', (journal) => journal.append(pruned())],
    ['the checkpoint stands before', (journal) => (fill(journal, 1), sign(journal), journal.append(pruned()))],
    [
      'something stands between, as where somebody else appended it',
      (journal) => (journal.append(pruned()), journal.append(event()), sign(journal)),
    ],
    ['a call stands between', (journal) => (journal.append(pruned()), fill(journal, 1), sign(journal))],
    ['it is signed by somebody else', (journal) => (journal.append(pruned()), sign(journal, otherSigner))],
    ['nobody is trusted', (journal) => (journal.append(pruned()), sign(journal)), { keys: [], heads: [] }],
    ['it names another record', (journal) => (journal.append(pruned({ ...start, first_seq: 7 })), sign(journal))],
    ['it names another history', (journal) => (journal.append(pruned({ ...start, prev: GENESIS })), sign(journal))],
    ['it names another chain', (journal) => (journal.append(pruned({ ...start, chain: 'eeee' })), sign(journal))],
    [
      'another event says so',
      (journal) => (journal.append(event(start, { event: 'companion_started' })), sign(journal)),
    ],
    ['it is misspelled', (journal) => (journal.append(pruned({ ...start, first_seq: '6' })), sign(journal))],
  ])('is refused where %s', async (_, work, trust = TRUST) => {
    const report = await check({ ...rest, ...teller(work) }, trust);
    expect(report.ok).toBe(false);
    expect(report.problems).toContainEqual(expect.objectContaining({ file: CUT, line: 1, code: 'missing_start' }));
  });

  it('hides nothing else', async () => {
    const told = teller((journal) => (journal.append(pruned()), sign(journal)));
    expect(await codes({ 'c0ffee-000000000006.jsonl': SIGNED.lines.slice(6).toSpliced(2, 1), ...told }, TRUST)).toEqual(
      ['3:broken_sequence', '3:broken_link', '0:unsigned_chain'],
    );
    expect(await codes({ 'c0ffee-000000000007.jsonl': SIGNED.lines.slice(7), ...told }, TRUST)).toEqual([
      '1:missing_start',
    ]);
  });

  it('at the end of a chain takes its kept head with it', async () => {
    const trust = { ...TRUST, heads: [SIGNED.head] };
    const all = { chain: 'c0ffee', first_seq: 11, prev: SIGNED.head.hash };
    const told = teller((journal) => (journal.append(pruned(all)), sign(journal)));
    expect(await codes(told, trust)).toEqual([]);
    const less = teller((journal) => (journal.append(pruned()), sign(journal)));
    expect(await codes(less, trust)).toEqual(['0:tail_cut']);
  });
});
