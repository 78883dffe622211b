import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { verifyDirectory } from '../../../main/audit/disk/verify-directory.ts';
import { filesOf, recordsOf, tempHome } from './temp.ts';

const home = tempHome();
const CHILD = fileURLToPath(new URL('./append-forever.ts', import.meta.url));

/** Runs the child until it has acknowledged `count` records and kills it in the middle of what it does. */
async function runAndKill(directory: string, salt: number, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, directory, String(salt)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === count) child.kill('SIGKILL');
  }
  return acknowledged;
}

describe('a companion that is killed', () => {
  it('loses no acknowledged record, in 25 rounds of kill -9', async () => {
    const directory = join(home.folder(), 'audit');
    const acknowledged: string[] = [];
    for (let round = 1; round <= 25; round += 1) {
      const lines = await runAndKill(directory, round, (round * 37) % 211);
      acknowledged.push(...lines);
      const written = new Set(recordsOf(directory).map(({ chain_id, seq, id }) => `${chain_id} ${seq} ${id}`));
      expect(lines.filter((line) => !written.has(line))).toEqual([]);
    }
    const journal = await home.journal(directory);
    const written = new Set(recordsOf(directory).map(({ chain_id, seq, id }) => `${chain_id} ${seq} ${id}`));
    expect(acknowledged.filter((line) => !written.has(line))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(2000);
    const report = await verifyDirectory(directory);
    expect(report.problems).toEqual([]);
    expect(report.chains).toHaveLength(1);
    expect(report.chains[0]?.lastSeq).toBe(journal.head.seq);
  }, 120_000);

  it.skipIf(process.platform === 'win32')(
    'keeps the store intact at a real file size limit: short write, then EFBIG [skipped: Windows has no ulimit]',
    async () => {
      const directory = join(home.folder(), 'audit');
      // 40 blocks of 512 bytes are less than a segment: the write that crosses it is cut short by the kernel.
      const run = spawnSync(
        'sh',
        ['-c', 'ulimit -f 40; exec "$0" "$@"', process.execPath, CHILD, directory, '1', '60'],
        {
          encoding: 'utf8',
        },
      );
      const lines = run.stdout.trimEnd().split('\n');
      const refused = lines.filter((line) => line.startsWith('refused'));
      expect(refused.join('\n')).toMatch(/only \d+ of \d+ bytes/);
      expect(refused.length).toBeGreaterThan(10);
      expect(refused.length + recordsOf(directory).length).toBe(60);
      const file = join(directory, filesOf(directory)[0] ?? '');
      expect(readFileSync(file).at(-1)).toBe(10);
      expect(statSync(file).size).toBeLessThanOrEqual(40 * 1024);
      expect((await verifyDirectory(directory)).ok).toBe(true);
    },
  );
});
