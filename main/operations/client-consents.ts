/**
 * What a person was shown of a change to a client, under a hash that only this process can make: a page can neither guess one
 * nor learn from it what it covers. Asking shows the same words again; carrying out computes the hash anew.
 */
import { createHmac, randomBytes } from 'node:crypto';

export interface ShownWords {
  readonly title: string;
  readonly detail: string;
}

export interface ClientConsents {
  /** 64 hex digits over every part. */
  hash(parts: readonly unknown[]): string;
  show(hash: string, words: ShownWords): void;
  shown(hash: string): ShownWords | undefined;
}

const MAX_SHOWN = 32;

export function createClientConsents(key: Uint8Array = randomBytes(32)): ClientConsents {
  const shown = new Map<string, ShownWords>();
  return {
    hash: (parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex'),
    show: (hash, words) => {
      shown.delete(hash);
      shown.set(hash, words);
      for (const old of [...shown.keys()].slice(0, -MAX_SHOWN)) shown.delete(old);
    },
    shown: (hash) => shown.get(hash),
  };
}
