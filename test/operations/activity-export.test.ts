import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExportPosition } from '../../main/audit/disk/activity-protocol.ts';
import { exportEntries, exportName, type ExportRequest } from '../../main/operations/activity-export.ts';

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});
const now = new Date('2026-01-02T03:04:05.678Z');
const NAME = 'runlayer-activity-2026-01-02-030405';

/** Three parts of one line each. */
function index(onPart: (n: number) => void = () => undefined): ExportRequest['index'] {
  const activity = async (request: { op: string; after?: ExportPosition | undefined }) => {
    const n = request.after?.row ?? 1;
    onPart(n);
    const next = n === 3 ? undefined : { time: 0, seq: 0, row: n + 1 };
    return { op: 'export', bytes: Buffer.from(`line ${n}\n`), rows: 1, total: 3, next };
  };
  return { activity } as unknown as ExportRequest['index'];
}

function setUp(withDownloads = true) {
  const userHome = mkdtempSync(join(tmpdir(), 'rl-export-'));
  homes.push(userHome);
  const downloads = join(userHome, 'Downloads');
  if (withDownloads) mkdirSync(downloads);
  const stop = new AbortController();
  const told: number[][] = [];
  const job = { signal: stop.signal, progress: (...step: number[]) => void told.push(step) };
  const run = (extra: Partial<ExportRequest> = {}): Promise<string> =>
    exportEntries(
      { index: index(), format: 'json', filter: { text: '', show: 'all', events: false }, userHome, now, ...extra },
      job,
    );
  return { userHome, downloads, run, stop, told };
}

describe('an export', () => {
  it('is one new file that only the person can read', async () => {
    const { downloads, run, told } = setUp();
    const path = await run();
    expect(path).toBe(join(downloads, `${NAME}.jsonl`));
    expect(readFileSync(path, 'utf8')).toBe('line 1\nline 2\nline 3\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(told).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('has a head where it is CSV', async () => {
    const { run } = setUp();
    expect(readFileSync(await run({ format: 'csv' }), 'utf8')).toMatch(/^\ufefftime,kind,.*\r\nline 1\n/);
  });

  it('takes the place of nothing, and follows no link', async () => {
    const { downloads, userHome, run } = setUp();
    writeFileSync(join(downloads, `${NAME}.jsonl`), 'mine');
    symlinkSync(join(userHome, 'elsewhere'), join(downloads, `${NAME}-2.jsonl`));
    expect(await run()).toBe(join(downloads, `${NAME}-3.jsonl`));
    expect(readFileSync(join(downloads, `${NAME}.jsonl`), 'utf8')).toBe('mine');
    expect(existsSync(join(userHome, 'elsewhere'))).toBe(false);
  });

  it('has its name only once it is whole', async () => {
    const { downloads, run } = setUp();
    const seen: string[][] = [];
    await run({ index: index(() => seen.push(readdirSync(downloads))) });
    expect(seen).toEqual(Array.from({ length: 3 }, () => [`${NAME}.jsonl.part`]));
    expect(readdirSync(downloads)).toEqual([`${NAME}.jsonl`]);
  });

  it('takes the next name where its own was taken while it was written, or another is being written', async () => {
    const { downloads, run } = setUp();
    writeFileSync(join(downloads, `${NAME}.jsonl.part`), 'another');
    const path = await run({ index: index((n) => n === 3 && writeFileSync(join(downloads, `${NAME}.jsonl`), 'mine')) });
    expect(path).toBe(join(downloads, `${NAME}-2.jsonl`));
    expect(readFileSync(path, 'utf8')).toContain('line 3');
    expect(readFileSync(join(downloads, `${NAME}.jsonl`), 'utf8')).toBe('mine');
    expect(readFileSync(join(downloads, `${NAME}.jsonl.part`), 'utf8')).toBe('another');
    expect(readdirSync(downloads)).toHaveLength(3);
  });

  it('goes home where there is no Downloads', async () => {
    const { userHome, run } = setUp(false);
    expect(await run()).toBe(join(userHome, `${NAME}.jsonl`));
  });

  it('leaves nothing behind when it is cancelled or fails', async () => {
    const { downloads, run, stop } = setUp();
    await expect(run({ index: index((n) => n === 2 && stop.abort()) })).rejects.toThrow();
    await expect(
      run({
        index: index(() => {
          throw new Error('gone');
        }),
      }),
    ).rejects.toThrow();
    expect(readdirSync(downloads)).toEqual([]);
  });

  const isRoot = process.getuid?.() === 0;
  const may = isRoot ? ' [skipped: root may write everywhere]' : '';
  it.skipIf(isRoot)(`says what to do where nothing can be written${may}`, async () => {
    const { userHome, run } = setUp(false);
    chmodSync(userHome, 0o500);
    await expect(run()).rejects.toMatchObject({ code: 'E_EXPORT_FAILED' });
    chmodSync(userHome, 0o700);
  });

  it.each([
    ['csv', 1, `${NAME}.csv`],
    ['json', 1, `${NAME}.jsonl`],
    ['json', 12, `${NAME}-12.jsonl`],
  ] as const)('%s, try %i: %s', (format, attempt, name) => {
    expect(exportName(now, format, attempt)).toBe(name);
  });
});
