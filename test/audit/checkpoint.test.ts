import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpointText, createSigner, keyIdOf, verifyCheckpoint } from '../../main/audit/checkpoint.ts';
import type { CheckpointRecord } from '../../preload/contract/audit.ts';
import { otherSigner, testSigner } from './signers.ts';

const HEAD = 'ab'.repeat(32);

const checkpoint = (change: Partial<CheckpointRecord> = {}, signer = testSigner): CheckpointRecord => ({
  v: 1,
  id: '01990000-0000-7000-8000-000000000001',
  chain_id: 'c0ffee',
  seq: 7,
  time: '2026-01-02T03:04:05.000Z',
  kind: 'checkpoint',
  head: HEAD,
  key_id: signer.keyId,
  signature: signer.sign(checkpointText('c0ffee', 7, HEAD)),
  public_key: signer.publicKey,
  ...change,
});

/** Another spelling of the same bytes: the last character carries bits that stand for nothing. */
const respelled = (text: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.at(-1)!) ^ 1]}`;
};

describe('checkpointText', () => {
  it('is the same in every version', () => {
    expect(checkpointText('c0ffee', 7, HEAD)).toBe(`rl-audit-checkpoint-v1\nc0ffee\n7\n${HEAD}\n`);
  });

  it('differs wherever chain, place or head differ', () => {
    const place = fc.tuple(fc.stringMatching(/^[0-9a-f-]{1,20}$/), fc.nat(), fc.stringMatching(/^[0-9a-f]{64}$/));
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(checkpointText(...a) === checkpointText(...b)).toBe(a.join() === b.join());
      }),
    );
  });
});

describe('a signer', () => {
  // RFC 8032, 7.1, test 1.
  const d = 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A';
  const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';

  it('gives its key raw, and names it by its hash', () => {
    const signer = createSigner(createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' }));
    expect(signer.publicKey).toBe(x);
    expect(signer.keyId).toBe('21fe31dfa154a261');
    expect(keyIdOf(Buffer.from(x, 'base64url'))).toBe(signer.keyId);
    expect(signer.sign('')).toBe(
      '5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw',
    );
  });

  it('is made of no other kind of key', () => {
    expect(() => createSigner(generateKeyPairSync('x25519').privateKey)).toThrow('not an Ed25519 key');
    expect(() => createSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)).toThrow(TypeError);
  });
});

describe('verifyCheckpoint', () => {
  it('passes what was signed, by whichever key', () => {
    expect(verifyCheckpoint(checkpoint(), HEAD)).toBe(true);
    expect(verifyCheckpoint(checkpoint({}, otherSigner), HEAD)).toBe(true);
  });

  it.each<[string, Partial<CheckpointRecord>]>([
    ['another place', { seq: 8 }],
    ['another chain', { chain_id: 'abc' }],
    ['another head than the one before', { head: 'cd'.repeat(32) }],
    ['the key of somebody else', { public_key: otherSigner.publicKey, key_id: otherSigner.keyId }],
    ['a key id that is not the key', { key_id: otherSigner.keyId }],
    ['a signature of somebody else', { signature: otherSigner.sign(checkpointText('c0ffee', 7, HEAD)) }],
    ['a signature of something else', { signature: testSigner.sign(`c0ffee 7 ${HEAD}`) }],
    ['a signature spelled otherwise', { signature: respelled(checkpoint().signature) }],
    ['a key spelled otherwise', { public_key: respelled(testSigner.publicKey) }],
    ['a signature of zeros', { signature: 'A'.repeat(86) }],
    ['a key of zeros', { public_key: 'A'.repeat(43), key_id: keyIdOf(new Uint8Array(32)) }],
    ['a key that is no point', { public_key: `${'_'.repeat(42)}8`, key_id: keyIdOf(Buffer.alloc(32, 255)) }],
    ['a chain with a line break', { chain_id: 'c0ffee\n7' }],
  ])('refuses %s', (_, change) => {
    expect(verifyCheckpoint(checkpoint(change), HEAD)).toBe(false);
  });

  it('refuses a checkpoint that stands behind another record', () => {
    expect(verifyCheckpoint(checkpoint(), 'cd'.repeat(32))).toBe(false);
  });
});
