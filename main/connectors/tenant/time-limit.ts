/** Nothing that a tenant is asked is waited for longer than its limit, whatever the transport under it does. */
import { TenantError } from '../../backend/tenant-api.ts';

export type Schedule = (ms: number, then: () => void) => () => void;

/** Rejects at the limit, or when `given` says that nobody wants the answer any more; `work` is aborted then. */
export async function withinLimit<T>(
  ms: number,
  given: AbortSignal | undefined,
  schedule: Schedule,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const ended = Promise.withResolvers<never>();
  // Whoever lost the race has nobody left to hear it.
  ended.promise.catch(() => undefined);
  const end = (message: string): void => {
    over.abort();
    ended.reject(new TenantError('E_TENANT_UNREACHABLE', message, 'Try again later.', { kind: 'unreachable' }));
  };
  const giveUp = (): void => end('Nobody waits for the answer any more.');
  const cancel = schedule(ms, () => end(`The tenant did not answer within ${Math.round(ms / 1000)} seconds.`));
  if (given?.aborted === true) giveUp();
  else given?.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([ended.promise, work(over.signal)]);
  } finally {
    cancel();
    given?.removeEventListener('abort', giveUp);
  }
}
