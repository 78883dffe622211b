/**
 * Owns the one-time tokens behind `runlayer open`. Keeps only their SHA-256, for two minutes, and accepts each once. Never
 * stores or logs a token; on any doubt the answer is a refusal that says to mint a new link.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export const LINK_LIFE_MS = 2 * 60 * 1000;
/** More unopened links than this can only be a mistake or an attack; the oldest gives way. */
export const MAX_OPEN_LINKS = 16;
/** How many used links are remembered, so that a person who reloads an old link is told what happened. */
const MAX_REMEMBERED = 64;

export type Redeemed = { readonly kind: 'accepted' } | { readonly kind: 'used' } | { readonly kind: 'unknown' };

export interface LinkTokens {
  /** @returns a fresh token, valid once and for {@link LINK_LIFE_MS}. */
  mint(): string;
  /** `used` and `unknown` (never minted, expired or given way) are both refusals; they differ only in what is said. */
  redeem(token: string): Redeemed;
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** @returns the index of the equal digest or -1; looks at every one, so that time says nothing about which. */
export function findDigest(digests: readonly Buffer[], wanted: Buffer): number {
  let found = -1;
  for (const [index, digest] of digests.entries()) if (timingSafeEqual(digest, wanted)) found = index;
  return found;
}

export function createLinkTokens(options: { now(): number; randomToken(): string }): LinkTokens {
  let open: { digest: Buffer; expiresAt: number }[] = [];
  let used: Buffer[] = [];
  return {
    mint() {
      const token = options.randomToken();
      const now = options.now();
      open = open.filter((link) => link.expiresAt > now).slice(-(MAX_OPEN_LINKS - 1));
      open.push({ digest: digestOf(token), expiresAt: now + LINK_LIFE_MS });
      return token;
    },
    redeem(token) {
      const wanted = digestOf(token);
      const now = options.now();
      open = open.filter((link) => link.expiresAt > now);
      const index = findDigest(
        open.map((link) => link.digest),
        wanted,
      );
      if (index >= 0) {
        open.splice(index, 1);
        used = [...used.slice(-(MAX_REMEMBERED - 1)), wanted];
        return { kind: 'accepted' };
      }
      return { kind: findDigest(used, wanted) >= 0 ? 'used' : 'unknown' };
    },
  };
}
