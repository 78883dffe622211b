// Writes single records into the index's tables, within a transaction of whoever calls it.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AuditRecord } from '../../../preload/contract/audit.ts';
import type { EventRecord, IntentRecord, OutcomeRecord } from '../../../preload/contract/audit.ts';
import { assertNever } from '../../../preload/contract/failure.ts';
import { endedText, facetOfCall, facetOfEvent } from '../facet.ts';
import { prunedStart } from '../trust.ts';
import { generationOf } from './index-schema.ts';
import { createTermIds, NO_TERM, TERM_KINDS, type TermIds } from './index-terms.ts';

interface Statements {
  position: StatementSync;
  move: StatementSync;
  intent: StatementSync;
  attempt: StatementSync;
  outcome: StatementSync;
  event: StatementSync;
  prune: StatementSync;
  sweeps: readonly StatementSync[];
  files: StatementSync;
  forget: StatementSync;
  told: StatementSync;
  renew: StatementSync;
}

export interface IndexWriter {
  readonly statements: Pick<Statements, 'position' | 'move' | 'files' | 'forget'>;
  /** Within the transaction, before its first record. */
  begin(): void;
  /** The transaction is committed: what it made stays. */
  committed(): void;
  insert(record: AuditRecord): void;
  /** Drops what each chain holds before its number, and with it every text that nothing else holds; within a transaction. */
  prune(starts: ReadonlyMap<string, number>): void;
  /** The furthest start of a chain that an event names. */
  toldStart(chain: string): number | undefined;
}

export function createIndexWriter(database: DatabaseSync): IndexWriter {
  const statements = prepareStatements(database);
  const terms = createTermIds(database);
  let generation: string | undefined;
  let isCommitted = true;

  return {
    statements,
    begin() {
      // Another process may have emptied the tables, and a batch that was rolled back took its terms with it.
      const now = generationOf(database);
      if (now !== generation || !isCommitted) terms.forget();
      generation = now;
      isCommitted = false;
    },
    committed() {
      isCommitted = true;
    },
    insert: (record) => insertRecord(statements, (kind, text) => terms.idOf(kind, text), record),
    prune(starts) {
      for (const [chain, seq] of starts) statements.prune.run(chain, seq);
      for (const sweep of statements.sweeps) sweep.run();
      // The number of a text that went may be given to another one.
      statements.renew.run();
      terms.forget();
    },
    toldStart: (chain) => toldStart(statements, chain),
  };
}

function prepareStatements(database: DatabaseSync): Statements {
  return {
    position: database.prepare('SELECT bytes, hash FROM position WHERE file = ?'),
    move: database.prepare('INSERT OR REPLACE INTO position (file, bytes, hash) VALUES (?, ?, ?)'),
    // An intent may come after its outcome: the outcome of a call that a crash cut off is written by the next chain.
    intent: database.prepare(`
      INSERT INTO entry (id, kind, time, chain, seq, connector, tool, denied, attempts, record,
        facet, target, reason, session, ended)
      VALUES (?, 'call', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
      ON CONFLICT (id) DO UPDATE SET time = excluded.time, chain = excluded.chain, seq = excluded.seq,
        connector = excluded.connector, tool = excluded.tool, denied = excluded.denied, attempts = excluded.attempts,
        record = excluded.record, facet = excluded.facet, target = excluded.target, reason = excluded.reason,
        session = excluded.session
      WHERE entry.record IS NULL`),
    // Changes nothing where the attempt is the first that is known, because its segment is all that is left.
    attempt: database.prepare(
      'UPDATE entry SET attempts = ?1, denied = ?2, latest = ?3, facet = ?5, reason = ?6 WHERE id = ?4 AND attempts < ?1',
    ),
    // What is known wins over \`unknown\`; otherwise the first outcome stands.
    outcome: database.prepare(`
      INSERT INTO entry (id, kind, time, chain, seq, connector, tool, denied, outcome_kind, outcome,
        facet, target, reason, session, ended)
      VALUES (?, 'call', ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0, ?, ?)
      ON CONFLICT (id) DO UPDATE SET outcome_kind = excluded.outcome_kind, outcome = excluded.outcome,
        ended = excluded.ended
      WHERE entry.outcome IS NULL OR (entry.outcome_kind = 'unknown' AND excluded.outcome_kind <> 'unknown')`),
    event: database.prepare(`
      INSERT OR IGNORE INTO entry (id, kind, time, chain, seq, connector, denied, record,
        facet, target, reason, session, ended)
      VALUES (?, 'event', ?, ?, ?, ?, 0, ?, ?, 0, 0, ?, 0)`),
    prune: database.prepare('DELETE FROM entry WHERE chain = ? AND seq < ?'),
    // One pass over the index by time for each column, 0.2 s for a million entries. An index on each of the five, which would
    // make it shorter, would be written with every call.
    sweeps: TERM_KINDS.map((kind) =>
      database.prepare(`DELETE FROM term WHERE kind = '${kind}' AND id NOT IN (SELECT ${kind} FROM entry)`),
    ),
    files: database.prepare('SELECT file FROM position'),
    forget: database.prepare('DELETE FROM position WHERE file = ?'),
    told: database.prepare(`
      SELECT record FROM entry WHERE kind = 'event' AND json_extract(record, '$.event') = 'journal_pruned'
        AND json_extract(record, '$.detail.chain') = ?`),
    renew: database.prepare('UPDATE generation SET value = lower(hex(randomblob(16)))'),
  };
}

function toldStart(statements: Statements, chain: string): number | undefined {
  let furthest: number | undefined;
  for (const row of statements.told.all(chain)) {
    const text = row['record'];
    const record = AuditRecord.safeParse(typeof text === 'string' ? JSON.parse(text) : undefined);
    const start = record.success && record.data.kind === 'event' ? prunedStart(record.data) : undefined;
    if (start !== undefined && start.firstSeq > (furthest ?? 0)) furthest = start.firstSeq;
  }
  return furthest;
}

type IdOf = (...term: Parameters<TermIds['idOf']>) => number;

function insertRecord(statements: Statements, idOf: IdOf, record: AuditRecord): void {
  switch (record.kind) {
    case 'intent':
      insertIntent(statements, idOf, record);
      return;
    case 'outcome':
      insertOutcome(statements, idOf, record);
      return;
    case 'event':
      insertEvent(statements, idOf, record);
      return;
    case 'checkpoint':
      // For whoever verifies the files; there is nothing in it to search for.
      return;
    default:
      assertNever(record);
  }
}

function insertIntent(statements: Statements, idOf: IdOf, record: IntentRecord): void {
  const { time, chain_id: chain, seq, decision, call, connector, attempt = 1 } = record;
  const denied = decision.effect === 'deny' ? 1 : 0;
  const text = JSON.stringify(record);
  const target = targetOf(record);
  const targetId = target === null ? NO_TERM : idOf('target', target);
  const facet = idOf('facet', facetOfCall(record, decision));
  const reason = idOf('reason', decision.reason);
  const session = idOf('session', record['mcp.session.id']);
  const place = [call, time, chain, seq, connector, target, denied, attempt, text] as const;
  statements.intent.run(...place, facet, targetId, reason, session);
  if (attempt > 1) statements.attempt.run(attempt, denied, text, call, facet, reason);
}

function insertOutcome(statements: Statements, idOf: IdOf, record: OutcomeRecord): void {
  const { time, chain_id: chain, seq, call, connector, outcome } = record;
  const target = targetOf(record);
  const place = [call, time, chain, seq, connector, target, outcome, JSON.stringify(record)] as const;
  statements.outcome.run(
    ...place,
    idOf('facet', facetOfCall(record)),
    target === null ? NO_TERM : idOf('target', target),
    idOf('session', record['mcp.session.id']),
    idOf('ended', endedText(record)),
  );
}

function insertEvent(statements: Statements, idOf: IdOf, record: EventRecord): void {
  const { id, time, chain_id: chain, seq, connector } = record;
  const session = record['mcp.session.id'];
  statements.event.run(
    ...([id, time, chain, seq, connector ?? null, JSON.stringify(record)] as const),
    idOf('facet', facetOfEvent(record)),
    session === undefined ? NO_TERM : idOf('session', session),
  );
}

function targetOf(record: IntentRecord | OutcomeRecord): string | null {
  return record['gen_ai.tool.name'] ?? record['gen_ai.prompt.name'] ?? record['mcp.resource.uri'] ?? null;
}
