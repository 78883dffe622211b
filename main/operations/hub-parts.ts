import type { HubBinding, HubEndpoint, HubSettings } from '../../preload/contract/index.ts';
import type { Reach } from '../hub/address-reach.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export type HubEvent = 'hub_config_changed' | 'hub_token_changed' | 'hub_listener_changed';

/** The running hub, as its operations see it. */
export interface RunningHub {
  /** Address of the endpoint; starts to listen where nothing does yet. */
  endpointUrl(): Promise<string>;
  state(): HubEndpoint;
  /** Ends every session of a binding: its token is dead, or what it reaches has changed. */
  dropBinding(id: HubBinding['id']): void;
  /** The settings name other listeners than before; resolves when they were tried. */
  listenersChanged(): Promise<void>;
  sessions(id: HubBinding['id']): number;
  lastUsedAt(id: HubBinding['id']): Date | undefined;
}

export interface HubParts {
  readonly settings: SettingsStore;
  readonly hub: RunningHub;
  readonly vault: Pick<SecretVault, 'list'>;
  readonly clock: () => Date;
  /** Who can reach an address of this machine; asked of the system where it is left out. */
  readonly reach?: (address: string) => Reach;
  readonly newToken: () => string;
  /** Eight random hex digits. */
  readonly newId: () => string;
  /** Throws where nothing can be recorded; then nothing is changed. Never gets a token. */
  readonly record: (event: HubEvent, detail: Readonly<Record<string, string>>) => void;
}

/** Writes the hub's part of the settings. */
export function replaceHub(
  parts: Pick<HubParts, 'settings'>,
  operation: string,
  by: string,
  change: (hub: HubSettings) => HubSettings,
): HubSettings {
  return parts.settings.update(operation, by, (current) => ({ ...current, hub: change(current.hub) })).hub;
}

/** An id that nothing else has. */
export function freeId(prefix: string, newId: () => string, taken: readonly { readonly id: string }[]): string {
  for (;;) {
    const id = `${prefix}${newId()}`;
    if (!taken.some((other) => other.id === id)) return id;
  }
}
