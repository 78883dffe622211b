import { createPrivateKey } from 'node:crypto';
import { createSigner } from '../../main/audit/checkpoint.ts';
import type { Signer } from '../../main/audit/checkpoint.ts';

/** The Ed25519 seed in PKCS #8: the same key in every run. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function signerOf(byte: number): Signer {
  const key = Buffer.concat([PKCS8, Buffer.alloc(32, byte)]);
  return createSigner(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}

export const testSigner = signerOf(1);
/** Of somebody who is not trusted. */
export const otherSigner = signerOf(2);
