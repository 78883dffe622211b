import type * as Keyring from '@napi-rs/keyring';
import { type LoadModule, type SecretStore, SERVICE_NAME } from './backend.ts';
import { hasFunctions, loadNative } from './native-module.ts';

const isKeyring = (candidate: object): candidate is typeof Keyring => hasFunctions(candidate, ['AsyncEntry']);

/**
 * Pinned: left to itself the library falls back to the kernel keyring, which forgets everything at a reboot. Pinned, it throws
 * where there is no secret service. macOS and Windows have one native store each and ignore this.
 */
const PINNED = { linux: { store: 'secret-service' } } as const;

/** The OS keychain through @napi-rs/keyring; undefined where it is not installed for this platform. */
export async function openSecretServiceStore(
  load: LoadModule = () => import('@napi-rs/keyring'),
): Promise<SecretStore | undefined> {
  const keyring = await loadNative(load, isKeyring);
  if (keyring === undefined) return undefined;
  const { AsyncEntry } = keyring;
  // The constructor itself talks to the store and throws, hence inside the async functions.
  return {
    id: 'secret-service',
    get: async (account) => (await new AsyncEntry(SERVICE_NAME, account, PINNED).getPassword()) ?? undefined,
    set: async (account, value) => new AsyncEntry(SERVICE_NAME, account, PINNED).setPassword(value),
    delete: async (account) => new AsyncEntry(SERVICE_NAME, account, PINNED).deletePassword(),
  };
}
