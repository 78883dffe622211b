/** The bytes of every answer that the relay gives in a server's place. */
import type { Decision, DecisionCode } from '../../preload/contract/index.ts';
import { TENANT_TEXT } from './tenant-texts.ts';

/** JSON-RPC code of a refused method that is not tools/call: outside the range that the protocol reserves. */
export const METHOD_REFUSED = -31_001;
/** JSON-RPC code of a request whose server ended, broke the protocol or did not answer in time. */
export const SERVER_FAILED = -31_002;
/** JSON-RPC code of a session that cannot start until a person did something. */
export const SESSION_REFUSED = -31_003;

/** Ids whose replies we swallow: the relay's own questions to a server. */
export const OWN_ID_PREFIX = 'com.runlayer.companion:';

/** In a gate, any exception is a block. */
export function engineError(error: unknown): Decision {
  const reason = error instanceof Error ? error.message : 'The decision failed.';
  return { effect: 'deny', decidedBy: 'engine', code: 'engine_error', reason };
}

const MODERN_META = 'io.modelcontextprotocol/protocolVersion';

/** True when a request says, as every modern one must, which protocol revision it speaks. */
export function isModern(params: Readonly<Record<string, unknown>>): boolean {
  const meta = params['_meta'];
  return typeof meta === 'object' && meta !== null && Object.hasOwn(meta, MODERN_META);
}

function line(text: string): Buffer {
  return Buffer.from(`${text}\n`);
}

/** A JSON-RPC error; `id` is source text or `null`. */
export function errorReply(id: string | null, code: number, message: string): Buffer {
  return line(`{"jsonrpc":"2.0","id":${id ?? 'null'},"error":${JSON.stringify({ code, message })}}`);
}

/** Refusals that must look exactly like a tool that never was. */
export const HIDDEN: ReadonlySet<DecisionCode> = new Set([
  'rule_deny',
  'default_deny',
  'unknown_tool',
  'invalid_tool_name',
  'ambiguous_tool_name',
  'oversized_tool',
  'invalid_header_annotation',
  'outside_binding',
  'pin_changed',
  'pin_new',
  'guard_hidden',
  'tenant_hidden',
]);

/** What a hidden tool and a tool that never was are both answered with, byte for byte. */
export function unknownTool(id: string, name: string): Buffer {
  return errorReply(id, -32_602, `Unknown tool: ${name}`);
}

const AGENT_TEXT: Partial<Record<DecisionCode, string>> = {
  ...TENANT_TEXT,
  protected_path: 'Blocked by Runlayer: the arguments point at files that are closed to agents.',
  argument_deny: 'Blocked by Runlayer policy: a rule does not allow these arguments. Other arguments may be allowed.',
  chain_deny: 'Blocked by Runlayer policy: after what this session has read, this call is not allowed.',
  guard_block:
    'Blocked by Runlayer: something in the arguments must not leave, so the call was not made. Ask the person to look at Runlayer.',
  guard_unscannable:
    'Blocked by Runlayer: the message could not be checked in time, so the call was not made. Send less at once.',
  lockdown: 'Blocked by Runlayer: a person stopped all calls. Wait until they are open again.',
  approval_locked:
    'Blocked by Runlayer: this call needs approval and the screen is locked. Ask the person to unlock it, then call again.',
  approval_quit: 'Blocked by Runlayer: the companion ended before anyone answered, so the call was not made.',
  approval_denied: 'Blocked by Runlayer: the person said no to this call. Do not retry it.',
  approval_cancelled:
    'Blocked by Runlayer: the approval request ended before anyone answered it, so the call was not made.',
  approval_unavailable: 'Blocked by Runlayer: this call needs approval and nobody can be asked right now.',
  audit_unavailable:
    'Blocked by Runlayer: the audit trail cannot be written, so no call is made. Ask the person to look at Runlayer.',
  engine_error:
    'Blocked by Runlayer: the decision failed, so the call was not made. Ask the person to look at Runlayer.',
};

/** One short sentence for the agent; never the rule's text nor anything that was matched. */
export function agentText(code: DecisionCode, approvalMs: number, ref: string): string {
  if (code === 'approval_pending') {
    return (
      `Blocked by Runlayer: approval pending, a person was asked and has not answered yet. Call again with exactly the same ` +
      `arguments to use the answer; the question stays open for five minutes. (ref ${ref})`
    );
  }
  if (code === 'approval_timeout') {
    return (
      `Blocked by Runlayer: this call needs a person's approval and nobody answered within ${Math.round(approvalMs / 1000)} ` +
      `seconds, so it was not made (ref ${ref}). It was not denied: ask the person to be ready to approve, then call again.`
    );
  }
  return `${AGENT_TEXT[code] ?? 'Blocked by Runlayer policy.'} (ref ${ref})`;
}

/** A refused tools/call: a result with `isError`, so that the agent reads it. */
export function refusedCall(options: {
  readonly id: string;
  readonly code: DecisionCode;
  readonly ref: string;
  readonly text: string;
  readonly modern: boolean;
}): Buffer {
  const result = {
    content: [{ type: 'text', text: options.text }],
    isError: true,
    ...(options.modern ? { resultType: 'complete' } : {}),
    _meta: { 'com.runlayer/decision': { code: options.code, ref: options.ref } },
  };
  return line(`{"jsonrpc":"2.0","id":${options.id},"result":${JSON.stringify(result)}}`);
}
