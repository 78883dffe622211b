import type { IntentRecord, NewAuditRecord } from '../../preload/contract/index.ts';

/** The outcome of a call that a killed companion had let out and never saw the end of. */
export function unknownOutcome(intent: IntentRecord): NewAuditRecord {
  return {
    kind: 'outcome',
    call: intent.call,
    'mcp.method.name': intent['mcp.method.name'],
    'mcp.session.id': intent['mcp.session.id'],
    ...(intent['gen_ai.tool.name'] === undefined ? {} : { 'gen_ai.tool.name': intent['gen_ai.tool.name'] }),
    ...(intent['mcp.resource.uri'] === undefined ? {} : { 'mcp.resource.uri': intent['mcp.resource.uri'] }),
    ...(intent['gen_ai.prompt.name'] === undefined ? {} : { 'gen_ai.prompt.name': intent['gen_ai.prompt.name'] }),
    'jsonrpc.request.id': intent['jsonrpc.request.id'],
    connector: intent.connector,
    claimed: intent.claimed,
    outcome: 'unknown',
    'error.type': 'companion_ended',
    duration_ms: 0,
    result_bytes: 0,
  };
}
