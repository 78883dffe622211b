import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyDirectory } from '../../../main/audit/disk/verify-directory.ts';
import { event, intent, outcome } from '../records.ts';
import { faultyIo } from './faulty-io.ts';
import { filesOf, recordsOf, tempHome } from './temp.ts';

const home = tempHome();
const onWindows = process.platform === 'win32';

/** A closed journal with `count` records in one chain; the path of its last segment. */
async function written(count: number, segmentBytes?: number) {
  const directory = join(home.folder(), 'audit');
  const journal = await home.journal(directory, segmentBytes === undefined ? {} : { segmentBytes });
  for (let n = 0; n < count; n += 1) journal.append(n % 2 === 0 ? intent(n) : outcome(n - 1));
  const { head } = journal;
  await journal.close();
  const files = filesOf(directory);
  return { directory, head, files, last: join(directory, files.at(-1) ?? '') };
}

describe('opening', () => {
  it('starts a chain in a new folder that is ours alone', async () => {
    const directory = join(home.folder(), 'a', 'audit');
    const journal = await home.journal(directory);
    expect(journal.head).toMatchObject({
      seq: -1,
      hash: '0'.repeat(64),
      chainId: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(filesOf(directory)).toEqual([]);
    journal.append(event());
    expect(filesOf(directory)).toEqual([`${journal.head.chainId}-000000000000.jsonl`]);
    if (!onWindows) expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('continues the chain of the run before, again and again', async () => {
    const { directory, head } = await written(3);
    for (let run = 0; run < 3; run += 1) {
      const journal = await home.journal(directory);
      expect(journal.head).toMatchObject({ chainId: head.chainId, seq: 2 + run });
      journal.append(event());
      await journal.close();
    }
    expect(filesOf(directory)).toHaveLength(1);
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true, records: 6 });
  });

  it('continues in the last of several segments', async () => {
    const { directory, files, head } = await written(20, 2000);
    expect(files.length).toBeGreaterThan(3);
    const journal = await home.journal(directory, { segmentBytes: 2000 });
    expect(journal.head).toEqual(head);
    for (let n = 20; n < 30; n += 1) journal.append(intent(n));
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true, records: 30 });
  });

  it('continues the newest chain, and leaves those of other living hosts alone', async () => {
    const { directory, head, last } = await written(2);
    const second = await home.journal(directory, { otherLiveChains: [head.chainId] });
    expect(second.head.chainId).not.toBe(head.chainId);
    second.append(event());
    await second.close();
    utimesSync(last, new Date(0), new Date(0));
    expect((await home.journal(directory)).head).toEqual(second.head);
    utimesSync(last, new Date('2100-01-01'), new Date('2100-01-01'));
    expect((await home.journal(directory)).head).toEqual(head);
    const third = await home.journal(directory, { otherLiveChains: [second.head.chainId, head.chainId] });
    expect(third.head.seq).toBe(-1);
    third.append(event());
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true, records: 4, chains: { length: 3 } });
  });

  it('never takes the name of a chain that is there', async () => {
    const directory = join(home.folder(), 'audit');
    const ids: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      const journal = await home.journal(directory, { newId: () => 'same-id', otherLiveChains: ids });
      journal.append(event());
      ids.push(journal.head.chainId);
    }
    expect(ids).toEqual(
      ['0000000aeid'.replace('eid', 'ed').padStart(12, '0')].flatMap((id) => [id, `${id}-2`, `${id}-3`]),
    );
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true, records: 3 });
  });
});

describe('a torn last line', () => {
  it.each([1, 10, 100, 400])('of %i bytes is cut off, which is recorded', async (bytes) => {
    const { directory, head, last } = await written(3);
    const before = readFileSync(last);
    appendFileSync(last, before.subarray(0, bytes));
    const log: string[] = [];
    const journal = await home.journal(directory, { log: (text) => log.push(text) });
    expect(log.join()).toContain(`${bytes} bytes`);
    expect(journal.head).toMatchObject({ chainId: head.chainId, seq: 3 });
    expect(recordsOf(directory).at(-1)).toMatchObject({
      event: 'journal_recovered',
      detail: { reason: 'torn_line', bytes, file: filesOf(directory)[0] },
    });
    expect(readFileSync(last).subarray(0, before.length).equals(before)).toBe(true);
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true, records: 4 });
  });

  it('of zeros, as a power cut leaves them, is cut off', async () => {
    const { directory, last } = await written(3);
    appendFileSync(last, Buffer.alloc(4096));
    await home.journal(directory);
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true, records: 4 });
  });

  it('that is the first of the chain leaves the chain at its start', async () => {
    const { directory, last, head } = await written(1);
    truncateSync(last, 50);
    const journal = await home.journal(directory);
    expect(journal.head).toMatchObject({ chainId: head.chainId, seq: 0 });
    expect(recordsOf(directory)).toMatchObject([{ event: 'journal_recovered' }]);
  });

  it('that is the first of a segment goes back to the segment before', async () => {
    const { directory, last, files, head } = await written(20, 2000);
    truncateSync(last, 50);
    const journal = await home.journal(directory);
    expect(journal.head.chainId).toBe(head.chainId);
    expect(filesOf(directory)).toEqual(files);
    expect(await verifyDirectory(directory)).toMatchObject({ ok: true });
  });

  it('on a full disk is recorded once there is room', async () => {
    const { directory, last } = await written(3);
    appendFileSync(last, '{"hash');
    const io = faultyIo();
    io.faults.write = 'ENOSPC';
    const journal = await home.journal(directory, { io });
    expect(journal.state.state).toBe('unavailable');
    expect(() => journal.append(intent(9))).toThrow('ENOSPC');
    delete io.faults.write;
    journal.append(intent(9));
    expect(recordsOf(directory).slice(3)).toMatchObject([{ event: 'journal_recovered' }, { kind: 'intent' }]);
  });
});

describe('a damaged last segment', () => {
  const flip = (path: string, from: number): void => {
    const bytes = readFileSync(path);
    const at = from < 0 ? bytes.length + from : from;
    bytes[at]! ^= 1;
    writeFileSync(path, bytes);
  };
  const damages: [string, string, (path: string) => void][] = [
    [
      'a changed byte in its last record',
      'not in canonical form|hash of its last line|not JSON',
      (path) => flip(path, -20),
    ],
    [
      'a changed hash',
      'hash of its last line does not fit',
      (path) => {
        const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
        writeFileSync(path, `${lines.slice(0, -1).join('\n')}\n${lines.at(-1)?.replace(/"hash":"./, '"hash":"0')}\n`);
      },
    ],
    ['a last line that is not JSON', 'not JSON', (path) => appendFileSync(path, 'garbage\n')],
    ['an empty last line', 'not JSON', (path) => appendFileSync(path, '\n')],
    [
      'a last line without its newline',
      'end of its last line was changed',
      (path) => truncateSync(path, statSync(path).size - 1),
    ],
    ['another byte for its newline', 'end of its last line was changed', (path) => flip(path, -1)],
    [
      'a last line without end',
      'longer than any record',
      (path) => appendFileSync(path, Buffer.alloc(2_000_000, 0x20)),
    ],
    ['a last line of 2 MB', 'longer than any record', (path) => appendFileSync(path, `${' '.repeat(2_000_000)}\n`)],
  ];

  it.each(damages)('is kept under another name and a new chain begins: %s', async (_, why, damage) => {
    const { directory, head, files, last } = await written(4);
    damage(last);
    const damaged = readFileSync(last);
    const journal = await home.journal(directory);
    expect(journal.head.chainId).not.toBe(head.chainId);
    expect(journal.append(intent(9)).seq).toBe(1);
    expect(readFileSync(`${last}.corrupt`).equals(damaged)).toBe(true);
    expect(recordsOf(directory)[0]).toMatchObject({
      seq: 0,
      event: 'journal_recovered',
      detail: {
        reason: 'corrupt',
        file: files[0],
        kept_as: `${files[0]}.corrupt`,
        previous_chain: head.chainId,
        problem: expect.stringMatching(why),
      },
    });
    const report = await verifyDirectory(directory);
    expect(report).toMatchObject({
      ok: false,
      records: 2,
      problems: [{ code: 'set_aside', file: `${files[0]}.corrupt` }],
    });
  });

  it('ends its chain for good, also when the next start comes before anything was written', async () => {
    const { directory, head, last } = await written(20, 2000);
    appendFileSync(last, 'garbage\n');
    const io = faultyIo();
    io.faults.open = 'ENOSPC';
    await (await home.journal(directory, { io })).close();
    const journal = await home.journal(directory);
    expect(journal.head.chainId).not.toBe(head.chainId);
  });

  it('is kept beside one that was set aside before', async () => {
    const { directory, files, last } = await written(4);
    writeFileSync(`${last}.corrupt`, 'older');
    renameSync(`${last}.corrupt`, join(directory, 'x'));
    appendFileSync(last, 'garbage\n');
    mkdirSync(`${last}.corrupt`);
    // A chain with a segment set aside is not continued at all, so nothing has to be renamed over.
    await home.journal(directory);
    expect(filesOf(directory)).toContain(files[0]);
  });

  it('is one whose name is another chain or sequence', async () => {
    for (const name of ['abc-000000000000.jsonl', 'abc-000000000007.jsonl']) {
      const { directory, last } = await written(2);
      renameSync(last, join(directory, name));
      await home.journal(directory);
      expect(existsSync(join(directory, `${name}.corrupt`))).toBe(true);
    }
  });

  it('is an empty one without the segment that leads up to it', async () => {
    const { directory, files, last } = await written(20, 2000);
    truncateSync(last, 0);
    renameSync(join(directory, files.at(-2) ?? ''), join(directory, 'gone'));
    const journal = await home.journal(directory);
    expect(recordsOf(directory).find(({ kind }) => kind === 'event')).toMatchObject({ detail: { reason: 'corrupt' } });
    expect(journal.head.seq).toBe(0);
  });

  it.skipIf(onWindows)('is a link, of either kind [skipped: Windows needs a privilege for links]', async () => {
    for (const plant of [symlinkSync, linkSync]) {
      const { directory, last } = await written(2);
      const elsewhere = join(directory, '..', 'elsewhere');
      renameSync(last, elsewhere);
      plant(elsewhere, last);
      const before = readFileSync(elsewhere);
      const journal = await home.journal(directory);
      journal.append(event());
      expect(existsSync(`${last}.corrupt`)).toBe(true);
      expect(readFileSync(elsewhere).equals(before)).toBe(true);
    }
  });
});

describe('a folder that is not ours alone', () => {
  it.skipIf(onWindows)('is refused: open to others [skipped: Windows has no modes]', async () => {
    for (const mode of [0o755, 0o770, 0o701]) {
      const directory = join(home.folder(), 'audit');
      mkdirSync(directory);
      chmodSync(directory, mode);
      await expect(home.journal(directory)).rejects.toMatchObject({
        code: 'E_AUDIT_DIRECTORY',
        message: expect.stringContaining(mode.toString(8)),
        next: expect.stringContaining('chmod 700'),
      });
    }
  });

  it.skipIf(onWindows)('is refused: a symbolic link [skipped: Windows needs a privilege for links]', async () => {
    const folder = home.folder();
    mkdirSync(join(folder, 'real'), { mode: 0o700 });
    symlinkSync(join(folder, 'real'), join(folder, 'audit'));
    await expect(home.journal(join(folder, 'audit'))).rejects.toMatchObject({
      code: 'E_AUDIT_DIRECTORY',
      message: expect.stringContaining('symbolic link'),
    });
  });

  it('is refused: a file', async () => {
    const directory = join(home.folder(), 'audit');
    writeFileSync(directory, '');
    await expect(home.journal(directory)).rejects.toMatchObject({
      code: expect.stringMatching(/^E_AUDIT_/),
      next: /\w/,
    });
  });

  it.skipIf(onWindows || process.getuid?.() !== 0)(
    'is refused: of another user [skipped: only root can give a folder away]',
    async () => {
      const { chownSync } = await import('node:fs');
      const directory = join(home.folder(), 'audit');
      mkdirSync(directory, { mode: 0o700 });
      chownSync(directory, 65534, 65534);
      await expect(home.journal(directory)).rejects.toMatchObject({
        code: 'E_AUDIT_DIRECTORY',
        message: expect.stringContaining('another user'),
      });
    },
  );

  it.skipIf(onWindows)('a segment that others could read is narrowed [skipped: Windows has no modes]', async () => {
    const { directory, last } = await written(1);
    chmodSync(last, 0o644);
    await home.journal(directory);
    expect(statSync(last).mode & 0o777).toBe(0o600);
  });
});
