/** The person, what they may use, and what waits for them. */
import { z } from 'zod';
import { json, list, page, Refusal, type Answer } from '../answers.ts';
import { limitOf, skipOf, type Exchange, type Route } from '../exchange.ts';
import { ORGANISATION } from '../organisation.ts';
import { approvalPage, donePage, homePage } from '../pages.ts';
import { requireRole } from '../principals.ts';
import { ApprovalRow, ConnectorRow, Count } from '../store/rows.ts';
import type { TenantState } from '../tenant-state.ts';
import { connectorOf } from './local-routes.ts';

const AccountRow = z.object({
  id: z.string(),
  server_id: z.string(),
  label: z.string(),
  server_name: z.string(),
  session_healthy: z
    .number()
    .nullable()
    .transform((value) => (value === null ? null : value !== 0)),
});

async function me({ who }: Exchange): Promise<Answer> {
  const principal = await who();
  const person = principal.kind === 'organisation' ? undefined : principal.person;
  if (person === undefined) throw new Refusal(403, 'This credential does not belong to a user');
  const { id, email, name, role, groups } = person;
  return json({
    id,
    email,
    name,
    role,
    groups,
    organization_id: ORGANISATION.id,
    organization_name: ORGANISATION.name,
  });
}

const SCOPES = ['accessible', 'accessible_and_mine', 'all', 'accessible_and_auto_sync'];

async function servers({ store }: TenantState, { who, query }: Exchange): Promise<Answer> {
  const principal = await who();
  requireRole(principal, 'connect');
  const scope = query.get('scope') ?? 'accessible';
  if (!SCOPES.includes(scope)) {
    throw new Refusal(422, [
      { loc: ['query', 'scope'], msg: `Input should be one of ${SCOPES.join(', ')}`, type: 'enum' },
    ]);
  }
  const isAdmin = principal.kind === 'user' && principal.person.role === 'admin';
  if (scope === 'all' && !isAdmin) throw new Refusal(403, 'Only administrators list all servers');
  const where = scope === 'all' ? '' : "WHERE status = 'active'";
  const rows = store.all(
    ConnectorRow,
    `SELECT * FROM connector ${where} ORDER BY name, id LIMIT ? OFFSET ?`,
    limitOf(query, 100),
    skipOf(query),
  );
  const count = store.one(Count, `SELECT count(*) AS n FROM connector ${where}`)?.n ?? 0;
  return list(
    rows.map(({ id, name, description, status, is_official, deployment_mode }) => ({
      id,
      name,
      description,
      status,
      icon_url: null,
      is_official,
      deployment_mode,
    })),
    count,
  );
}

async function accounts({ store }: TenantState, { who }: Exchange): Promise<Answer> {
  await who();
  return list(store.all(AccountRow, 'SELECT * FROM account ORDER BY label'));
}

async function initiate(state: TenantState, { who, params, query }: Exchange): Promise<Answer> {
  await who();
  const { id } = connectorOf(state, params['id'] ?? '');
  const account = query.get('account_id');
  if (
    account !== null &&
    state.store.one(AccountRow, 'SELECT * FROM account WHERE id = ? AND server_id = ?', account, id) === undefined
  ) {
    throw new Refusal(404, 'Account not found');
  }
  return json({ authorization_url: `${state.origin()}/oauth/reconnect/${id}` });
}

const approvalOf = ({ store }: TenantState, id: string): ApprovalRow => {
  const row = store.one(ApprovalRow, 'SELECT * FROM approval WHERE id = ?', id);
  if (row === undefined) throw new Refusal(404, 'Approval request not found');
  return row;
};

async function approvals({ store }: TenantState, { who }: Exchange): Promise<Answer> {
  await who();
  const rows = store.all(ApprovalRow, 'SELECT * FROM approval ORDER BY created_at, rowid');
  return list(
    rows.map(({ id, status, can_decide_inline, title, server_name, tool_name, created_at }) => ({
      id,
      status,
      can_decide_inline,
      created_at: new Date(created_at).toISOString(),
      initial_content: { title },
      tool_call: { server_name, tool_name },
    })),
  );
}

function settle({ store }: TenantState, id: string, isApproved: boolean): boolean {
  const status = isApproved ? 'approved' : 'denied';
  return store.run("UPDATE approval SET status = ? WHERE id = ? AND status = 'pending'", status, id) === 1;
}

async function decide(state: TenantState, { who, params, json: body }: Exchange): Promise<Answer> {
  await who();
  const row = approvalOf(state, params['id'] ?? '');
  const { approve } = z.object({ approve: z.boolean() }).parse(body());
  if (!row.can_decide_inline) throw new Refusal(403, 'This request can only be decided in the dashboard');
  if (!settle(state, row.id, approve)) {
    throw new Refusal(409, { message: `Already ${row.status}`, status: row.status });
  }
  return json({ id: row.id, status: approve ? 'approved' : 'denied' });
}

function decideOnPage(state: TenantState, { params, form, headers }: Exchange): Answer {
  if (headers.origin !== undefined && headers.origin !== 'null' && headers.origin !== state.origin()) {
    throw new Refusal(403, 'Cross-site request refused');
  }
  const row = approvalOf(state, params['id'] ?? '');
  if (!settle(state, row.id, form().get('decision') === 'approve')) {
    return page(donePage('Decided already', `It was ${row.status}.`), 409);
  }
  return page(approvalPage(approvalOf(state, row.id)));
}

export function accountRoutes(state: TenantState): Route[] {
  return [
    { at: 'GET /api/v1/users/me', handle: me },
    { at: 'GET /api/v1/servers', handle: (exchange) => servers(state, exchange) },
    { at: 'GET /api/v1/accounts', handle: (exchange) => accounts(state, exchange) },
    { at: 'POST /api/v1/servers/{id}/oauth/initiate', handle: (exchange) => initiate(state, exchange) },
    { at: 'GET /api/v1/approvals', handle: (exchange) => approvals(state, exchange) },
    { at: 'POST /api/v1/approvals/{id}/decision', handle: (exchange) => decide(state, exchange) },
    { at: 'GET /approvals/{id}', handle: ({ params }) => page(approvalPage(approvalOf(state, params['id'] ?? ''))) },
    { at: 'POST /approvals/{id}', handle: (exchange) => decideOnPage(state, exchange) },
    {
      at: 'GET /',
      handle: () => page(homePage(state.store.all(ConnectorRow, 'SELECT * FROM connector ORDER BY name'))),
    },
  ];
}
