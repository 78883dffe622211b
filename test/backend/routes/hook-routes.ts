/** What hooks and direct-MCP enforcement ask. The global rules decide: a tool by its name, its arguments by their conditions. */
import { z } from 'zod';
import { json, Refusal, type Answer } from '../answers.ts';
import { stringifyExact } from '../exact-json.ts';
import { writeLog } from '../audit-log.ts';
import type { Exchange, Route } from '../exchange.ts';
import { outputFor, ruleOf, rulesFor } from '../policies.ts';
import type { Principal } from '../principals.ts';
import type { TenantState } from '../tenant-state.ts';

const JsonObject = z.record(z.string(), z.unknown());

const CursorBody = z
  .object({
    hook_event_name: z.string(),
    client: z.string(),
    conversation_id: z.string(),
    generation_id: z.string(),
    tool_name: z.string(),
    /** JSON in a string. */
    tool_input: z.string(),
    url: z.string().optional(),
    command: z.string().optional(),
  })
  .refine(({ url, command }) => url !== undefined || command !== undefined, 'url or command required');

const EventBody = z.object({
  client: z.string(),
  event_name: z.string(),
  payload: JsonObject,
  transcript: z
    .string()
    .max(512 * 1024)
    .optional(),
  device: JsonObject.optional(),
});

const ToolBody = z.object({ client: z.string(), event_name: z.string(), tool_name: z.string(), payload: JsonObject });

interface Judged {
  readonly reason: string | undefined;
  readonly changed: Record<string, unknown> | undefined;
}

function judge(
  state: TenantState,
  who: Principal,
  client: string,
  tool: string,
  args: Record<string, unknown>,
): Judged {
  const rules = rulesFor(state, null, who, { tool, args });
  const deny = ruleOf(rules, 'deny');
  const reason = deny === undefined ? undefined : (deny.reason ?? `Policy denies ${tool}`);
  const set = ruleOf(rules, 'arguments')?.set;
  const outcome = reason !== undefined ? 'denied' : set === undefined ? 'allowed' : 'modified';
  writeLog(state, { action: 'hook_tool_call', eventType: 'hook_pre', who, tool, client, outcome, reason });
  return { reason, changed: set === undefined ? undefined : { ...args, ...set } };
}

/** The arguments in a payload, under the names that clients give them. */
function argumentsIn(payload: Record<string, unknown>): Record<string, unknown> {
  const found = JsonObject.safeParse(payload['tool_input'] ?? payload['arguments'] ?? {});
  return found.success ? found.data : {};
}

function inputOf(text: string): Record<string, unknown> {
  try {
    return JsonObject.parse(JSON.parse(text));
  } catch {
    throw new Refusal(422, [{ loc: ['body', 'tool_input'], msg: 'Invalid JSON', type: 'json_invalid' }]);
  }
}

async function cursor(state: TenantState, { who, json: body }: Exchange): Promise<Answer> {
  const principal = await who();
  if (principal.kind !== 'user') throw new Refusal(403, 'A user API key is required');
  const { client, tool_name: tool, tool_input: input } = CursorBody.parse(body());
  const { reason } = judge(state, principal, client, tool, inputOf(input));
  return json(
    reason === undefined
      ? { permission: 'allow', user_message: null, agent_message: null }
      : { permission: 'deny', user_message: reason, agent_message: `Blocked by policy: ${reason}` },
  );
}

async function events(state: TenantState, { who, json: body }: Exchange): Promise<Answer> {
  const principal = await who();
  const event = EventBody.parse(body());
  state.store.run('INSERT INTO hook_event (body) VALUES (?)', stringifyExact(event));
  const correlation = event.payload['correlation_id'];
  writeLog(state, {
    action: 'hook_event',
    eventType: event.event_name,
    who: principal,
    client: event.client,
    outcome: 'allowed',
    correlation: typeof correlation === 'string' ? correlation : undefined,
  });
  return json({ status: 'ok' });
}

async function toolPre(state: TenantState, { who, json: body }: Exchange): Promise<Answer> {
  const { client, tool_name: tool, payload } = ToolBody.parse(body());
  const { reason, changed } = judge(state, await who(), client, tool, argumentsIn(payload));
  if (reason !== undefined) return json({ permission: 'deny', modified_args: null, block_reason: reason });
  return json({ permission: 'allow', modified_args: changed ?? null, block_reason: null });
}

async function toolPost(state: TenantState, { who, json: body }: Exchange): Promise<Answer> {
  const principal = await who();
  const { client, tool_name: tool, payload } = ToolBody.parse(body());
  const rules = rulesFor(state, null, principal, { tool, args: argumentsIn(payload) });
  const block = ruleOf(rules, 'output')?.block;
  const isMasked = outputFor(rules, payload) !== undefined;
  const reason = block ?? null;
  writeLog(state, {
    action: 'hook_tool_result',
    eventType: 'hook_post',
    who: principal,
    tool,
    client,
    outcome: block === undefined ? 'allowed' : 'denied',
    reason: block,
  });
  const action = block !== undefined ? 'block' : isMasked ? 'mask' : 'allow';
  return json({
    blocked: block !== undefined,
    block_reason: reason,
    scan_results: [{ scan_action: action, reason, error: null }],
  });
}

export function hookRoutes(state: TenantState): Route[] {
  return [
    { at: 'POST /api/v1/hooks/cursor', handle: (exchange) => cursor(state, exchange) },
    { at: 'POST /api/v1/hooks/events', handle: (exchange) => events(state, exchange) },
    { at: 'POST /api/v1/hooks/tool/pre', handle: (exchange) => toolPre(state, exchange) },
    { at: 'POST /api/v1/hooks/tool/post', handle: (exchange) => toolPost(state, exchange) },
  ];
}
