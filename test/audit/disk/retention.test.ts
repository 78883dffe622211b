import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../../main/audit/canonical.ts';
import { GENESIS, hashRecord, lineOf } from '../../../main/audit/chain.ts';
import { hashAt, startOf } from '../../../main/audit/disk/find-record.ts';
import { prune, warnOfSize } from '../../../main/audit/disk/retention.ts';
import type { RetentionOptions } from '../../../main/audit/disk/retention.ts';
import { verifyDirectory } from '../../../main/audit/disk/verify-directory.ts';
import type { Journal } from '../../../main/audit/journal.ts';
import { parseSegmentName } from '../../../main/audit/segment-name.ts';
import { event, intent } from '../records.ts';
import { testSigner } from '../signers.ts';
import { faultyIo } from './faulty-io.ts';
import { filesOf, recordsOf, tempHome } from './temp.ts';

const home = tempHome();
const NOW = Date.parse('2026-06-01T00:00:00.000Z');
const DAY = 24 * 60 * 60_000;
const TRUST = { keys: [testSigner.publicKey], heads: [] };

/** A signed journal of many small segments, each a day younger than the one before; the newest was written `now`. */
async function written(records = 60) {
  const directory = join(home.folder(), 'audit');
  const journal = await home.journal(directory, { segmentBytes: 3000 });
  journal.signWith(testSigner);
  for (let n = 0; n < records; n += 1) journal.append(intent(n));
  journal.checkpoint();
  await journal.flush();
  const files = filesOf(directory);
  for (const [index, file] of files.entries()) age(directory, file, files.length - 1 - index);
  return { directory, journal, files };
}
const age = (directory: string, file: string, days: number): void => {
  const at = (NOW - days * DAY) / 1000;
  utimesSync(join(directory, file), at, at);
};
const sizeOf = (directory: string) =>
  filesOf(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);

function retention(directory: string, journal: RetentionOptions['journal'], options: Partial<RetentionOptions> = {}) {
  const warnings: string[] = [];
  const forgotten: string[] = [];
  const run = () =>
    prune({
      directory,
      journal,
      now: () => NOW,
      isDelivered: () => true,
      isLive: () => false,
      forget: async (chains) => void forgotten.push(...chains),
      warn: (text) => warnings.push(text),
      ...options,
    });
  return { run, warnings, forgotten };
}
const pruned = (directory: string) =>
  recordsOf(directory).flatMap((record) =>
    record.kind === 'event' && record.event === 'journal_pruned' ? [record.detail] : [],
  );

describe('retention', () => {
  it('leaves a young and small journal as it is, byte for byte', async () => {
    const { directory, journal, files } = await written();
    const before = files.map((file) => readFileSync(join(directory, file)));
    const { run, warnings } = retention(directory, journal);
    expect(await run()).toEqual([]);
    expect(files.map((file) => readFileSync(join(directory, file)))).toEqual(before);
    expect(warnings).toEqual([]);
  });

  it('removes what is too old, tells each new start, and what is left verifies', async () => {
    const { directory, journal, files } = await written();
    const keepMs = 4.5 * DAY;
    const expected = files.slice(0, -5);
    expect(expected.length).toBeGreaterThan(3);
    const { run, forgotten } = retention(directory, journal, { keepMs });
    expect(await run()).toEqual(expected);
    expect(filesOf(directory).filter((file) => expected.includes(file))).toEqual([]);
    expect(forgotten).toEqual([]);
    const left = parseSegmentName(files.at(-5)!)!;
    const start = await startOf(join(directory, left.file));
    expect(pruned(directory)).toHaveLength(expected.length);
    expect(pruned(directory).at(-1)).toEqual({
      chain: left.chainId,
      first_seq: left.firstSeq,
      prev: start?.prev,
      file: files.at(-6),
      reason: 'age',
    });
    expect(recordsOf(directory).at(-1)?.kind).toBe('checkpoint');
    expect(await verifyDirectory(directory, TRUST)).toMatchObject({
      ok: true,
      signed: true,
      chains: [{ firstSeq: left.firstSeq }],
    });
    expect(await verifyDirectory(directory)).toMatchObject({ ok: false, problems: [{ code: 'missing_start' }] });
    expect(await run()).toEqual([]);
  });

  it('removes the oldest until the journal is small enough, but never the segment being written', async () => {
    const { directory, journal, files } = await written();
    const { run } = retention(directory, journal, { keepBytes: 10_000 });
    const removed = await run();
    expect(removed).toEqual(files.slice(0, removed.length));
    // What tells of it is not counted: it goes with its own segment.
    expect(
      files.slice(removed.length).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0),
    ).toBeLessThan(10_000 + 3000);
    expect(pruned(directory).map(({ reason }) => reason)).toEqual(removed.map(() => 'size'));
    const all = retention(directory, journal, { keepBytes: 0 });
    await all.run();
    expect(filesOf(directory).length).toBeGreaterThan(0);
    journal.append(event());
    expect(await verifyDirectory(directory, TRUST)).toMatchObject({ ok: true, signed: true });
  });

  it('removes nothing that was not delivered, nor anything behind it', async () => {
    const { directory, journal, files } = await written();
    const taken = parseSegmentName(files[3]!)!.firstSeq - 1;
    const asked: [string, number][] = [];
    const isDelivered = (chain: string, lastSeq: number): boolean => {
      asked.push([chain, lastSeq]);
      return lastSeq <= taken;
    };
    const { run, warnings } = retention(directory, journal, { keepBytes: 0, isDelivered });
    expect(await run()).toEqual(files.slice(0, 3));
    const { chainId } = journal.head;
    expect(asked).toEqual([1, 2, 3, 4].map((n) => [chainId, parseSegmentName(files[n]!)!.firstSeq - 1]));
    expect(warnings).toEqual([expect.stringContaining('delivery')]);
    expect(await verifyDirectory(directory, TRUST)).toMatchObject({ ok: true });
  });

  it('removes nothing where nobody signs, and warns at twice the bound', async () => {
    const directory = join(home.folder(), 'audit');
    const journal = await home.journal(directory, { segmentBytes: 3000 });
    for (let n = 0; n < 60; n += 1) journal.append(intent(n));
    await journal.flush();
    const files = filesOf(directory);
    expect(await retention(directory, journal, { keepBytes: 0 }).run()).toEqual([]);
    expect(filesOf(directory)).toEqual(expect.arrayContaining(files));
    const size = sizeOf(directory);
    const warnings: string[] = [];
    warnOfSize(directory, (text) => warnings.push(text), size / 2);
    expect(warnings).toEqual([]);
    warnOfSize(directory, (text) => warnings.push(text), size / 2 - 1);
    expect(warnings).toEqual([expect.stringContaining('keychain')]);
  });

  it('removes chains that are over, their kept heads first, and leaves those of living hosts', async () => {
    const { directory, journal, files } = await written(20);
    await journal.close();
    const over = journal.head.chainId;
    const live = await home.journal(directory, { otherLiveChains: [over], segmentBytes: 3000 });
    for (let n = 0; n < 20; n += 1) live.append(intent(n));
    await live.flush();
    const own = await home.journal(directory, { otherLiveChains: [over, live.head.chainId] });
    own.signWith(testSigner);
    own.append(event());
    for (const file of filesOf(directory)) age(directory, file, 100);
    let thereWhenForgotten = false;
    const { run } = retention(directory, own, {
      isLive: (chain) => chain === live.head.chainId,
      forget: async (chains) => {
        expect(chains).toEqual([over]);
        thereWhenForgotten = existsSync(join(directory, files[0]!));
      },
    });
    expect(await run()).toEqual(files);
    expect(thereWhenForgotten).toBe(true);
    const trust = { ...TRUST, heads: [journal.head] };
    // The living host of this test signs nothing.
    expect(await verifyDirectory(directory, trust)).toMatchObject({
      problems: [{ code: 'unsigned_chain' }],
      chains: { length: 2 },
    });
  });

  it('tells earlier starts again, as the events that told them may go', async () => {
    const { directory, journal, files } = await written(20);
    await retention(directory, journal, { keepMs: 1.5 * DAY }).run();
    await journal.close();
    const next = await home.journal(directory, { otherLiveChains: [journal.head.chainId], segmentBytes: 3000 });
    next.signWith(testSigner);
    for (let n = 0; n < 60; n += 1) next.append(intent(n));
    const isDelivered = (chain: string): boolean => chain === next.head.chainId;
    expect((await retention(directory, next, { keepBytes: 0, isDelivered }).run()).length).toBeGreaterThan(2);
    expect(pruned(directory).filter(({ reason }) => reason === 'earlier')).toMatchObject([
      { chain: journal.head.chainId, first_seq: parseSegmentName(files.at(-2)!)!.firstSeq },
    ]);
    expect(await verifyDirectory(directory, TRUST)).toMatchObject({ ok: true });
  });

  it('keeps a damaged segment and what follows it for a person', async () => {
    const { directory, journal, files } = await written();
    const path = join(directory, files[2]!);
    const bytes = readFileSync(path);
    bytes[bytes.length - 10]! ^= 1;
    writeFileSync(path, bytes);
    age(directory, files[2]!, files.length - 3);
    expect(await retention(directory, journal, { keepBytes: 0 }).run()).toEqual(files.slice(0, 2));
    const next = await written();
    const second = join(next.directory, next.files[1]!);
    const text = readFileSync(second, 'utf8').replace('"prev":"', '"prev":"0');
    writeFileSync(second, text);
    expect(await retention(next.directory, next.journal, { keepBytes: 0 }).run()).toEqual([]);
  });
});

it('does not vouch for a segment that follows another history', async () => {
  const { directory, journal, files } = await written();
  const path = join(directory, files[1]!);
  const [first = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  const record = canonical(JSON.parse(first).record);
  const forged = lineOf(hashRecord(GENESIS, record), GENESIS, record).trimEnd();
  writeFileSync(path, [forged, ...rest].join('\n'));
  expect(await retention(directory, journal, { keepBytes: 0 }).run()).toEqual([]);
});

describe('ended in the middle', () => {
  const stopAt = (journal: Journal, at: 'checkpoint' | 'flush'): RetentionOptions['journal'] => ({
    get head() {
      return journal.head;
    },
    appendAll: (records) => journal.appendAll(records),
    checkpoint: () => {
      if (at === 'checkpoint') throw new Error('killed');
      return journal.checkpoint();
    },
    flush: () => Promise.reject(new Error('killed')),
  });

  it.each(['checkpoint', 'flush'] as const)('before the %s: nothing is gone, and the next run does it', async (at) => {
    const { directory, journal, files } = await written();
    const keepMs = 4.5 * DAY;
    await expect(retention(directory, stopAt(journal, at), { keepMs }).run()).rejects.toThrow('killed');
    await journal.close();
    expect(filesOf(directory).slice(0, files.length)).toEqual(files);
    const next = await home.journal(directory, { segmentBytes: 3000 });
    next.signWith(testSigner);
    next.append(event());
    expect(await verifyDirectory(directory, TRUST)).toMatchObject({ ok: true });
    expect(await retention(directory, next, { keepMs }).run()).toEqual(files.slice(0, -5));
    expect(await verifyDirectory(directory, TRUST)).toMatchObject({ ok: true });
  });

  it('between any two files: what is left verifies each time', async () => {
    const { directory, journal, files } = await written();
    const kept = new Map(files.map((file) => [file, readFileSync(join(directory, file))]));
    const removed = await retention(directory, journal, { keepMs: 4.5 * DAY }).run();
    expect(removed.length).toBeGreaterThan(3);
    for (const file of removed.toReversed()) {
      writeFileSync(join(directory, file), kept.get(file)!);
      expect(await verifyDirectory(directory, TRUST)).toMatchObject({ ok: true });
    }
    // Not from the middle, though.
    const { problems } = await verifyDirectory(await without(directory, removed[1]!), TRUST);
    expect(problems.map(({ code }) => code)).toEqual(['missing_segment']);
  });

  const without = async (directory: string, gone: string): Promise<string> => {
    const copy = join(home.folder(), 'audit');
    await home.journal(copy);
    for (const file of filesOf(directory)) {
      if (file !== gone) writeFileSync(join(copy, file), readFileSync(join(directory, file)));
    }
    return copy;
  };

  it('or with something written between event and checkpoint: nothing is removed', async () => {
    const { directory, journal, files } = await written();
    const stop = journal.onAppend((record) => {
      if (record.kind !== 'event' || record.event !== 'journal_pruned') return;
      stop();
      journal.append(event());
    });
    expect(await retention(directory, journal, { keepMs: 4.5 * DAY }).run()).toEqual([]);
    expect(filesOf(directory).slice(0, files.length)).toEqual(files);
  });

  it('or with something written where nobody signs: nothing is removed', async () => {
    const directory = join(home.folder(), 'audit');
    const journal = await home.journal(directory, { segmentBytes: 3000 });
    for (let n = 0; n < 30; n += 1) journal.append(intent(n));
    const files = filesOf(directory);
    const stop = journal.onAppend(() => {
      stop();
      journal.append(event());
    });
    expect(await retention(directory, journal, { keepBytes: 0 }).run()).toEqual([]);
    expect(filesOf(directory)).toEqual(expect.arrayContaining(files));
  });

  it('or with a disk that takes nothing: it rejects, and nothing is removed', async () => {
    const io = faultyIo();
    const directory = join(home.folder(), 'audit');
    const journal = await home.journal(directory, { segmentBytes: 3000, io });
    journal.signWith(testSigner);
    for (let n = 0; n < 30; n += 1) journal.append(intent(n));
    const files = filesOf(directory);
    io.faults.write = 'ENOSPC';
    const { run } = retention(directory, journal, { keepBytes: 0 });
    await expect(run()).rejects.toMatchObject({ code: 'E_AUDIT_UNAVAILABLE' });
    expect(filesOf(directory)).toEqual(expect.arrayContaining(files));
    delete io.faults.write;
    io.faults.sync = 'EIO';
    await expect(run()).rejects.toMatchObject({ code: 'E_AUDIT_UNAVAILABLE' });
    expect(filesOf(directory)).toEqual(expect.arrayContaining(files));
    delete io.faults.sync;
  });
});

describe('hashAt', () => {
  it('finds every record, in whichever segment, and nothing else', async () => {
    const { directory, journal } = await written(30);
    const { chainId } = journal.head;
    for (let seq = 0; seq <= journal.head.seq; seq += 1)
      expect(await hashAt(directory, chainId, seq)).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashAt(directory, chainId, journal.head.seq)).toBe(journal.head.hash);
    expect(await hashAt(directory, chainId, journal.head.seq + 1)).toBeUndefined();
    expect(await hashAt(directory, 'abc', 0)).toBeUndefined();
  });

  it('does not believe a line that does not fit', async () => {
    const { directory, journal, files } = await written(3);
    const path = join(directory, files[0]!);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"argument_bytes":20', '"argument_bytes":21'));
    expect(await hashAt(directory, journal.head.chainId, 0)).toBeUndefined();
    expect(await hashAt(directory, journal.head.chainId, 1)).toBeDefined();
  });
});
