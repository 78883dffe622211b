/*
 * Owns the answer to "which keychain works here?". It finds out by writing, reading and deleting an item of its own, because
 * a locked keyring answers reads with "no such item". It never falls back to anything that is not a keychain, and never
 * tries the second library when the first one says locked: both would ask the person to unlock the same keyring.
 */
import type { SecretBackend } from '../../preload/contract/secret.ts';
import { type BoundedStore, StoreTimeout, type UndoableStore } from './bounded-store.ts';

export type BackendChoice =
  | { readonly kind: 'ready'; readonly store: UndoableStore; readonly detail: string; readonly next: string }
  | { readonly kind: 'locked'; readonly id: SecretBackend; readonly detail: string; readonly next: string }
  | { readonly kind: 'absent'; readonly detail: string; readonly next: string };

export interface ChooseOptions {
  /** In order of preference; undefined where the library cannot be loaded. */
  readonly open: readonly (() => Promise<BoundedStore | undefined>)[];
  /** An account name and a value that nobody else uses; fresh for each probe. */
  readonly newProbe: () => { readonly account: string; readonly value: string };
  readonly platform: NodeJS.Platform;
}

function unlockAdvice(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Unlock the login keychain (Keychain Access), then try again.';
  if (platform === 'win32') return 'Sign in to Windows with your own account, then try again.';
  return 'Unlock your login keyring (answer its prompt, or sign in to the desktop again), then try again; without a desktop, run "runlayer secrets vault create".';
}

function installAdvice(platform: NodeJS.Platform): string {
  const vault = 'run "runlayer secrets vault create" to keep secrets in a file encrypted with a passphrase.';
  if (platform !== 'linux')
    return `Reinstall the companion so that its keychain library fits this machine, or ${vault}`;
  return `Install and start a keyring with a secret service (gnome-keyring or KWallet) in this session, or ${vault}`;
}

type Refused<K> = Extract<BackendChoice, { kind: K }>;

/** A keychain that is there but closed, with what to do about it. */
export function lockedChoice(id: SecretBackend, detail: string, platform: NodeJS.Platform): Refused<'locked'> {
  return { kind: 'locked', id, detail, next: unlockAdvice(platform) };
}

/** No keychain, with what to do about it. */
export function absentChoice(detail: string, platform: NodeJS.Platform): Refused<'absent'> {
  return { kind: 'absent', detail, next: installAdvice(platform) };
}

/** Tries the stores in order; reports states, never rejects. Each of the three steps has the store's own limit. */
export async function chooseBackend({ open, newProbe, platform }: ChooseOptions): Promise<BackendChoice> {
  let reason = 'no keychain library could be loaded';
  for (const openStore of open) {
    const store = await openStore();
    if (store === undefined) continue;
    const result = await probe(store, newProbe());
    if (result.kind === 'ready') {
      return {
        kind: 'ready',
        store,
        detail: 'Secrets are kept in the OS keychain.',
        next: 'Nothing needs to be done.',
      };
    }
    if (result.kind === 'locked') {
      return lockedChoice(store.id, `The OS keychain is locked (${result.reason}).`, platform);
    }
    reason = result.reason;
  }
  return absentChoice(`No OS keychain can be reached (${reason}); secrets cannot be stored.`, platform);
}

type Probe = { readonly kind: 'ready' } | { readonly kind: 'locked' | 'absent'; readonly reason: string };

async function probe(store: BoundedStore, item: { account: string; value: string }): Promise<Probe> {
  try {
    // A write that the person's late unlock lets through must not stay behind.
    await store.set(item.account, item.value, (late) => late.delete(item.account));
  } catch (error) {
    return classifyStoreError(error);
  }
  try {
    const read = await store.get(item.account);
    const deleted = await store.delete(item.account);
    if (read === item.value && deleted) return { kind: 'ready' };
    return { kind: 'absent', reason: 'the keychain did not give back what was written to it' };
  } catch (error) {
    store.delete(item.account).catch(() => undefined);
    return classifyStoreError(error);
  }
}

/*
 * The libraries hand on their platform's sentence and no code. Both of "Object does not exist at path …/collection/…" (keytar)
 * and "no result found" (@napi-rs/keyring) on a write mean that the service is there but has no keyring one may write to:
 * nobody has unlocked, or made, one.
 */
const LOCKED =
  /lock|prompt|dismiss|cancel|no result found|object does not exist|not allowed|user interaction|authorization/i;

/** Tells a closed keychain from one that is not there, by the error of a call to it. Never holds what was written. */
export function classifyStoreError(error: unknown): { readonly kind: 'locked' | 'absent'; readonly reason: string } {
  if (error instanceof StoreTimeout) return { kind: 'locked', reason: error.message };
  const message = error instanceof Error ? error.message : 'it failed without a reason';
  const reason = message.replaceAll(/[^\P{C} ]/gu, ' ').slice(0, 200);
  return { kind: LOCKED.test(message) ? 'locked' : 'absent', reason };
}
