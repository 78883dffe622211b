/** Single answers out of the index: one call, and which rules decided how often. */
import type { DatabaseSync } from 'node:sqlite';
import type { DecidedPage, DecidedRequest } from './index-protocol.ts';

/** Of the newest calls of a period, how often each rule or chain had the last word, the most frequent first. */
export function decidedCounts(database: DatabaseSync, { since, limit }: DecidedRequest): DecidedPage {
  const newest = `SELECT time, coalesce(latest, record) AS decided FROM entry
    WHERE kind = 'call' AND time >= ? ORDER BY time DESC, seq DESC LIMIT ?`;
  // Records carry milliseconds; a `since` without them would sort after the very millisecond it names.
  const from = new Date(since).toISOString();
  const calls = Number(database.prepare(`SELECT count(*) AS calls FROM (${newest})`).get(from, limit + 1)?.['calls']);
  const rows = database
    .prepare(
      `SELECT rule, count(*) AS times, max(time) AS last FROM
         (SELECT time, json_extract(decided, '$.decision.ruleId') AS rule FROM (${newest}))
       WHERE rule IS NOT NULL GROUP BY rule ORDER BY times DESC, rule LIMIT ?`,
    )
    .all(from, limit, MAX_DECIDED);
  return {
    calls: Math.min(calls, limit),
    isCut: calls > limit,
    rules: rows.map(({ rule, times, last }) => ({ id: String(rule), times: Number(times), last: String(last) })),
  };
}

/** As many as there can be rules and chains. */
const MAX_DECIDED = 11_000;
