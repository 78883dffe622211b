import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programContent } from '../../main/connectors/program-content.ts';
import { resolveCommand } from '../../main/connectors/resolve-command.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rl-content-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('programContent', () => {
  it('is the SHA-256 of a program that this user could replace', async () => {
    const path = join(folder, 'server');
    writeFileSync(path, 'one', { mode: 0o755 });
    expect(await programContent(path)).toBe(sha256('one'));
    expect((await resolveCommand(path, ''))?.sha256).toBe(sha256('one'));
  });

  it('notices another file in its place, also of the same size and with the old date', async () => {
    const path = join(folder, 'server');
    writeFileSync(path, 'one', { mode: 0o755 });
    const { atime, mtime } = statSync(path);
    expect(await programContent(path)).toBe(sha256('one'));
    writeFileSync(join(folder, 'new'), 'two', { mode: 0o755 });
    renameSync(join(folder, 'new'), path);
    utimesSync(path, atime, mtime);
    expect(await programContent(path)).toBe(sha256('two'));
  });

  it('notices a file that was written over', async () => {
    const path = join(folder, 'server');
    writeFileSync(path, 'one', { mode: 0o755 });
    const { atime, mtime } = statSync(path);
    await programContent(path);
    writeFileSync(path, 'TWO');
    utimesSync(path, atime, mtime);
    expect(await programContent(path)).toBe(sha256('TWO'));
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'leaves a program alone that only root can replace [skipped: as root everything can be replaced]',
    async () => {
      expect(await programContent('/bin/sh')).toBeUndefined();
    },
  );

  it('rejects for what is not there', async () => {
    await expect(programContent(join(folder, 'nothing'))).rejects.toThrow();
  });
});
