/** Approvals that the tenant's own rules ask for. */
import { randomUUID } from 'node:crypto';
import type { PolicyRule } from './policies.ts';
import { ApprovalRow, type ConnectorRow } from './store/rows.ts';
import type { TenantState } from './tenant-state.ts';

type ApprovalRule = Extract<PolicyRule, { kind: 'approval' }>;

/** Undefined where an approval is there (and used up by this call); else why the call waits. Asks once, not for each call. */
export function askForApproval(
  { store, now, origin }: TenantState,
  connector: ConnectorRow,
  tool: string,
  rule: ApprovalRule,
): string | undefined {
  const newest = store.one(
    ApprovalRow,
    'SELECT * FROM approval WHERE server_id = ? AND tool_name = ? AND is_used = 0 ORDER BY created_at DESC, rowid DESC',
    connector.id,
    tool,
  );
  if (newest?.status === 'approved') {
    store.run('UPDATE approval SET is_used = 1 WHERE id = ?', newest.id);
    return undefined;
  }
  if (newest?.status === 'pending') return `Waits for approval: ${origin()}/approvals/${newest.id}`;
  const id = randomUUID();
  store.run(
    "INSERT INTO approval (id, status, can_decide_inline, title, server_id, server_name, tool_name, created_at) VALUES (?, 'pending', ?, ?, ?, ?, ?, ?)",
    id,
    rule.can_decide_inline === false ? 0 : 1,
    rule.title ?? `Call ${tool} on ${connector.name}`,
    connector.id,
    connector.name,
    tool,
    now(),
  );
  return `Waits for approval: ${origin()}/approvals/${id}`;
}
