import { Status, type HostKind } from '../../preload/contract/index.ts';
import type { Delivery } from '../audit/delivery/delivery.ts';
import type { Journal } from '../audit/journal.ts';
import type { startSeal } from '../audit/keychain/seal.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { ClaimedHome } from './claim-home.ts';
import type { Deciding } from './deciding.ts';
import type { TenantHost } from './tenant-host.ts';

export interface CompanionStatusParts {
  readonly version: string;
  readonly kind: HostKind;
  readonly home: string;
  readonly startedAt: Date;
  /** Serves its sessions to their end after this one took over. */
  readonly previous: ClaimedHome['previous'];
  readonly warnings: ReadonlySet<string>;
  readonly isDraining: () => boolean;
  readonly sessions: () => number;
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly vault: Pick<SecretVault, 'peekState'>;
  readonly journal: Pick<Journal, 'state' | 'head'>;
  readonly seal: Pick<ReturnType<typeof startSeal>, 'state'>;
  readonly delivery: Pick<Delivery, 'state'>;
  readonly tenancy: Pick<TenantHost, 'status'>;
  readonly deciding: Pick<Deciding, 'waiting' | 'lockdown' | 'pins'>;
}

/** How the companion is now, its predecessor's sessions counted with its own. */
export function createStatus(parts: CompanionStatusParts): () => Promise<Status> {
  const { version, kind, home, startedAt, previous, settings, deciding, journal } = parts;
  const previousSessions = async (): Promise<number> => {
    if (previous === undefined) return 0;
    const other = await previous.client.call('status.get', {}).catch(() => undefined);
    const parsed = Status.safeParse(other);
    return parsed.success ? parsed.data.companion.sessions : 0;
  };
  return async () => {
    const earlier = await previousSessions();
    const notes = [...parts.warnings];
    if (deciding.pins.arePending())
      notes.push(
        'What was agreed to is still being compared with the audit trail: connectors start once that is done.',
      );
    if (earlier > 0) notes.push(`${earlier} sessions are still served by the headless companion that ran before.`);
    return {
      companion: {
        running: true,
        version,
        kind,
        pid: process.pid,
        startedAt: startedAt.toISOString(),
        home,
        draining: parts.isDraining(),
        sessions: parts.sessions() + earlier,
        connectors: settings.read().connectors.length,
        waitingApprovals: deciding.waiting().length,
        keychain: parts.vault.peekState(),
        audit: { ...journal.state, seq: journal.head.seq, signing: parts.seal.state() },
        delivery: parts.delivery.state(),
        ...parts.tenancy.status(),
        lockdown: deciding.lockdown(),
        drifted: deciding.pins.drifted(),
        warnings: notes,
      },
    };
  };
}
