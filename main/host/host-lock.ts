/**
 * One companion per person. The lock is an SQLite write lock on `companion.lock`: the kernel lets go of it when its
 * holder dies in whatever way, so there is no stale lock to guess about. The file says who holds it.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { CompanionError, HostKind } from '../../preload/contract/index.ts';

const Holder = z.object({ kind: HostKind, pid: z.number().int(), start: z.string(), version: z.string() });
export type Holder = z.infer<typeof Holder>;

export interface HostLock {
  release(): void;
}

export type LockResult =
  { readonly kind: 'held'; readonly lock: HostLock } | { readonly kind: 'taken'; readonly by: Holder | undefined };

const FILE = 'companion.lock';
/** Long enough to sit out somebody who only looks who holds the lock, which takes microseconds. */
const BUSY_MS = 50;
/** A database that nothing refers to is closed by the garbage collector, and its lock is gone with it. */
const held = new Set<DatabaseSync>();

function open(home: string): DatabaseSync {
  const path = join(home, FILE);
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  chmodSync(path, 0o600);
  return database;
}

function holder(database: DatabaseSync): Holder | undefined {
  try {
    const row = database.prepare('SELECT kind, pid, start, version FROM host').get();
    const parsed = Holder.safeParse(row);
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The file holds something else: nobody can say who runs here. */
function unusable(home: string, error: unknown): unknown {
  if (!(error instanceof Error) || !/not a database|malformed/i.test(error.message)) return error;
  return new CompanionError(
    'E_LOCK_UNUSABLE',
    `${join(home, FILE)} is damaged (${error.message}).`,
    'Make sure that no companion runs, delete that file, then start again.',
    { cause: error },
  );
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database is locked|busy/i.test(error.message);
}

/** Takes the lock for this process, or tells who holds it. */
export function takeHostLock(home: string, self: Holder): LockResult {
  const database = open(home);
  const taken = (): LockResult => {
    const by = holder(database);
    database.close();
    return { kind: 'taken', by };
  };
  try {
    database.exec('BEGIN IMMEDIATE');
    database.exec('CREATE TABLE IF NOT EXISTS host (kind TEXT, pid INTEGER, start TEXT, version TEXT)');
    database.exec('DELETE FROM host');
    database.prepare('INSERT INTO host VALUES (?, ?, ?, ?)').run(self.kind, self.pid, self.start, self.version);
    database.exec('COMMIT');
    // Held from here on; readers still see who we are.
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (isBusy(error)) return taken();
    database.close();
    throw unusable(home, error);
  }
  held.add(database);
  const release = (): void => {
    held.delete(database);
    database.close();
  };
  return { kind: 'held', lock: { release } };
}

/** Who holds the lock right now, or undefined when nobody does. */
export function readHolder(home: string): Holder | undefined {
  const database = open(home);
  try {
    database.exec('BEGIN IMMEDIATE');
    database.exec('ROLLBACK');
    return undefined;
  } catch (error) {
    if (!isBusy(error)) throw unusable(home, error);
    return holder(database);
  } finally {
    database.close();
  }
}
