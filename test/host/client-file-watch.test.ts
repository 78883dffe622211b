import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchClientFiles } from '../../main/host/client-file-watch.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe('a client file', () => {
  it('that comes, is renamed over, or goes is told of; many writes are few looks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rl-watch-'));
    folders.push(folder);
    const path = join(folder, 'mcp.json');
    const changed = vi.fn();
    const end = watchClientFiles([path], changed, 20);
    try {
      const next = async (does: () => Promise<void>): Promise<void> => {
        const before = changed.mock.calls.length;
        await does();
        await vi.waitFor(() => expect(changed.mock.calls.length).toBeGreaterThan(before), 5000);
      };
      await next(() => writeFile(path, '{}'));
      await next(async () => {
        await writeFile(`${path}.tmp`, '{"a":1}');
        await rename(`${path}.tmp`, path);
      });
      const before = changed.mock.calls.length;
      await next(async () => {
        for (let write = 0; write < 200; write++) await writeFile(path, `{"a":${write}}`);
      });
      expect(changed.mock.calls.length - before).toBeLessThan(200);
      await next(() => rm(path));
    } finally {
      end();
    }
  });
});
