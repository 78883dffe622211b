import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unlockFromFile } from '../../main/secrets/passphrase-file.ts';
import { CompanionError } from '../../preload/contract/failure.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rl-passphrase-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function unlock(path: string | undefined, refuse?: string): Promise<{ given: string[]; warned: string[] }> {
  const given: string[] = [];
  const warned: string[] = [];
  await unlockFromFile({
    env: path === undefined ? {} : { RUNLAYER_VAULT_PASSPHRASE_FILE: path },
    vault: {
      unlock: (passphrase) => {
        given.push(passphrase);
        return refuse === undefined
          ? Promise.resolve({ backend: 'vault', state: 'ready', detail: '' })
          : Promise.reject(new CompanionError(refuse, 'correct horse', 'next'));
      },
    },
    warn: (text) => warned.push(text),
  });
  return { given, warned };
}

const file = (text: string, mode = 0o600): string => {
  const path = join(folder, 'passphrase');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

it.each([
  ['a line', 'correct horse\n'],
  ['a line of Windows', 'correct horse\r\n'],
  ['no end of line', 'correct horse'],
  ['more lines', 'correct horse\nbattery\n'],
])('opens the vault with the first line: %s', async (_title, text) => {
  expect(await unlock(file(text))).toEqual({ given: ['correct horse'], warned: [] });
});

it('does nothing where nothing is named, or there is no vault yet', async () => {
  expect(await unlock(undefined)).toEqual({ given: [], warned: [] });
  expect(await unlock('')).toEqual({ given: [], warned: [] });
  expect((await unlock(file('correct horse\n'), 'E_VAULT_ABSENT')).warned).toEqual([]);
});

it('says that a wrong one does not open it, and never what it is', async () => {
  const { warned } = await unlock(file('correct horse\n'), 'E_VAULT_PASSPHRASE');
  expect(warned).toHaveLength(1);
  expect(warned[0]).toContain('does not open it');
  expect(warned[0]).not.toContain('correct horse');
});

it.each<[string, () => string, string]>([
  ['that others may read', () => file('correct horse\n', 0o644), 'chmod 600'],
  ['that is empty', () => file('\n'), 'empty'],
  ['that is a folder', () => folder, 'no file'],
  ['that is too large', () => file('x'.repeat(5000)), 'too large'],
  ['that is not there', () => join(folder, 'none'), 'cannot be read'],
])('gives nothing from a file %s', async (_title, path, why) => {
  const { given, warned } = await unlock(path());
  expect(given).toEqual([]);
  expect(warned.join()).toContain(why);
});
