/**
 * Owns the one sign-in of a connector: in the keychain, and in memory while it is used. Opens the keychain only where memory
 * is out of date, registers every token for redaction as long as something may repeat it, and takes a document for another
 * server address, or of another client id, for none.
 */
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import { isClientOf } from './configured-client.ts';
import {
  readSignIn,
  removeSignIn,
  secretsOf,
  storedSince,
  writeSignIn,
  type SignInVault,
  type StoredSignIn,
} from './stored-sign-in.ts';

export interface KeptSignInOptions {
  readonly connector: string;
  readonly url: string;
  /** Given by a person; without one, only a sign-in of a client that registered itself counts. */
  readonly clientId?: string;
  readonly vault: SignInVault;
  readonly live: Pick<LiveSecrets, 'add'>;
  readonly warn?: (text: string) => void;
}

export interface KeptSignIn {
  /** From memory, unless somebody else (`secrets remove`, another host) changed what is stored. */
  current(): Promise<StoredSignIn | undefined>;
  /** As it is stored now; what could not be stored stands in for it. */
  reload(): Promise<StoredSignIn | undefined>;
  /** A new one. Rejects where it cannot be stored; then nothing changed. */
  begin(signIn: StoredSignIn): Promise<void>;
  /** New tokens of the same one. In memory first: an authorization server that rotates has forgotten the stored ones. */
  renew(signIn: StoredSignIn): Promise<void>;
  /** Removes it; resolves with what there was, for whichever address. */
  end(): Promise<StoredSignIn | undefined>;
  /** Forgets what is in memory. */
  drop(): void;
}

export function keepSignIn({ connector, url, clientId, vault, live, warn }: KeptSignInOptions): KeptSignIn {
  /** `since`: what the vault says of it; undefined while it is only in memory. */
  let held: { readonly signIn: StoredSignIn; readonly since: string | undefined } | undefined;
  /** Of what is in use, and of what it replaced: a server may still repeat that. */
  let releases: (() => void)[][] = [];
  let loading: Promise<StoredSignIn | undefined> | undefined;

  function hold(signIn: StoredSignIn, since: string | undefined): void {
    held = { signIn, since };
    releases = [secretsOf(signIn).map((text) => live.add(text)), ...releases];
    for (const release of releases.splice(2).flat()) release();
  }

  function drop(): void {
    held = undefined;
    for (const release of releases.splice(0).flat()) release();
  }

  const isOnlyInMemory = (): boolean => held !== undefined && held.since === undefined;

  async function load(): Promise<StoredSignIn | undefined> {
    const since = storedSince(vault, connector);
    const signIn = await readSignIn(vault, connector);
    // Renewed while the keychain was asked: what was read is the past.
    if (isOnlyInMemory()) return held?.signIn;
    if (signIn?.serverUrl !== url || !isClientOf(signIn.client, clientId)) {
      drop();
      return undefined;
    }
    if (held?.signIn.tokens.access === signIn.tokens.access) held = { signIn, since };
    else hold(signIn, since);
    return signIn;
  }

  return {
    async current() {
      if (held !== undefined && (isOnlyInMemory() || held.since === storedSince(vault, connector))) return held.signIn;
      loading ??= load().finally(() => (loading = undefined));
      return loading;
    },

    reload: async () => (isOnlyInMemory() ? held?.signIn : load()),

    async begin(signIn) {
      const since = await writeSignIn(vault, connector, signIn);
      hold(signIn, since);
    },

    async renew(signIn) {
      hold(signIn, undefined);
      try {
        held = { signIn, since: await writeSignIn(vault, connector, signIn) };
      } catch {
        warn?.(`New tokens of "${connector}" could not be stored; they are used until the companion ends.`);
      }
    },

    async end() {
      const signIn = isOnlyInMemory() ? held?.signIn : await readSignIn(vault, connector);
      await removeSignIn(vault, connector);
      drop();
      return signIn;
    },

    drop,
  };
}
