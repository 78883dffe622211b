import { join } from 'node:path';
import { startSeal } from '../../../main/audit/keychain/seal.ts';
import type { Seal, SealOptions } from '../../../main/audit/keychain/seal.ts';
import type { Journal } from '../../../main/audit/journal.ts';
import { createFileVault } from '../../../main/secrets/file-vault.ts';
import { createKeychain } from '../../../main/secrets/keychain.ts';
import { LiveSecrets } from '../../../main/secrets/live-secrets.ts';
import { createSecretVault } from '../../../main/secrets/vault.ts';
import type { SecretVault } from '../../../main/secrets/vault.ts';
import type { SecretEntry } from '../../../preload/contract/secret.ts';
import type { OpenJournalOptions } from '../../../main/audit/disk/open-journal.ts';
import type { tempHome } from '../disk/temp.ts';
import { asKeytar, FakeStore, fakeTimers } from '../../secrets/fakes.ts';

/** The vault of an install over a keychain in memory; `index` counts how often the settings would be written. */
export function vaultOver(store: FakeStore | undefined, entries: readonly SecretEntry[] = []) {
  const live = new LiveSecrets();
  const timers = fakeTimers();
  const index = {
    entries,
    writes: 0,
    read: () => index.entries,
    write: (next: readonly SecretEntry[]) => {
      index.writes += 1;
      index.entries = next;
    },
  };
  let id = 0;
  const absent = (): Promise<object> => Promise.reject(new Error('absent'));
  const vault: SecretVault = createSecretVault({
    installId: 'inst',
    index,
    keychain: createKeychain({
      installId: 'inst',
      after: timers.after,
      newId: () => `id${++id}`,
      platform: 'linux',
      loadKeytar: store === undefined ? absent : async () => asKeytar(store),
      loadKeyring: absent,
    }),
    file: createFileVault('/nonexistent/home'),
    live,
    clock: () => new Date('2026-01-02T03:04:05.678Z'),
    after: timers.after,
  });
  return { vault, live, index, timers };
}

/** A home whose journal is sealed; `pass` lets time go by for whatever was scheduled. */
export async function sealedHome(
  home: ReturnType<typeof tempHome>,
  {
    store,
    directory = join(home.folder(), 'audit'),
    entries,
    ...options
  }: Partial<SealOptions> &
    Partial<OpenJournalOptions> & {
      readonly store?: FakeStore;
      readonly entries?: readonly SecretEntry[];
    } = {},
) {
  const { vault, live, index, timers } = vaultOver(store, entries);
  const { segmentBytes, otherLiveChains, io } = options;
  const journal: Journal = await home.journal(directory, {
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...(otherLiveChains === undefined ? {} : { otherLiveChains }),
    ...(io === undefined ? {} : { io }),
  });
  const clock = fakeTimers();
  const warnings: string[] = [];
  let now = Date.now();
  const seal: Seal = startSeal({
    journal,
    directory,
    vault,
    live,
    schedule: clock.after,
    now: () => now,
    isDelivered: () => true,
    isLive: () => false,
    isOwner: () => true,
    liveChains: () => [],
    warn: (text) => warnings.push(text),
    ...options,
  });
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    await clock.advance(ms);
    await seal.idle();
  };
  return { directory, journal, seal, vault, live, index, warnings, pass, timers };
}

export const keychain = (): FakeStore => new FakeStore('keytar');
