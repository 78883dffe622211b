/** The tenant's own audit, asked for. */
import { json, Refusal, type Answer } from '../answers.ts';
import { readLogs } from '../audit-log.ts';
import { limitOf, type Exchange, type Route } from '../exchange.ts';
import { requireRole } from '../principals.ts';
import type { TenantState } from '../tenant-state.ts';

const EQUAL = ['action_type', 'server_id', 'agent_id', 'client_name'] as const;

function timeOf(text: string, name: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw new Refusal(422, [
      { loc: ['query', name], msg: 'Input should be a valid datetime', type: 'datetime_parsing' },
    ]);
  }
  return at;
}

async function auditLogs(state: TenantState, { query, who }: Exchange): Promise<Answer> {
  requireRole(await who(), 'audit');
  const terms: string[] = ['1 = 1'];
  const values: (string | number)[] = [];
  for (const column of EQUAL) {
    const value = query.get(column);
    if (value === null) continue;
    terms.push(`${column} = ?`);
    values.push(value);
  }
  for (const [name, sign] of [
    ['start_date', '>='],
    ['end_date', '<='],
  ] as const) {
    const value = query.get(name);
    if (value === null) continue;
    terms.push(`at ${sign} ?`);
    values.push(timeOf(value, name));
  }
  const rows = readLogs(state, { sql: terms.join(' AND '), values }, limitOf(query, 100));
  return json({ data: rows, count: rows.length, has_more: false });
}

export function auditRoutes(state: TenantState): Route[] {
  return [{ at: 'GET /api/v1/auditlogs', handle: (exchange) => auditLogs(state, exchange) }];
}
