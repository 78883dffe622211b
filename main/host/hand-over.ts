import { watch, type FSWatcher } from 'node:fs';
import type { Delivery } from '../audit/delivery/delivery.ts';
import type { HubHost } from '../hub/hub-host.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { ClaimedHome } from './claim-home.ts';
import type { Deciding } from './deciding.ts';
import type { TenantHost } from './tenant-host.ts';

export interface HandOverParts {
  readonly home: string;
  readonly hub: Pick<HubHost, 'close'>;
  readonly tenancy: Pick<TenantHost, 'handOver'>;
  readonly deciding: Pick<Deciding, 'handOver'>;
  readonly delivery: Pick<Delivery, 'close'>;
  readonly settings: Pick<SettingsStore, 'handOver' | 'reload'>;
  readonly secretIndex: { handOver(): void };
  readonly lock: ClaimedHome['lock'];
  /** Sessions that run or are being prepared. */
  readonly runs: ReadonlySet<Promise<void>>;
  /** Takes no more connections. */
  readonly stopListening: () => void;
  readonly stop: () => Promise<void>;
}

/** Leaves the home to another host, which asks for it, and serves what began here to its end. */
export async function handOver(parts: HandOverParts): Promise<FSWatcher> {
  const { home, settings } = parts;
  parts.stopListening();
  // The other host needs the port: clients of the hub find it there, with the same tokens, and begin anew.
  await parts.hub.close();
  parts.tenancy.handOver();
  parts.deciding.handOver();
  await parts.delivery.close();
  // From now on the other host writes the settings; what it tightens must hold here too, and nothing here may undo it.
  settings.handOver();
  parts.secretIndex.handOver();
  parts.lock.release();
  const watcher = watch(home, (_type, name) => {
    if (name === 'settings.json') settings.reload();
  });
  void leaveWhenServed(parts);
  return watcher;
}

async function leaveWhenServed({ runs, stop }: Pick<HandOverParts, 'runs' | 'stop'>): Promise<void> {
  // The answer to the other host leaves first.
  await new Promise((resolve) => setImmediate(resolve));
  while (runs.size > 0) await Promise.all(runs);
  await stop();
}
