// Owns what a checkpoint is: an Ed25519 signature over a chain's name, the place of the checkpoint and the hash before it,
// and by that over everything up to there. It proves that whoever holds the key wrote it; whether that key is the one to
// trust is for whoever verifies. Key, signature and text have one form each: another spelling of the same bytes is refused.
import { Buffer } from 'node:buffer';
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { CheckpointRecord } from '../../preload/contract/audit.ts';

/** Names what is signed, so that a signature of the journal can never be taken for one of anything else. */
const DOMAIN = 'rl-audit-checkpoint-v1';

/** Who signs the journal of this install. */
export interface Signer {
  /** First 16 hex digits of the SHA-256 of the public key. */
  readonly keyId: string;
  /** Raw, base64url. */
  readonly publicKey: string;
  /** Ed25519 over the UTF-8 text; base64url. */
  readonly sign: (text: string) => string;
}

/** What is signed. `seq` is the checkpoint's own; it and the head hold no line break, so no two places share a text. */
export function checkpointText(chainId: string, seq: number, head: string): string {
  return `${DOMAIN}\n${chainId}\n${seq}\n${head}\n`;
}

/** Of a raw public key of 32 bytes. */
export function keyIdOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
}

/** A signer for an Ed25519 private key. Throws where it is of another kind. */
export function createSigner(privateKey: KeyObject): Signer {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const raw = x === undefined ? undefined : decode(x, 32);
  if (privateKey.asymmetricKeyType !== 'ed25519' || raw === undefined) throw new TypeError('not an Ed25519 key');
  return {
    keyId: keyIdOf(raw),
    publicKey: raw.toString('base64url'),
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64url'),
  };
}

/** Whether the key that a checkpoint names signed it for this very place: its own chain, number, and the hash before it. */
export function verifyCheckpoint(record: CheckpointRecord, prevHash: string): boolean {
  const key = decode(record.public_key, 32);
  const signature = decode(record.signature, 64);
  if (key === undefined || signature === undefined) return false;
  if (record.head !== prevHash || record.key_id !== keyIdOf(key)) return false;
  const text = Buffer.from(checkpointText(record.chain_id, record.seq, prevHash), 'utf8');
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: record.public_key }, format: 'jwk' });
    return verify(null, text, publicKey, signature);
  } catch {
    // Bytes that are no point on the curve.
    return false;
  }
}

/** Undefined where the text is not the one base64url spelling of so many bytes. */
function decode(text: string, bytes: number): Buffer | undefined {
  const decoded = Buffer.from(text, 'base64url');
  return decoded.length === bytes && decoded.toString('base64url') === text ? decoded : undefined;
}
