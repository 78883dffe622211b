import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CompanionError } from '../../../preload/contract/failure.ts';
import { CORRUPT_SUFFIX } from '../segment-name.ts';

/** Raised with every change of the tables. A lower version is rebuilt from the journal: nothing here needs migrating. */
export const INDEX_VERSION = 4;

/** Calls that were refused, failed, or whose answer was kept back; the query must say exactly this for SQLite to use the index on it. */
export const BLOCKED = `(denied = 1 OR outcome_kind IN ('refused', 'failed', 'withheld'))`;

const TABLES = `
  CREATE TABLE entry (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,  -- the call, or the record of an event
    kind TEXT NOT NULL,       -- call | event
    time TEXT NOT NULL,
    chain TEXT NOT NULL,
    seq INTEGER NOT NULL,
    connector TEXT,
    tool TEXT,
    denied INTEGER NOT NULL,  -- the last decision was deny
    attempts INTEGER NOT NULL DEFAULT 1,
    record TEXT,              -- JSON of the first intent or the event; NULL for an outcome that has no intent
    latest TEXT,              -- JSON of the last intent where it is not the first
    outcome_kind TEXT,
    outcome TEXT,             -- JSON
    facet INTEGER NOT NULL,   -- of term: who called what and what was decided
    target INTEGER NOT NULL,  -- of term: tool, prompt or resource; 0 where there is none, as below
    reason INTEGER NOT NULL,
    session INTEGER NOT NULL,
    ended INTEGER NOT NULL    -- of term: the outcome; 0 while there is none
  );
  -- The last five so that a search need not read the rows: they are read once, in this order (index-columns.ts).
  CREATE INDEX entry_by_time ON entry (time DESC, seq DESC, facet, target, reason, session, ended);
  CREATE INDEX entry_by_connector ON entry (connector, time DESC, seq DESC);
  CREATE INDEX entry_blocked ON entry (time DESC, seq DESC) WHERE ${BLOCKED};
  CREATE INDEX entry_unfinished ON entry (chain, seq) WHERE kind = 'call' AND outcome IS NULL;
  CREATE INDEX entry_events ON entry (time DESC, seq DESC) WHERE kind = 'event';
  CREATE TABLE position (
    file TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,   -- everything before this is in entry
    hash TEXT                 -- of the last line before it; NULL where that could not be read
  ) WITHOUT ROWID;
  -- Each different text once: a million calls have a few hundred of them.
  CREATE TABLE term (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,       -- facet | target | reason | session | ended
    text TEXT NOT NULL,
    UNIQUE (kind, text)
  );
  -- Another one whenever entries or terms went: what somebody read before is void then.
  CREATE TABLE generation (value TEXT NOT NULL);
  INSERT INTO generation VALUES (lower(hex(randomblob(16))));
`;

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Whether SQLite says that the file itself is damaged. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  const primary = error.errcode & 0xff;
  return primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB;
}

/**
 * Opens or creates the index. A damaged file is set aside and made anew (the journal is the truth); `onDamage` is told.
 * Throws CompanionError `E_INDEX_NEWER` for a file of a newer version.
 */
export function openDatabase(path: string, onDamage: (text: string) => void): DatabaseSync {
  try {
    return prepare(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    setDatabaseAside(path);
    onDamage('the log index was damaged; it was set aside and is rebuilt from the journal');
    return prepare(path);
  }
}

/** Keeps the damaged file, for one look at it; one from before is replaced. */
export function setDatabaseAside(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${path}${suffix}${CORRUPT_SUFFIX}`);
  }
}

function prepare(path: string): DatabaseSync {
  // SQLite would create the file with the umask's mode; -wal and -shm take theirs from it.
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > INDEX_VERSION) {
      throw new CompanionError(
        'E_INDEX_NEWER',
        `The log index was written by a newer version (${version}; this one knows ${INDEX_VERSION}).`,
        `Update the companion, or remove "${path}": it is made anew from the journal.`,
      );
    }
    if (version < INDEX_VERSION) recreate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Changes with each {@link recreate} and each prune. */
export function generationOf(database: DatabaseSync): string {
  return String(database.prepare('SELECT value FROM generation').get()?.['value']);
}

/** Empties the index within one transaction. */
export function recreate(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    DROP TABLE IF EXISTS entry;
    DROP TABLE IF EXISTS position;
    DROP TABLE IF EXISTS term;
    DROP TABLE IF EXISTS generation;
    ${TABLES}
    PRAGMA user_version = ${INDEX_VERSION};
    COMMIT;
  `);
}
