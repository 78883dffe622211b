/*
 * Owns the bytes of the passphrase vault: one compact JWE (RFC 7516) around JSON {v: 1, items: {account: value}}. What does not
 * open is told apart where that can be known: a passphrase that does not fit, a damaged file, a newer format. It never
 * touches the file itself.
 */
import { createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from 'jose';
import { z } from 'zod';
import { vaultCorrupt, vaultNewer, vaultPassphrase } from './secret-failures.ts';

const ALG = 'PBES2-HS512+A256KW';
const ENC = 'A256GCM';
/** Rounds of PBKDF2-HMAC-SHA-512; also the most that a file may ask for, so that a planted file cannot stall us. */
const ROUNDS = 600_000;
const VERSION = 1;

const Contents = z.strictObject({ v: z.literal(VERSION), items: z.record(z.string(), z.string()) });

export type VaultItems = ReadonlyMap<string, string>;

/** The same passphrase typed on two systems may differ in its code points; RFC 7518 counts bytes. */
const passphraseBytes = (passphrase: string): Uint8Array => new TextEncoder().encode(passphrase.normalize('NFC'));

/** Encrypts with a fresh salt and key; about 0.3 s of another thread's time. */
export async function sealVault(items: VaultItems, passphrase: string): Promise<string> {
  const contents = JSON.stringify({ v: VERSION, items: Object.fromEntries(items) });
  return new CompactEncrypt(new TextEncoder().encode(contents))
    .setProtectedHeader({ alg: ALG, enc: ENC, cty: 'json' })
    .setKeyManagementParameters({ p2c: ROUNDS })
    .encrypt(passphraseBytes(passphrase));
}

/** Rejects with E_VAULT_PASSPHRASE, E_VAULT_CORRUPT or E_VAULT_NEWER. */
export async function openVault(jwe: string, passphrase: string): Promise<VaultItems> {
  let plaintext: Uint8Array;
  try {
    ({ plaintext } = await compactDecrypt(jwe.trim(), passphraseBytes(passphrase), {
      keyManagementAlgorithms: [ALG],
      contentEncryptionAlgorithms: [ENC],
      maxPBES2Count: ROUNDS,
    }));
  } catch (error) {
    if (!(error instanceof errors.JWEDecryptionFailed)) throw vaultCorrupt();
    throw (await unwrapsKey(jwe.trim(), passphrase)) ? vaultCorrupt() : vaultPassphrase();
  }
  return parseContents(plaintext);
}

function parseContents(plaintext: Uint8Array): VaultItems {
  let contents: unknown;
  try {
    contents = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext));
  } catch {
    throw vaultCorrupt();
  }
  const version = z.object({ v: z.number() }).safeParse(contents);
  if (version.success && version.data.v > VERSION) throw vaultNewer();
  const parsed = Contents.safeParse(contents);
  if (!parsed.success) throw vaultCorrupt();
  return new Map(Object.entries(parsed.data.items));
}

/**
 * Whether the passphrase opens the file's wrapped key. A JWE library gives one answer for "wrong key" and "changed content", so
 * that nobody learns which; here the person asks about their own file and must not retype a right passphrase for ever.
 */
async function unwrapsKey(jwe: string, passphrase: string): Promise<boolean> {
  try {
    const { p2s, p2c } = z
      .object({ p2s: z.string(), p2c: z.number().int().max(ROUNDS) })
      .parse(decodeProtectedHeader(jwe));
    const salt = Buffer.concat([Buffer.from(`${ALG}\0`), Buffer.from(p2s, 'base64url')]);
    const key = await promisify(pbkdf2)(passphraseBytes(passphrase), salt, p2c, 32, 'sha512');
    const unwrap = createDecipheriv('id-aes256-wrap', key, Buffer.alloc(8, 0xa6));
    unwrap.update(Buffer.from(jwe.split('.')[1] ?? '', 'base64url'));
    unwrap.final();
    return true;
  } catch {
    return false;
  }
}
