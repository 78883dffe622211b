/** Where the audit journal is delivered to. */
import { CompanionError, secretNameOf, type AuditEndpoint } from '../../preload/contract/index.ts';
import type { Delivery } from '../audit/delivery/delivery.ts';
import { isSignInSecret } from '../identity/stored-sign-in.ts';
import { secretUnknown } from '../secrets/secret-failures.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers } from './dispatch.ts';

export interface DeliveryParts {
  readonly settings: SettingsStore;
  readonly vault: Pick<SecretVault, 'list'>;
  readonly delivery: Pick<Delivery, 'state' | 'endpointChanged'>;
  /** Throws where nothing can be recorded; then nothing is changed. */
  readonly record: (event: 'audit_endpoint_changed', detail: Readonly<Record<string, string>>) => void;
}

type DeliveryHandlers = Pick<Handlers, 'audit.delivery' | 'audit.setEndpoint'>;

export function deliveryHandlers({ settings, vault, delivery, record }: DeliveryParts): DeliveryHandlers {
  return {
    'audit.delivery': (_input, { caller }) => {
      const endpoint = settings.read().auditEndpoint;
      // The shell and a page get what the journal gets; a terminal is where it was typed.
      const shown = endpoint === null || caller === 'cli' ? endpoint : { ...endpoint, url: shownAddress(endpoint) };
      return { endpoint: shown, state: delivery.state() };
    },
    'audit.setEndpoint': ({ endpoint }, context) => {
      const name = endpoint?.authorization === undefined ? undefined : secretNameOf(endpoint.authorization);
      if (name !== undefined && isSignInSecret(name)) throw reserved(name);
      if (name !== undefined && !vault.list().some((entry) => entry.name === name)) throw secretUnknown(name);
      if (isSame(endpoint, settings.read().auditEndpoint)) return delivery.state();
      const change = endpoint === null ? { change: 'removed' } : { change: 'set', endpoint: shownAddress(endpoint) };
      const detail = { ...change, by: context.by };
      // Into the journal before anything is sent: the first thing that a new endpoint is told of is itself.
      record('audit_endpoint_changed', detail);
      try {
        settings.update('audit.setEndpoint', context.by, (current) => ({ ...current, auditEndpoint: endpoint }));
      } catch (error) {
        recordFailure(record, detail);
        throw error;
      }
      delivery.endpointChanged();
      return delivery.state();
    },
  };
}

/** What was recorded did not come about. */
function recordFailure(record: DeliveryParts['record'], detail: Readonly<Record<string, string>>): void {
  try {
    record('audit_endpoint_changed', { ...detail, state: 'failed' });
  } catch {
    // The journal says of itself that it cannot be written; what failed is told to whoever asked for it.
  }
}

function isSame(a: AuditEndpoint | null, b: AuditEndpoint | null): boolean {
  return a?.url === b?.url && a?.authorization === b?.authorization;
}

/** Without its query: it may be what somebody put a key into. */
function shownAddress({ url }: AuditEndpoint): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function reserved(name: string): CompanionError {
  return new CompanionError(
    'E_SECRET_RESERVED',
    `The secret "${name}" is the companion's own and is never sent as it is.`,
    'Store the endpoint\'s secret under another name with "runlayer secrets set".',
    { exitCode: 2 },
  );
}
