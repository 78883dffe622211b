import { secretNameOf } from '../../../preload/contract/connector.ts';
import type { AuditEndpoint } from '../../../preload/contract/delivery.ts';
import { createSecretHeaders } from '../../identity/secret-headers.ts';
import type { LiveSecrets } from '../../secrets/live-secrets.ts';
import type { SecretVault } from '../../secrets/vault.ts';

/** An endpoint while it is the one that is named. Its secret is live, and so redacted, from the first request to `close`. */
export interface Link {
  readonly url: URL;
  /** Without a query: it may be what somebody put a key into. */
  readonly shownUrl: string;
  /** Ends the request that is under way. */
  readonly stop: AbortController;
  /** Rejects with what the vault says, E_SECRET_RESERVED or E_SECRET_HEADER. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** Whether its secret was stored or removed, or the vault unlocked, since it was last asked for. */
  secretsChanged(): boolean;
  isOf(endpoint: AuditEndpoint | null): boolean;
  close(): void;
}

export interface LinkParts {
  readonly vault: Pick<SecretVault, 'list' | 'resolve' | 'peekState'>;
  readonly live: Pick<LiveSecrets, 'add'>;
}

export function openLink(endpoint: AuditEndpoint, { vault, live }: LinkParts): Link {
  const { url: address, authorization } = endpoint;
  const url = new URL(address);
  const stop = new AbortController();
  const secrets: Record<string, string> = authorization === undefined ? {} : { authorization };
  const held = createSecretHeaders({ secrets, vault, live });
  const version = (): string => {
    if (authorization === undefined) return '';
    const entry = vault.list().find(({ name }) => name === secretNameOf(authorization));
    const isOpen = vault.peekState().state === 'ready';
    return entry === undefined ? '' : `${entry.backend} ${entry.updatedAt} ${isOpen}`;
  };
  let asked = version();
  return {
    url,
    shownUrl: `${url.origin}${url.pathname}`,
    stop,
    headers() {
      asked = version();
      return held.current().catch((error: unknown) => {
        // Only asking shows that the vault is locked.
        asked = version();
        throw error;
      });
    },
    secretsChanged: () => version() !== asked,
    isOf: (other) => other !== null && other.url === address && other.authorization === authorization,
    close() {
      stop.abort();
      held.release();
    },
  };
}
