/** What all routes share. */
import type { Signing } from './signing.ts';
import type { Store } from './store/open-store.ts';

export interface IngestSettings {
  /** What the audit endpoint wants as `Authorization: Bearer`. */
  token: string;
  /** A larger body is refused with 413. */
  maxBytes: number;
  /** A batch that holds such an event is refused whole with 400. */
  isPoison: (event: { readonly id: string; readonly source: string }) => boolean;
}

export interface TenantState {
  readonly store: Store;
  readonly now: () => number;
  readonly origin: () => string;
  readonly signing: Signing;
  readonly ingest: IngestSettings;
  readonly device: { expiresInS: number; intervalS: number };
  /** How long an identity that is forwarded is good for. */
  readonly identity: { ttlS: number };
}
