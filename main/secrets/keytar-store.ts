import type * as Keytar from 'keytar';
import { type LoadModule, type SecretStore, SERVICE_NAME } from './backend.ts';
import { hasFunctions, loadNative } from './native-module.ts';

const isKeytar = (candidate: object): candidate is typeof Keytar =>
  hasFunctions(candidate, ['getPassword', 'setPassword', 'deletePassword']);

/** The OS keychain through keytar; undefined where keytar is not installed or was not built. */
export async function openKeytarStore(load: LoadModule = () => import('keytar')): Promise<SecretStore | undefined> {
  const keytar = await loadNative(load, isKeytar);
  if (keytar === undefined) return undefined;
  return {
    id: 'keytar',
    get: async (account) => (await keytar.getPassword(SERVICE_NAME, account)) ?? undefined,
    set: async (account, value) => keytar.setPassword(SERVICE_NAME, account, value),
    delete: async (account) => keytar.deletePassword(SERVICE_NAME, account),
  };
}
