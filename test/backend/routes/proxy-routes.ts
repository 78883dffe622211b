/**
 * A connector that the tenant hosts: a small MCP server over Streamable HTTP behind the caller's key, of the era with
 * `initialize`, without sessions. What it answers is invented; it shows that the key arrives, and only here.
 */
import { z } from 'zod';
import { json, nothing, Refusal, type Answer } from '../answers.ts';
import type { Exchange, Route } from '../exchange.ts';
import { actorInfo, requireRole } from '../principals.ts';
import type { TenantState } from '../tenant-state.ts';
import { connectorOf } from './local-routes.ts';

const Message = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
});

const text = { type: 'string' };

const TOOLS = [
  {
    name: 'list_channels',
    description: 'Lists the channels of the organisation',
    inputSchema: { type: 'object', properties: {} },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'post_message',
    description: 'Posts a message to a channel',
    inputSchema: { type: 'object', properties: { channel: text, text }, required: ['channel', 'text'] },
  },
];

const said = (words: string): object => ({ content: [{ type: 'text', text: words }] });

function called(params: Record<string, unknown>, caller: string): object | undefined {
  if (params['name'] === 'list_channels') return said('#general, #firmware, #incident-gripper');
  if (params['name'] !== 'post_message') return undefined;
  return said(`Posted as ${caller}: ${JSON.stringify(params['arguments'] ?? {})}`);
}

function resultOf(method: string, params: Record<string, unknown>, name: string, caller: string): object | undefined {
  switch (method) {
    case 'initialize':
      return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name, version: '1.0.0' } };
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: TOOLS };
    case 'tools/call':
      return called(params, caller);
    default:
      return undefined;
  }
}

async function proxy(state: TenantState, { who, params, json: body }: Exchange): Promise<Answer> {
  const principal = await who();
  requireRole(principal, 'connect');
  const connector = connectorOf(state, params['id'] ?? '');
  if (connector.deployment_mode !== 'hosted') throw new Refusal(404, 'Server is not hosted');
  const { id, method, params: given = {} } = Message.parse(body());
  if (id === undefined) return { ...nothing(), status: 202 };
  const result = resultOf(method, given, connector.name, actorInfo(principal)['name'] ?? 'nobody');
  if (result !== undefined) return json({ jsonrpc: '2.0', id, result });
  const error =
    method === 'tools/call'
      ? { code: -32_602, message: `Unknown tool: ${String(given['name'])}` }
      : { code: -32_601, message: 'Method not found' };
  return json({ jsonrpc: '2.0', id, error });
}

export function proxyRoutes(state: TenantState): Route[] {
  return [{ at: 'POST /api/v1/proxy/{id}/mcp', handle: (exchange) => proxy(state, exchange) }];
}
