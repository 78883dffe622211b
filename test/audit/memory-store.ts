import type { JournalStore } from '../../main/audit/journal.ts';

/** A store in memory that fails when told to. */
export interface MemoryStore extends JournalStore {
  readonly lines: Buffer[];
  /** Thrown by each append while set. */
  failure: Error | undefined;
  problem: string | undefined;
}

export function memoryStore(): MemoryStore {
  const lines: Buffer[] = [];
  return {
    lines,
    failure: undefined,
    problem: undefined,
    append(line) {
      if (this.failure !== undefined) throw this.failure;
      lines.push(line);
    },
    async flush() {
      if (this.problem !== undefined) throw new Error(this.problem);
    },
    async close() {
      // Nothing is held.
    },
  };
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: a system error`), { code });
}
