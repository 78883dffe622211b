/** The tenant's own audit: one row for each pre, post and hook call. */
import { z } from 'zod';
import { ORGANISATION } from './organisation.ts';
import { actorInfo, type Principal } from './principals.ts';
import type { TenantState } from './tenant-state.ts';

export interface LogEntry {
  readonly action: string;
  readonly who: Principal;
  readonly connector?: { readonly id: string; readonly name: string } | undefined;
  readonly tool?: string | undefined;
  readonly correlation?: string | undefined;
  readonly client?: string | undefined;
  readonly eventType: string;
  readonly outcome: 'allowed' | 'denied' | 'modified' | 'error';
  readonly reason?: string | undefined;
  /** Milliseconds; now without one. */
  readonly at?: number;
}

const Row = z
  .object({ row: z.string() })
  .transform(({ row }) => z.record(z.string(), z.unknown()).parse(JSON.parse(row)));

/** What a client calls itself, from its `User-Agent`. */
export const clientNameOf = (userAgent: string | undefined): string =>
  /^[^\s/]{1,64}/.exec(userAgent ?? '')?.[0] ?? 'unknown';

export function writeLog(state: TenantState, entry: LogEntry): void {
  const { who, connector, tool, client = 'unknown' } = entry;
  const at = entry.at ?? state.now();
  const actor = actorInfo(who);
  const row = {
    timestamp: new Date(at).toISOString(),
    action_type: entry.action,
    resource_info: {
      type: tool === undefined ? 'server' : 'tool',
      id: connector?.id ?? null,
      name: tool ?? connector?.name ?? null,
    },
    actor_info: actor,
    details: {
      event_type: entry.eventType,
      subject_type: actor['type'],
      subject_id: actor['id'],
      subject_email: actor['email'],
      organization_id: ORGANISATION.id,
      correlation_id: entry.correlation ?? null,
      resource_type: tool === undefined ? 'server' : 'tool',
      resource_name: tool ?? null,
      server_name: connector?.name ?? null,
      client_name: client,
      outcome: entry.outcome,
      reason: entry.reason ?? null,
    },
  };
  state.store.run(
    'INSERT INTO audit_log (at, action_type, server_id, agent_id, client_name, row) VALUES (?, ?, ?, ?, ?, ?)',
    at,
    entry.action,
    connector?.id ?? null,
    who.kind === 'agent' ? who.agent.id : null,
    client,
    JSON.stringify(row),
  );
}

/** Newest first. */
export function readLogs(
  { store }: TenantState,
  where: { readonly sql: string; readonly values: readonly (string | number)[] },
  limit: number,
): Record<string, unknown>[] {
  const sql = `SELECT row FROM audit_log WHERE ${where.sql} ORDER BY at DESC, n DESC LIMIT ?`;
  return store.all(Row, sql, ...where.values, limit);
}
