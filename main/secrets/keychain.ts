import { randomUUID } from 'node:crypto';
import { type After, type LoadModule, STORE_LIMIT_MS, type SecretStore, afterTimeout } from './backend.ts';
import { type BoundedStore, boundStore } from './bounded-store.ts';
import { type BackendChoice, chooseBackend } from './choose-backend.ts';
import { openKeytarStore } from './keytar-store.ts';
import { openSecretServiceStore } from './secret-service-store.ts';

export type KeychainBackend = 'keytar' | 'secret-service';

export interface KeychainOptions {
  /** Items belong to this install: another home cannot use them. */
  readonly installId: string;
  readonly loadKeytar?: LoadModule;
  readonly loadKeyring?: LoadModule;
  readonly after?: After;
  readonly newId?: () => string;
  readonly platform?: NodeJS.Platform;
}

/** The OS keychain, through either library. Nothing is loaded or asked before the first call. */
export interface Keychain {
  readonly platform: NodeJS.Platform;
  /** The store behind one library; undefined where the library cannot be loaded. Loaded once. */
  open(id: KeychainBackend): Promise<BoundedStore | undefined>;
  /** Probes anew: keytar, then @napi-rs/keyring, then none. Callers at the same time share one probe. */
  choose(): Promise<BackendChoice>;
  /** True while a call is inside the keychain; see README, "Ending the process". */
  hasPendingCall(): boolean;
}

/** Builds the {@link Keychain}; the defaults are the real libraries and timers. */
export function createKeychain(options: KeychainOptions): Keychain {
  const { installId, after = afterTimeout, newId = randomUUID, platform = process.platform } = options;
  const opened = new Map<KeychainBackend, Promise<BoundedStore | undefined>>();
  const bounded: BoundedStore[] = [];
  let probing: Promise<BackendChoice> | undefined;

  const load = (id: KeychainBackend): Promise<SecretStore | undefined> =>
    id === 'keytar' ? openKeytarStore(options.loadKeytar) : openSecretServiceStore(options.loadKeyring);

  function open(id: KeychainBackend): Promise<BoundedStore | undefined> {
    const known = opened.get(id);
    if (known !== undefined) return known;
    const opening = load(id).then((store) => {
      if (store === undefined) return undefined;
      const limited = boundStore(store, STORE_LIMIT_MS, after);
      bounded.push(limited);
      return limited;
    });
    opened.set(id, opening);
    return opening;
  }

  return {
    platform,
    open,
    choose() {
      probing ??= chooseBackend({
        open: [() => open('keytar'), () => open('secret-service')],
        // No secret can have this name: names start with a letter or a digit.
        newProbe: () => ({ account: `${installId}/.probe-${newId()}`, value: newId() }),
        platform,
      }).finally(() => {
        probing = undefined;
      });
      return probing;
    },
    hasPendingCall: () => bounded.some((store) => store.busy),
  };
}
