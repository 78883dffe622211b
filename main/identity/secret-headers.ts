/**
 * The headers of one session that hold secrets. The keychain is asked once, and again when the vault says that one of them was
 * stored anew. What was removed, or cannot be had, is not sent from memory: then there are no headers. Values are live, and so
 * redacted, until the session ends; of one that changed also the value before, which a server may still repeat.
 */
import { secretNameOf, secretPrefixOf } from '../../preload/contract/connector.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { SecretVault } from '../secrets/vault.ts';
import { headerValueUnusable, secretReserved } from './identity-failures.ts';
import { isSignInSecret } from './stored-sign-in.ts';

export interface SecretHeadersOptions {
  /** Header names, and what each holds: `Bearer keychain:token`. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly vault: Pick<SecretVault, 'list' | 'resolve'>;
  readonly live: Pick<LiveSecrets, 'add'>;
}

export interface SecretHeaders {
  /** As they are stored now. Rejects with what the vault says, E_SECRET_RESERVED or E_SECRET_HEADER. */
  current(): Promise<Readonly<Record<string, string>>>;
  /** The session is over; nothing is held from here on. */
  release(): void;
}

interface Held {
  /** What the vault said of each secret before it was asked for the value. */
  readonly versions: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly releases: readonly (() => void)[];
}

const HEADER_VALUE = /^[\x20-\x7e]*$/;

const releaseAll = (releases: readonly (() => void)[]): void => {
  for (const release of releases) release();
};

export function createSecretHeaders({ secrets, vault, live }: SecretHeadersOptions): SecretHeaders {
  const names = new Set(Object.values(secrets).map(secretNameOf));
  let held: Held | undefined;
  let before: Held | undefined;
  let resolving: Promise<Held> | undefined;
  let isOver = false;

  function versionsNow(): string {
    if (names.size === 0) return '';
    const stored = vault.list().filter(({ name }) => names.has(name));
    return JSON.stringify(stored.map(({ name, backend, updatedAt }) => [name, backend, updatedAt]));
  }

  async function resolveAll(): Promise<Held> {
    const versions = versionsNow();
    const headers: Record<string, string> = {};
    const releases: (() => void)[] = [];
    try {
      for (const [header, reference] of Object.entries(secrets)) {
        const name = secretNameOf(reference);
        if (isSignInSecret(name)) throw secretReserved(name);
        const value = await vault.resolve(`keychain:${name}`);
        releases.push(live.add(value));
        if (!HEADER_VALUE.test(value)) throw headerValueUnusable(header, name);
        headers[header] = `${secretPrefixOf(reference)}${value}`;
      }
    } catch (error) {
      releaseAll(releases);
      throw error;
    }
    const found = { versions, headers, releases };
    if (isOver) releaseAll(releases);
    else {
      releaseAll(before?.releases ?? []);
      before = held;
      held = found;
    }
    return found;
  }

  return {
    async current() {
      if (held !== undefined && held.versions === versionsNow()) return held.headers;
      resolving ??= resolveAll().finally(() => (resolving = undefined));
      return (await resolving).headers;
    },
    release() {
      isOver = true;
      releaseAll([...(held?.releases ?? []), ...(before?.releases ?? [])]);
      held = undefined;
      before = undefined;
    },
  };
}
