import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOrCreateInstallId } from '../../main/secrets/install-id.ts';
import { codeOf, inFolder } from './fakes.ts';

const ID = '0198c0de-0000-7000-8000-000000000001';

describe('install id', () => {
  it('is made once, 0600, and read from then on', async () =>
    inFolder(async (home) => {
      expect(await readOrCreateInstallId(home, () => ID)).toBe(ID);
      expect(await readOrCreateInstallId(home, () => 'another-id')).toBe(ID);
      expect(readFileSync(join(home, 'install-id'), 'utf8')).toBe(`${ID}\n`);
      expect(statSync(join(home, 'install-id')).mode & 0o777).toBe(0o600);
      expect(readdirSync(home)).toEqual(['install-id']);
    }));

  it('is one for all that race to make it', async () =>
    inFolder(async (home) => {
      const ids = await Promise.all(
        Array.from({ length: 50 }, (_, at) => readOrCreateInstallId(home, () => `install-${at}`)),
      );
      expect(new Set(ids).size).toBe(1);
      expect(readFileSync(join(home, 'install-id'), 'utf8')).toBe(`${ids[0]}\n`);
      expect(readdirSync(home)).toEqual(['install-id']);
    }));

  it.each([
    ['empty', ''],
    ['short', 'abc\n'],
    ['a path', '../../etc/passwd\n'],
    ['two lines', `${ID}\n${ID}\n`],
    ['NUL', 'abcdefgh\0ij'],
    ['huge', 'a'.repeat(100_000)],
  ])('%s: refused and left as it is', async (_name, text) =>
    inFolder(async (home) => {
      const path = join(home, 'install-id');
      writeFileSync(path, text);
      expect(await codeOf(readOrCreateInstallId(home, () => ID))).toBe('E_INSTALL_ID');
      expect(readFileSync(path, 'utf8')).toBe(text);
    }),
  );

  it('does not follow a link and does not take a folder', async () =>
    inFolder(async (home) => {
      const path = join(home, 'install-id');
      writeFileSync(join(home, 'theirs'), ID);
      symlinkSync(join(home, 'theirs'), path);
      expect(await codeOf(readOrCreateInstallId(home, () => ID))).toBe('E_INSTALL_ID');
      rmSync(path);
      symlinkSync(join(home, 'nowhere'), path);
      expect(await codeOf(readOrCreateInstallId(home, () => ID))).toBe('E_INSTALL_ID');
      rmSync(path);
      mkdirSync(path);
      expect(await codeOf(readOrCreateInstallId(home, () => ID))).toBe('E_INSTALL_ID');
    }));

  it('says why when the home cannot be used', async () =>
    inFolder(async (home) => {
      await expect(readOrCreateInstallId(join(home, 'missing'), () => ID)).rejects.toThrow('ENOENT');
      await expect(readOrCreateInstallId(home, () => 'bad/id')).rejects.toThrow('install id');
      chmodSync(home, 0o700);
      expect(readdirSync(home)).toEqual([]);
    }));
});
