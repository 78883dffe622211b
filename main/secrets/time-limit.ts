import type { After } from './backend.ts';

/** Settles as `work` does, or rejects with `late()` after `limitMs`; what `work` does after that is ignored. */
export async function withinLimit<T>(work: Promise<T>, limitMs: number, after: After, late: () => Error): Promise<T> {
  let cancel = (): void => undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    cancel = after(limitMs, () => {
      reject(late());
    });
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    cancel();
  }
}
