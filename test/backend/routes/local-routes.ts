/** What the local proxy asks: a connector's definition, before a call, after a call, and what a server offers. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { json, Refusal, type Answer } from '../answers.ts';
import { clientNameOf, writeLog, type LogEntry } from '../audit-log.ts';
import { stringifyExact } from '../exact-json.ts';
import type { Exchange, Route } from '../exchange.ts';
import { identityForward } from '../identity-headers.ts';
import { askForApproval } from '../approvals.ts';
import { listFor, outputFor, ruleOf, rulesFor, type Policy } from '../policies.ts';
import { requireRole, type Principal } from '../principals.ts';
import { ConnectorRow } from '../store/rows.ts';
import type { TenantState } from '../tenant-state.ts';
import { noteSession } from './session-routes.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const JsonObject = z.record(z.string(), z.unknown());
const Method = z.enum(['tools/call', 'tools/list']);

const Params = z
  .object({
    name: z.string(),
    arguments: JsonObject.nullish(),
    meta: JsonObject.nullish(),
    _meta: JsonObject.nullish(),
  })
  .nullable();

const PreBody = z
  .object({ method: Method, params: Params, client_flows: z.unknown().optional() })
  .refine(({ method, params }) => method === 'tools/list' || params !== null, 'params required for tools/call');

const PostBody = z.object({
  method: Method,
  params: Params,
  result: z.unknown(),
  correlation_id: z.string(),
  inject_synthetic_tool_on_policy_block: z.boolean(),
  upstream_error: z.object({ type: z.string(), message: z.string() }).nullable(),
});

const CapabilitiesBody = z.object({
  tools: z.array(JsonObject),
  resources: z.array(JsonObject),
  prompts: z.array(JsonObject),
  synced_at: z.iso.datetime({ offset: true }),
});

export function connectorOf({ store }: TenantState, id: string): ConnectorRow {
  if (!UUID.test(id)) {
    throw new Refusal(422, [{ loc: ['path', 'server_id'], msg: 'Input should be a valid UUID', type: 'uuid_parsing' }]);
  }
  const row = store.one(ConnectorRow, 'SELECT * FROM connector WHERE id = ?', id.toLowerCase());
  if (row === undefined) throw new Refusal(404, 'Server not found');
  return row;
}

/** What a row of the audit says of this exchange, without how it ended. */
type LogStart = Pick<LogEntry, 'action' | 'eventType' | 'correlation' | 'tool'>;

interface Asked {
  readonly connector: ConnectorRow;
  readonly who: Principal;
  readonly log: (entry: LogStart & Pick<LogEntry, 'outcome' | 'reason'>) => void;
}

async function asked(state: TenantState, { params, who, headers }: Exchange): Promise<Asked> {
  const principal = await who();
  requireRole(principal, 'connect');
  const connector = connectorOf(state, params['id'] ?? '');
  const client = clientNameOf(headers['user-agent']);
  return {
    connector,
    who: principal,
    log: (entry) => writeLog(state, { ...entry, who: principal, connector, client }),
  };
}

async function resolve(state: TenantState, { query, who }: Exchange): Promise<Answer> {
  requireRole(await who(), 'connect');
  const target = query.get('target') ?? '';
  const row = state.store.one(ConnectorRow, 'SELECT * FROM connector WHERE alias = ? OR name = ?', target, target);
  if (row === undefined) throw new Refusal(404, 'No server has this alias');
  return json({ server_id: row.id });
}

async function definition(state: TenantState, exchange: Exchange): Promise<Answer> {
  const { connector, who } = await asked(state, exchange);
  return json({
    id: connector.id,
    name: connector.name,
    url: connector.url.replace('{tenant}', state.origin()),
    transport_type: connector.transport_type,
    transport_config: connector.transport_config,
    deployment_mode: connector.deployment_mode,
    version: connector.version,
    sync_required: connector.sync_required,
    catalog_entry_name: connector.catalog_entry_name,
    requires_manual_oauth_setup: false,
    manual_oauth_client_id: null,
    preferred_token_endpoint_auth_method: null,
    identity_forward: await identityForward(state, connector, who),
  });
}

/** Why a call may not be made; undefined where it may. */
function objection(
  state: TenantState,
  { connector, who }: Asked,
  rules: readonly Policy[],
  tool: string | undefined,
): string | undefined {
  const deny = ruleOf(rules, 'deny');
  if (deny !== undefined) return deny.reason ?? `Policy denies ${tool ?? connector.name}`;
  if (tool !== undefined && ruleOf(rules, 'hide') !== undefined) return `Tool ${tool} is not available to you`;
  const allowing = tool === undefined ? rulesFor(state, connector.id, who) : rules;
  if (ruleOf(allowing, 'allow') === undefined) return `No policy allows ${tool ?? connector.name}`;
  const approval = tool === undefined ? undefined : ruleOf(rules, 'approval');
  if (approval === undefined || tool === undefined) return undefined;
  return askForApproval(state, connector, tool, approval);
}

async function pre(state: TenantState, exchange: Exchange): Promise<Answer> {
  const ask = await asked(state, exchange);
  const { method, params } = PreBody.parse(exchange.json());
  const args = params?.arguments ?? {};
  const tool = method === 'tools/call' ? params?.name : undefined;
  // A rule for one tool says nothing about the list as such.
  const rules = rulesFor(state, ask.connector.id, ask.who, { tool, args });
  const correlation = randomUUID();
  const log = { correlation, tool, action: method === 'tools/call' ? 'tool_call' : 'list_tools', eventType: 'pre' };
  noteSession(state, ask.who, ask.connector.id, clientNameOf(exchange.headers['user-agent']));
  const reason = objection(state, ask, rules, tool);
  if (reason !== undefined) {
    ask.log({ ...log, outcome: 'denied', reason });
    throw new Refusal(403, reason);
  }
  const quick = ruleOf(rules, 'quick');
  const change = tool === undefined ? undefined : ruleOf(rules, 'arguments');
  const changed = change === undefined ? null : (change.replace ?? { ...args, ...change.set });
  state.store.run(
    'INSERT INTO correlation (id, connector_id, method, tool, is_done) VALUES (?, ?, ?, ?, ?)',
    correlation,
    ask.connector.id,
    method,
    tool ?? null,
    quick === undefined ? 0 : 1,
  );
  ask.log({ ...log, outcome: quick === undefined && change === undefined ? 'allowed' : 'modified' });
  return json({ correlation_id: correlation, quick_tool_result: quick?.result ?? null, modified_args: changed });
}

async function post(state: TenantState, exchange: Exchange): Promise<Answer> {
  const ask = await asked(state, exchange);
  const body = PostBody.parse(exchange.json());
  const { correlation_id: correlation, upstream_error: error } = body;
  const tool = body.method === 'tools/call' ? body.params?.name : undefined;
  if (
    state.store.run(
      'UPDATE correlation SET is_done = 1 WHERE id = ? AND connector_id = ?',
      correlation,
      ask.connector.id,
    ) === 0
  ) {
    throw new Refusal(422, [{ loc: ['body', 'correlation_id'], msg: 'Unknown correlation', type: 'value_error' }]);
  }
  const log = { correlation, tool, action: tool === undefined ? 'list_tools' : 'tool_call', eventType: 'post' };
  if (error !== null) {
    ask.log({ ...log, outcome: 'error', reason: `${error.type}: ${error.message}` });
    return json(body.method === 'tools/list' ? [] : { modified_output: null });
  }
  if (body.method === 'tools/list') {
    const tools = z.object({ tools: z.array(JsonObject) }).parse(body.result).tools;
    const all = rulesFor(state, ask.connector.id, ask.who);
    const wholeDeny = all.find(({ tool: of, rule }) => rule.kind === 'deny' && of === null && rule.when === undefined);
    if (wholeDeny !== undefined) return blockedList(ask, log, body.inject_synthetic_tool_on_policy_block);
    const seen = listFor(all, tools);
    ask.log({ ...log, outcome: seen.length === tools.length ? 'allowed' : 'modified' });
    return json(seen);
  }
  const result = JsonObject.parse(body.result);
  const rules = rulesFor(state, ask.connector.id, ask.who, { tool, args: body.params?.arguments ?? {} });
  const block = ruleOf(rules, 'output')?.block;
  if (block !== undefined) {
    ask.log({ ...log, outcome: 'denied', reason: block });
    throw new Refusal(403, block);
  }
  const output = outputFor(rules, result);
  ask.log({ ...log, outcome: output === undefined ? 'allowed' : 'modified' });
  return json({ modified_output: output ?? null });
}

function blockedList({ log }: Asked, start: LogStart, isTold: boolean): Answer {
  const reason = 'Policy denies this server';
  log({ ...start, outcome: 'denied', reason });
  if (!isTold) throw new Refusal(403, reason);
  const inputSchema = { type: 'object', properties: {} };
  return json([{ name: 'runlayer_policy_notice', description: `${reason}.`, inputSchema }]);
}

async function capabilities(state: TenantState, exchange: Exchange): Promise<Answer> {
  const { connector } = await asked(state, exchange);
  const body = CapabilitiesBody.parse(exchange.json());
  if (exchange.query.get('server_version') !== String(connector.version)) {
    throw new Refusal(409, `The connector is at version ${connector.version}`);
  }
  state.store.together(() => {
    state.store.run(
      'INSERT INTO capability (server_id, version, body) VALUES (?, ?, ?)',
      connector.id,
      connector.version,
      stringifyExact(body),
    );
    state.store.run('UPDATE connector SET sync_required = 0 WHERE id = ?', connector.id);
  });
  return json({ status: 'ok' });
}

export function localRoutes(state: TenantState): Route[] {
  return [
    { at: 'GET /api/v1/local/resolve', handle: (exchange) => resolve(state, exchange) },
    { at: 'GET /api/v1/local/{id}', handle: (exchange) => definition(state, exchange) },
    { at: 'POST /api/v1/local/{id}/pre', handle: (exchange) => pre(state, exchange) },
    { at: 'POST /api/v1/local/{id}/post', handle: (exchange) => post(state, exchange) },
    { at: 'POST /api/v1/local/{id}/capabilities', handle: (exchange) => capabilities(state, exchange) },
  ];
}
