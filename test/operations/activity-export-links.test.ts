import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as Files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { exportEntries, exportName, type ExportRequest } from '../../main/operations/activity-export.ts';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof Files>()),
  link: () => Promise.reject(Object.assign(new Error('not permitted'), { code: 'EPERM' })),
}));

it('an export takes the place of nothing on a disk that knows no second names either', async () => {
  const userHome = mkdtempSync(join(tmpdir(), 'rl-export-'));
  onTestFinished(() => rmSync(userHome, { recursive: true, force: true }));
  const now = new Date('2026-01-02T03:04:05.678Z');
  const taken = exportName(now, 'json', 1);
  const activity = (): Promise<unknown> => {
    writeFileSync(join(userHome, taken), 'mine');
    return Promise.resolve({ op: 'export', bytes: Buffer.from('line\n'), rows: 1, total: 1, next: undefined });
  };
  const index = { activity } as unknown as ExportRequest['index'];
  const path = await exportEntries(
    { index, format: 'json', filter: { text: '', show: 'all', events: false }, userHome, now },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  expect(readFileSync(path, 'utf8')).toBe('line\n');
  expect(readFileSync(join(userHome, taken), 'utf8')).toBe('mine');
  expect(readdirSync(userHome).sort()).toEqual([exportName(now, 'json', 2), taken].sort());
});
