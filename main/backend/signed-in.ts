/** What the parts that show a tenant need of it, and how they ask: a part that fails or is late is a value, never an error. */
import type { TenantView } from '../../preload/contract/index.ts';
import type { TenantApi, Tenants } from './tenant-api.ts';

export interface SignedIn {
  readonly tenants: Pick<Tenants, 'defaultHost' | 'api'>;
  /** As they are known; asks nothing. */
  readonly views: () => readonly TenantView[];
}

/** Tenants that may be asked something: there is a key. */
export function signedInHosts(views: readonly TenantView[]): string[] {
  return views.filter(({ credential }) => credential !== 'missing').map(({ host }) => host);
}

export type Answer<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'failed'; readonly error: unknown };

/** Shown beside what is known already: a person waits for it, so no part may take longer. */
const PART_MS = 2000;

export const partLimit = (): AbortSignal => AbortSignal.timeout(PART_MS);

/** Settles when `signal` aborts, whatever `ask` does: a key that a keychain does not give must not hold it up either. */
function within<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const late = (): void => resolve({ kind: 'failed', error: new Error('no answer in time') });
    if (signal.aborted) {
      late();
      return;
    }
    signal.addEventListener('abort', late, { once: true });
    void (async (): Promise<void> => {
      try {
        resolve({ kind: 'answered', value: await ask() });
      } catch (error) {
        resolve({ kind: 'failed', error });
      } finally {
        signal.removeEventListener('abort', late);
      }
    })();
  });
}

/** Asks one tenant one thing. */
export function askTenant<T>(
  tenants: SignedIn['tenants'],
  host: string,
  signal: AbortSignal,
  ask: (api: TenantApi, signal: AbortSignal) => Promise<T>,
): Promise<Answer<T>> {
  return within(signal, async () => ask(await tenants.api(host), signal));
}
