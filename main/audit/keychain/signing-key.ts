// Owns the private key that signs checkpoints: made once for an install, kept in the keychain alone, redacted while it is
// held. It makes a new one only where every keychain proved to hold none, whatever the settings say, and never where one does
// not answer: a second key would make everything signed before look foreign, or hide that it was cut.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import { CompanionError } from '../../../preload/contract/failure.ts';
import type { LiveSecrets } from '../../secrets/live-secrets.ts';
import { AUDIT_KEY_SECRET } from '../../secrets/reserved-names.ts';
import type { SecretVault } from '../../secrets/vault.ts';
import { createSigner } from '../checkpoint.ts';
import type { Signer } from '../checkpoint.ts';

export type SealVault = Pick<SecretVault, 'list' | 'set' | 'rewrite' | 'own' | 'state' | 'peekState'>;

const Stored = z.strictObject({
  version: z.literal(1),
  /** Ed25519, as in a JWK: the private and the public half, base64url. */
  d: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

export interface LoadedKey {
  readonly signer: Signer;
  readonly isNew: boolean;
}

/**
 * The signer of this install; undefined where there is no key and `mayCreate` is false. Rejects where the keychain does, and
 * with `E_AUDIT_KEY` for an item that is not a key.
 */
export async function loadSigningKey(
  vault: SealVault,
  live: Pick<LiveSecrets, 'add'>,
  mayCreate: boolean,
): Promise<LoadedKey | undefined> {
  const stored = await vault.own(AUDIT_KEY_SECRET);
  if (stored !== undefined) return { signer: open(stored, live), isNew: false };
  if (!mayCreate) return undefined;
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const made = JSON.stringify(Stored.parse({ version: 1, d, x }));
  const signer = open(made, live);
  await vault.set(AUDIT_KEY_SECRET, made);
  return { signer, isNew: true };
}

function open(text: string, live: Pick<LiveSecrets, 'add'>): Signer {
  try {
    const { d, x } = Stored.parse(JSON.parse(text));
    const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' });
    const signer = createSigner(key);
    // For as long as this process can sign.
    live.add(d);
    return signer;
  } catch {
    // What was thrown may repeat the item.
    throw new CompanionError(
      'E_AUDIT_KEY',
      `The keychain item "${AUDIT_KEY_SECRET}" is not the key that signs the audit journal.`,
      `Find out who changed it. To begin with a new key, delete the item of "runlayer-companion" that ends in "/${AUDIT_KEY_SECRET}" with the program of your keychain.`,
    );
  }
}
