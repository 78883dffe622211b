import type { UndoableStore } from './bounded-store.ts';

/** The store took the value without an error and gave back another one, or none. */
export class ReadBackDiffers extends Error {
  constructor() {
    super('the store did not give back what was written');
    this.name = 'ReadBackDiffers';
  }
}

/**
 * Writes, reads back and compares. Rejects with the store's own error or {@link ReadBackDiffers}. A mangled item is deleted; so
 * is a new one (`isNew`: nothing names it yet) whose fate is unknown, also when its write succeeds only after the time limit.
 */
export async function writeBack(target: UndoableStore, account: string, value: string, isNew: boolean): Promise<void> {
  const drop = (): Promise<unknown> => target.delete(account).catch(() => undefined);
  await target.set(account, value, isNew ? (late) => late.delete(account) : undefined);
  let read: string | undefined;
  try {
    read = await target.get(account);
  } catch (error) {
    if (isNew) await drop();
    throw error;
  }
  if (read === value) return;
  await drop();
  throw new ReadBackDiffers();
}
