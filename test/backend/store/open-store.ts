/** The tenant's database. Rows are parsed by those who read them; JSON columns hold what the wire holds. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { z } from 'zod';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS person (id TEXT PRIMARY KEY, email TEXT UNIQUE, name TEXT, role TEXT, groups TEXT);
CREATE TABLE IF NOT EXISTS agent (id TEXT PRIMARY KEY, name TEXT, client_id TEXT UNIQUE, secret_hash TEXT);
CREATE TABLE IF NOT EXISTS api_key (hash TEXT PRIMARY KEY, kind TEXT, person_id TEXT, role TEXT, created_at INTEGER,
  expires_at INTEGER, revoked INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS device_grant (device_hash TEXT PRIMARY KEY, user_code TEXT UNIQUE, state TEXT, person_id TEXT,
  expires_at INTEGER, last_poll INTEGER);
CREATE TABLE IF NOT EXISTS connector (id TEXT PRIMARY KEY, alias TEXT, name TEXT, description TEXT, url TEXT,
  transport_type TEXT, transport_config TEXT, deployment_mode TEXT, version INTEGER, sync_required INTEGER,
  catalog_entry_name TEXT, forwards_identity INTEGER, is_official INTEGER, status TEXT);
CREATE TABLE IF NOT EXISTS policy (n INTEGER PRIMARY KEY AUTOINCREMENT, connector_id TEXT, tool TEXT, rule TEXT);
CREATE TABLE IF NOT EXISTS correlation (id TEXT PRIMARY KEY, connector_id TEXT, method TEXT, tool TEXT, is_done INTEGER);
CREATE TABLE IF NOT EXISTS audit_log (n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, action_type TEXT, server_id TEXT,
  agent_id TEXT, client_name TEXT, row TEXT);
CREATE INDEX IF NOT EXISTS audit_log_at ON audit_log (at);
CREATE TABLE IF NOT EXISTS capability (n INTEGER PRIMARY KEY AUTOINCREMENT, server_id TEXT, version INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS approval (id TEXT PRIMARY KEY, status TEXT, can_decide_inline INTEGER, title TEXT,
  server_id TEXT, server_name TEXT, tool_name TEXT, created_at INTEGER, is_used INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS account (id TEXT PRIMARY KEY, server_id TEXT, label TEXT, server_name TEXT, session_healthy INTEGER);
CREATE TABLE IF NOT EXISTS client_session (id TEXT PRIMARY KEY, actor_id TEXT, server_id TEXT, client_name TEXT,
  started_at INTEGER, last_at INTEGER);
CREATE TABLE IF NOT EXISTS hook_event (n INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT);
CREATE TABLE IF NOT EXISTS scan (n INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT);
CREATE TABLE IF NOT EXISTS deployment (id TEXT PRIMARY KEY, name TEXT UNIQUE, yaml TEXT, docker_image TEXT, status TEXT,
  history_id TEXT, polls INTEGER, created_at INTEGER);
CREATE TABLE IF NOT EXISTS ingested (n INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT, id TEXT, event TEXT,
  UNIQUE (source, id));
CREATE TABLE IF NOT EXISTS ingest_count (name TEXT PRIMARY KEY, value INTEGER);
`;

export interface Store {
  run(sql: string, ...values: SQLInputValue[]): number;
  all<T>(row: z.ZodType<T>, sql: string, ...values: SQLInputValue[]): T[];
  one<T>(row: z.ZodType<T>, sql: string, ...values: SQLInputValue[]): T | undefined;
  /** All of it or nothing. */
  together<T>(work: () => T): T;
  close(): void;
}

/** `location`: a file, or `:memory:`. */
export function openStore(location: string): Store {
  const db = new DatabaseSync(location);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${SCHEMA}`);
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const statement = (sql: string): ReturnType<DatabaseSync['prepare']> => {
    const known = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
    all: (row, sql, ...values) =>
      statement(sql)
        .all(...values)
        .map((found) => row.parse(found)),
    one(row, sql, ...values) {
      const found = statement(sql).get(...values);
      return found === undefined ? undefined : row.parse(found);
    },
    together(work) {
      db.exec('BEGIN');
      try {
        const done = work();
        db.exec('COMMIT');
        return done;
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => db.close(),
  };
}
