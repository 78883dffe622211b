/**
 * A hub token is its binding's only proof: 256 random bits, shown once, kept as a hash. Nothing here stores or prints
 * one. Looking one up takes the same time whichever binding it belongs to; two bindings with one hash belong to nobody.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { HubBinding } from '../../preload/contract/index.ts';

const RANDOM_BYTES = 32;
const TOKEN = /^rlh_[A-Za-z0-9_-]{43}$/;

export function createToken(random: (bytes: number) => Buffer = randomBytes): string {
  return `rlh_${random(RANDOM_BYTES).toString('base64url')}`;
}

/** SHA-256, hex. Without salt or stretching: there is nothing to guess in 256 random bits. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The binding that `presented` is the token of. */
export function findByToken(bindings: readonly HubBinding[], presented: string): HubBinding | undefined {
  if (!TOKEN.test(presented)) return undefined;
  const hash = Buffer.from(hashToken(presented), 'hex');
  const found = bindings.filter((binding) => {
    const stored = Buffer.from(binding.tokenHash, 'hex');
    return stored.length === hash.length && timingSafeEqual(stored, hash);
  });
  return found.length === 1 ? found[0] : undefined;
}
