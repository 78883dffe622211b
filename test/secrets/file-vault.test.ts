import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CompactEncrypt, decodeProtectedHeader } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { createFileVault } from '../../main/secrets/file-vault.ts';
import { openVault, sealVault } from '../../main/secrets/vault-format.ts';
import { codeOf, inFolder } from './fakes.ts';

// Each seal is 600,000 rounds of PBKDF2: seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const PASS = 'correct horse ünd battery';

/** A vault of the given contents, sealed as ours are. */
const sealed = (contents: string, p2c = 600_000): Promise<string> =>
  new CompactEncrypt(new TextEncoder().encode(contents))
    .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' })
    .setKeyManagementParameters({ p2c })
    .encrypt(new TextEncoder().encode(PASS));

/** The JWE with one character of one of its five parts changed for another valid one. */
function flip(jwe: string, part: number): string {
  const parts = jwe.trim().split('.');
  const text = parts[part]!;
  const at = Math.floor(text.length / 2);
  parts[part] = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  return parts.join('.');
}

describe('file vault', () => {
  it('is absent until somebody asks for it, and says so', async () =>
    inFolder(async (home) => {
      const vault = createFileVault(home);
      expect(await vault.status()).toBe('absent');
      expect(await codeOf(vault.get('a'))).toBe('E_KEYCHAIN_ABSENT');
      expect(await codeOf(vault.set('a', '1'))).toBe('E_KEYCHAIN_ABSENT');
      expect(await codeOf(vault.delete('a'))).toBe('E_KEYCHAIN_ABSENT');
      expect(await codeOf(vault.unlock(PASS))).toBe('E_VAULT_ABSENT');
      expect(readdirSync(home)).toEqual([]);
    }));

  it('keeps values over a restart, encrypted, 0600, with the stated parameters', async () =>
    inFolder(async (home) => {
      const vault = createFileVault(home);
      await vault.create(PASS);
      expect(await vault.status()).toBe('ready');
      await vault.set('inst/A', 'välue "one"');
      await vault.set('inst/__proto__', 'two');
      expect(await vault.delete('inst/none')).toBe(false);

      const path = join(home, 'vault.jwe');
      const text = readFileSync(path, 'utf8');
      expect(decodeProtectedHeader(text)).toMatchObject({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 600_000 });
      expect(text).not.toMatch(/inst|v.lue/);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readdirSync(home)).toEqual(['vault.jwe']);

      const other = createFileVault(home);
      expect(await other.status()).toBe('locked');
      expect(await codeOf(other.get('inst/A'))).toBe('E_KEYCHAIN_LOCKED');
      await other.unlock(PASS);
      expect(await other.get('inst/A')).toBe('välue "one"');
      expect(await other.get('inst/__proto__')).toBe('two');
      expect(await other.get('inst/B')).toBeUndefined();
      other.lock();
      expect(await codeOf(other.set('inst/A', 'x'))).toBe('E_KEYCHAIN_LOCKED');
      expect(readFileSync(path, 'utf8')).toBe(text);
    }));

  it('takes the passphrase in either Unicode composition', async () => {
    const jwe = await sealVault(new Map([['a', '1']]), 'zwölf Käfer'.normalize('NFD'));
    expect(await openVault(jwe, 'zwölf Käfer'.normalize('NFC'))).toEqual(new Map([['a', '1']]));
  });

  it('makes no second vault over a first, also when two are made at once', async () =>
    inFolder(async (home) => {
      const vaults = [createFileVault(home), createFileVault(home)];
      const results = await Promise.allSettled(vaults.map((vault, at) => vault.create(`${PASS}${at}`)));
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      const before = readFileSync(join(home, 'vault.jwe'), 'utf8');
      for (const vault of vaults) expect(await codeOf(vault.create(PASS))).toBe('E_VAULT_EXISTS');
      expect(readFileSync(join(home, 'vault.jwe'), 'utf8')).toBe(before);
      expect(readdirSync(home)).toEqual(['vault.jwe']);
    }));

  it('refuses a short passphrase and makes nothing', async () =>
    inFolder(async (home) => {
      expect(await codeOf(createFileVault(home).create('1234567'))).toBe('E_VAULT_PASSPHRASE_SHORT');
      expect(readdirSync(home)).toEqual([]);
    }));

  it('keeps every one of many writes at once', async () =>
    inFolder(async (home) => {
      const vault = createFileVault(home);
      await vault.create(PASS);
      await Promise.all(['a', 'b', 'c', 'd'].map((name) => vault.set(name, `value-${name}`)));
      const again = createFileVault(home);
      await again.unlock(PASS);
      for (const name of ['a', 'b', 'c', 'd']) expect(await again.get(name)).toBe(`value-${name}`);
    }));

  it('sees what another process wrote, and keeps it when it writes', async () =>
    inFolder(async (home) => {
      const one = createFileVault(home);
      await one.create(PASS);
      const two = createFileVault(home);
      await two.unlock(PASS);
      await two.set('from-two', '2');
      await one.set('from-one', '1');
      expect(await two.get('from-one')).toBe('1');
      expect(await one.get('from-two')).toBe('2');
    }));

  it('says a wrong passphrase is wrong, and locks what was unlocked', async () =>
    inFolder(async (home) => {
      const vault = createFileVault(home);
      await vault.create(PASS);
      expect(await codeOf(vault.unlock(`${PASS}!`))).toBe('E_VAULT_PASSPHRASE');
      expect(await vault.status()).toBe('locked');
      expect(await codeOf(vault.get('a'))).toBe('E_KEYCHAIN_LOCKED');
    }));

  it('does not make the vault again when it vanished while unlocked', async () =>
    inFolder(async (home) => {
      const vault = createFileVault(home);
      await vault.create(PASS);
      rmSync(join(home, 'vault.jwe'));
      expect(await codeOf(vault.set('a', '1'))).toBe('E_KEYCHAIN_ABSENT');
      expect(readdirSync(home)).toEqual([]);
    }));

  const hostile: [string, string, (good: string) => string | Promise<string>][] = [
    ['empty', 'E_VAULT_CORRUPT', () => ''],
    ['cut in half', 'E_VAULT_CORRUPT', (good) => good.slice(0, good.length / 2)],
    ['no JWE', 'E_VAULT_CORRUPT', () => '{"v":1,"items":{}}'],
    ['binary', 'E_VAULT_CORRUPT', () => '\0\u0001\ufffd.....'],
    ['header changed', 'E_VAULT_CORRUPT', (good) => flip(good, 0)],
    ['wrapped key changed', 'E_VAULT_PASSPHRASE', (good) => flip(good, 1)],
    ['nonce changed', 'E_VAULT_CORRUPT', (good) => flip(good, 2)],
    ['content changed', 'E_VAULT_CORRUPT', (good) => flip(good, 3)],
    ['tag changed', 'E_VAULT_CORRUPT', (good) => flip(good, 4)],
    [
      'a planted file that asks for hours of work',
      'E_VAULT_CORRUPT',
      (good) => {
        const [, ...rest] = good.split('.');
        const header = { ...decodeProtectedHeader(good), p2c: 2_000_000_000 };
        return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
      },
    ],
    ['a newer format', 'E_VAULT_NEWER', () => sealed('{"v":2,"things":[]}')],
    ['no format number', 'E_VAULT_CORRUPT', () => sealed('{"items":{}}')],
    ['values that are not text', 'E_VAULT_CORRUPT', () => sealed('{"v":1,"items":{"a":1}}')],
    ['content that is not JSON', 'E_VAULT_CORRUPT', () => sealed('hello')],
  ];
  it.each(hostile)('%s: %s, and the file is left alone', async (_name, code, damage) =>
    inFolder(async (home) => {
      const vault = createFileVault(home);
      await vault.create(PASS);
      const path = join(home, 'vault.jwe');
      const damaged = await damage(readFileSync(path, 'utf8'));
      writeFileSync(path, damaged);
      expect(await codeOf(vault.set('a', '1'))).toBe(code);
      expect(await vault.status()).toBe('locked');
      expect(await codeOf(vault.unlock(PASS))).toBe(code);
      expect(await codeOf(vault.set('a', '1'))).toBe('E_KEYCHAIN_LOCKED');
      expect(await codeOf(vault.create(PASS))).toBe('E_VAULT_EXISTS');
      expect(readFileSync(path, 'utf8')).toBe(damaged);
    }),
  );

  it('does not follow a link, read a folder or read what is far too large', async () =>
    inFolder(async (home) => {
      const path = join(home, 'vault.jwe');
      const vault = createFileVault(home);
      writeFileSync(join(home, 'elsewhere'), await sealed('{"v":1,"items":{}}'));
      symlinkSync(join(home, 'elsewhere'), path);
      expect(await codeOf(vault.unlock(PASS))).toBe('E_VAULT_CORRUPT');
      rmSync(path);
      mkdirSync(path);
      expect(await codeOf(vault.unlock(PASS))).toBe('E_VAULT_CORRUPT');
      rmSync(path, { recursive: true });
      writeFileSync(path, Buffer.alloc(16 * 1024 * 1024 + 1));
      expect(await codeOf(vault.unlock(PASS))).toBe('E_VAULT_CORRUPT');
    }));

  const asRoot = process.getuid?.() === 0;
  it.skipIf(asRoot || process.platform === 'win32')(
    `keeps the old vault whole when a write fails${asRoot ? ' [skipped: root may write everywhere]' : ''}`,
    async () =>
      inFolder(async (home) => {
        const vault = createFileVault(home);
        await vault.create(PASS);
        const before = readFileSync(join(home, 'vault.jwe'), 'utf8');
        chmodSync(home, 0o500);
        await expect(vault.set('a', '1')).rejects.toThrow('EACCES');
        chmodSync(home, 0o700);
        expect(readFileSync(join(home, 'vault.jwe'), 'utf8')).toBe(before);
        expect(await vault.get('a')).toBeUndefined();
        expect(existsSync(join(home, 'vault.jwe'))).toBe(true);
      }),
  );
});
