/**
 * The vault's index, kept in the settings. After a hand-over those are the other host's: then only a new value of a secret that
 * is there is noted, in memory, so that renewed tokens are kept in the keychain both hosts read. Everything else is refused.
 */
import type { SecretEntry } from '../../preload/contract/secret.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { SecretVaultOptions } from './vault.ts';

export interface SettingsIndex {
  readonly index: SecretVaultOptions['index'];
  /** From now on the settings are only read. */
  readonly handOver: () => void;
}

export function createSettingsIndex(settings: Pick<SettingsStore, 'read' | 'update'>): SettingsIndex {
  let handedOver = false;
  const noted = new Map<string, SecretEntry>();

  /** As the settings say, unless a newer value went to the same place since. */
  function newest(stored: SecretEntry): SecretEntry {
    const own = noted.get(stored.name);
    return own !== undefined && own.backend === stored.backend && own.updatedAt > stored.updatedAt ? own : stored;
  }

  function onlyNewValues(entries: readonly SecretEntry[]): boolean {
    const stored = new Map(settings.read().secrets.map((entry) => [entry.name, entry.backend]));
    return entries.length === stored.size && entries.every(({ name, backend }) => stored.get(name) === backend);
  }

  return {
    index: {
      read: () => settings.read().secrets.map(newest),
      write: (entries) => {
        if (handedOver && onlyNewValues(entries)) for (const entry of entries) noted.set(entry.name, entry);
        else settings.update('secrets', 'companion', (current) => ({ ...current, secrets: [...entries] }));
      },
    },
    handOver: () => {
      handedOver = true;
    },
  };
}
