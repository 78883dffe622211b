/** Who works with what at the moment. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { list, type Answer } from '../answers.ts';
import { limitOf, type Exchange, type Route } from '../exchange.ts';
import { actorInfo, type Principal } from '../principals.ts';
import { Count } from '../store/rows.ts';
import type { TenantState } from '../tenant-state.ts';

const Row = z.object({
  id: z.string(),
  actor_id: z.string().nullable(),
  server_id: z.string(),
  client_name: z.string(),
  started_at: z.number(),
  last_at: z.number(),
});

export function noteSession({ store, now }: TenantState, who: Principal, serverId: string, client: string): void {
  const actor = actorInfo(who)['id'] ?? null;
  const changed = store.run(
    'UPDATE client_session SET last_at = ? WHERE actor_id IS ? AND server_id = ? AND client_name = ?',
    now(),
    actor,
    serverId,
    client,
  );
  if (changed > 0) return;
  store.run(
    'INSERT INTO client_session VALUES (?, ?, ?, ?, ?, ?)',
    randomUUID(),
    actor,
    serverId,
    client,
    now(),
    now(),
  );
}

async function sessions({ store }: TenantState, { query, who }: Exchange): Promise<Answer> {
  await who();
  const actor = query.get('actor_id');
  const where = 'WHERE (? IS NULL OR actor_id = ?)';
  const rows = store.all(
    Row,
    `SELECT * FROM client_session ${where} ORDER BY last_at DESC LIMIT ?`,
    actor,
    actor,
    limitOf(query, 100),
  );
  const count = store.one(Count, `SELECT count(*) AS n FROM client_session ${where}`, actor, actor)?.n ?? 0;
  return list(
    rows.map(({ started_at, last_at, ...rest }) => ({
      ...rest,
      started_at: new Date(started_at).toISOString(),
      last_activity_at: new Date(last_at).toISOString(),
    })),
    count,
  );
}

export function sessionRoutes(state: TenantState): Route[] {
  return [{ at: 'GET /api/v1/sessions/', handle: (exchange) => sessions(state, exchange) }];
}
