import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyDirectory } from '../../../main/audit/disk/verify-directory.ts';
import { event, intent, outcome } from '../records.ts';
import { filesOf, tempHome } from './temp.ts';

const home = tempHome();

async function written(count: number, segmentBytes = 32 * 1024 * 1024) {
  const directory = join(home.folder(), 'audit');
  const journal = await home.journal(directory, { segmentBytes });
  for (let n = 0; n < count; n += 1) journal.append(n % 2 === 0 ? intent(n) : outcome(n - 1));
  await journal.close();
  return { directory, files: filesOf(directory).map((file) => join(directory, file)), head: journal.head };
}
const codes = async (directory: string) => (await verifyDirectory(directory)).problems.map(({ code }) => code);

describe('verifyDirectory', () => {
  it('passes 10,000 records in many segments', async () => {
    const { directory, files, head } = await written(10_000, 256 * 1024);
    expect(files.length).toBeGreaterThan(10);
    expect(await verifyDirectory(directory)).toEqual({
      ok: true,
      records: 10_000,
      chains: [{ chainId: head.chainId, firstSeq: 0, lastSeq: 9999, head: head.hash }],
      problems: [],
      signed: false,
      note: 'unsigned: a cut tail is not detectable',
      unchecked: 0,
    });
  });

  it('finds every flip of every byte of a small journal, in its files', async () => {
    const { directory, files } = await written(3, 700);
    expect(files).toHaveLength(3);
    for (const file of files) {
      const bytes = readFileSync(file);
      for (let at = 0; at < bytes.length; at += 1) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << (at % 8);
        writeFileSync(file, flipped);
        if ((await verifyDirectory(directory)).ok) throw new Error(`a flip of byte ${at} went unseen`);
      }
      writeFileSync(file, bytes);
    }
    expect((await verifyDirectory(directory)).ok).toBe(true);
  }, 60_000);

  it('finds segments that are missing, renamed, exchanged or not files', async () => {
    const missing = await written(20, 2000);
    rmSync(missing.files[1]!);
    expect(await codes(missing.directory)).toEqual(['missing_segment']);

    const start = await written(20, 2000);
    rmSync(start.files[0]!);
    expect(await codes(start.directory)).toEqual(['missing_start']);

    const renamed = await written(20, 2000);
    renameSync(renamed.files[1]!, `${renamed.files[1]}.bak`);
    expect(await codes(renamed.directory)).toEqual(['bad_name', 'missing_segment']);

    const exchanged = await written(20, 2000);
    renameSync(exchanged.files[1]!, join(exchanged.directory, 'x'));
    renameSync(exchanged.files[2]!, exchanged.files[1]!);
    renameSync(join(exchanged.directory, 'x'), exchanged.files[2]!);
    expect(new Set(await codes(exchanged.directory))).toEqual(
      new Set(['broken_sequence', 'broken_link', 'missing_segment', 'overlapping_segment']),
    );

    const folder = await written(2);
    mkdirSync(join(folder.directory, 'abc-000000000000.jsonl'));
    expect(await codes(folder.directory)).toEqual(['not_a_file']);
  });

  it.skipIf(process.platform === 'win32')(
    'does not follow links [skipped: Windows needs a privilege for links]',
    async () => {
      const { directory, files } = await written(2);
      renameSync(files[0]!, join(directory, '..', 'elsewhere'));
      symlinkSync(join(directory, '..', 'elsewhere'), files[0]!);
      expect(await verifyDirectory(directory)).toMatchObject({
        ok: false,
        records: 0,
        problems: [{ code: 'not_a_file' }],
      });
    },
  );

  it('finds a torn line, and a line of 20 MB without holding it', async () => {
    const torn = await written(2);
    appendFileSync(torn.files[0]!, '{"hash":');
    expect(await codes(torn.directory)).toEqual(['torn_line']);

    const long = await written(2);
    appendFileSync(long.files[0]!, `${' '.repeat(20 * 1024 * 1024)}\nx\n`);
    expect(await codes(long.directory)).toEqual(['line_too_long', 'bad_line']);
  });

  it('does not take a line that is being written for damage', async () => {
    const { directory, files } = await written(2);
    const bytes = readFileSync(files[0]!);
    const half = bytes.length - 100;
    writeFileSync(files[0]!, bytes.subarray(0, half));
    const report = verifyDirectory(directory);
    // The reader has met the unfinished line when its first wait is over; the rest comes well within its patience.
    await new Promise((resolve) => setImmediate(resolve));
    appendFileSync(files[0]!, bytes.subarray(half));
    expect(await report).toMatchObject({ ok: true, records: 2 });
  });

  it('holds while the journal is being written', async () => {
    const directory = join(home.folder(), 'audit');
    const journal = await home.journal(directory, { segmentBytes: 50_000 });
    for (let round = 0; round < 20; round += 1) {
      const report = verifyDirectory(directory);
      for (let n = 0; n < 50; n += 1) journal.append(event({ round, n }));
      expect((await report).problems).toEqual([]);
    }
  });

  it('takes a segment that goes while it reads for what its absence means, not for damage', async () => {
    const { directory, files } = await written(40, 2000);
    const report = verifyDirectory(directory);
    rmSync(files[5]!);
    expect((await report).problems.map(({ code }) => code)).toEqual(['missing_segment']);
  });

  it('ignores files that are no journal', async () => {
    const { directory } = await written(2);
    writeFileSync(join(directory, '.DS_Store'), 'x');
    expect((await verifyDirectory(directory)).ok).toBe(true);
  });

  it('says what to do where there is no journal', async () => {
    await expect(verifyDirectory(join(home.folder(), 'none'))).rejects.toMatchObject({
      code: 'E_NO_JOURNAL',
      next: expect.stringContaining('RUNLAYER_COMPANION_HOME'),
    });
  });
});
