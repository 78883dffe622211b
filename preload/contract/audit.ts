import { z } from 'zod';
import { Decision } from './decision.ts';
import { GuardFinding } from './guard.ts';
import { TenantHost, TenantServerId } from './tenant.ts';

/**
 * Records of the journal. Names with dots follow the OpenTelemetry semantic conventions for MCP (1.38); the rest are
 * ours. Every record is redacted before it is built: no argument value longer than 256 bytes, no secret.
 *
 * The version is raised when a record of before no longer fits or no longer means the same. Fields and words are added
 * within a version: a program of before takes only the records that hold one for unfit, and still proves the chain.
 */
export const AUDIT_SCHEMA_VERSION = 1;

/** Shape of a JSON value: scalars up to 256 bytes are kept after redaction, longer ones by length only. */
export type ArgumentShape =
  | null
  | boolean
  | number
  | string
  | { $bytes: number }
  | { $number: string }
  | { $more: number }
  | ArgumentShape[]
  | { [key: string]: ArgumentShape };

/** Who called. Everything here is the caller's own claim: it may tighten a decision, never widen it. */
export const Claimed = z.strictObject({
  client: z.string().max(256).optional(),
  pid: z.number().int().optional(),
});
export type Claimed = z.infer<typeof Claimed>;

/** Of one message; more are counted as one. */
export const MAX_FINDINGS = 20;

const common = {
  v: z.literal(AUDIT_SCHEMA_VERSION),
  /** UUIDv7 of the record. */
  id: z.string(),
  chain_id: z.string(),
  seq: z.number().int().nonnegative(),
  /** RFC 3339, UTC, milliseconds. */
  time: z.string(),
};

const call = {
  /** UUIDv7 that joins the intents (one for each attempt) and the one outcome of a call. */
  call: z.string(),
  'mcp.method.name': z.string(),
  'mcp.session.id': z.string(),
  'gen_ai.tool.name': z.string().optional(),
  'mcp.resource.uri': z.string().optional(),
  'gen_ai.prompt.name': z.string().optional(),
  'jsonrpc.request.id': z.string(),
  connector: z.string(),
  claimed: Claimed,
};

/** Where a call of a tenant's connector was asked about. */
export const TenantTrace = z.strictObject({
  host: TenantHost,
  server: TenantServerId,
  /** Joins the record with the tenant's own; absent where the tenant gave none. */
  correlation_id: z.string().max(256).optional(),
});
export type TenantTrace = z.infer<typeof TenantTrace>;

export const IntentRecord = z.strictObject({
  ...common,
  ...call,
  kind: z.literal('intent'),
  decision: Decision,
  /** From 2 on: the server had answered that it needs input, and the client called again with it. */
  attempt: z.number().int().min(2).optional(),
  arguments: z.unknown().optional(),
  /** Of the whole message. */
  argument_bytes: z.number().int(),
  /** What the client answered to the server's questions; described as `arguments` are. */
  input_responses: z.unknown().optional(),
  tenant: TenantTrace.optional(),
  /** The tenant replaced the arguments; those recorded are what left. */
  arguments_from: z.literal('tenant').optional(),
  /** What the guard found in what was asked. */
  findings: z.array(GuardFinding).max(MAX_FINDINGS).optional(),
  /** The guard replaced what it found in the arguments; those recorded are what left. */
  masked: z.literal(true).optional(),
  /** SHA-256 of what the definition of the tool was, as pinned. */
  definition: z.string().optional(),
});

export const OutcomeRecord = z.strictObject({
  ...common,
  ...call,
  kind: z.literal('outcome'),
  /**
   * `ok`: the server answered; `tool_error`: it answered isError; `error`: a JSON-RPC error; `refused`: it never left;
   * `failed`: the server ended or broke the protocol; `cancelled`: the client took it back, went away, or did not give
   * the input that the server asked for; `withheld`: the server answered, and its answer was kept from the client;
   * `unknown`: the companion was ended before it knew.
   */
  outcome: z.enum(['ok', 'tool_error', 'error', 'refused', 'failed', 'cancelled', 'withheld', 'unknown']),
  'error.type': z.string().optional(),
  /** From the first attempt on. */
  duration_ms: z.number().nonnegative(),
  result_bytes: z.number().int(),
  /** The tenant gave the result, or replaced what the server had answered. */
  result_from: z.literal('tenant').optional(),
  /** What the guard found in the result. */
  findings: z.array(GuardFinding).max(MAX_FINDINGS).optional(),
  /** The guard replaced what it found. */
  masked: z.literal(true).optional(),
});

export const EventRecord = z.strictObject({
  ...common,
  kind: z.literal('event'),
  event: z.enum([
    'companion_started',
    'companion_stopped',
    'session_started',
    'session_ended',
    'messages_dropped',
    'approval_answered',
    'settings_written',
    'consent_given',
    'secret_changed',
    'client_configured',
    'hub_config_changed',
    'hub_token_changed',
    'hub_listener_changed',
    'journal_recovered',
    'journal_pruned',
    'tenant_signed_in',
    'tenant_signed_out',
    /** A tenant could not be asked any more, or can be again. */
    'tenant_state_changed',
    /** Calls pass unasked while the tenant is away: a managed setting says so. */
    'enforcement_opened',
    'enforcement_closed',
    'tenant_approval_decided',
    'capabilities_synced',
    /** The program behind a desktop application's endpoint was identified, or is not the one it should be. */
    'application_identified',
    'application_refused',
    'audit_endpoint_changed',
    'audit_parked',
    'audit_pressure_changed',
    /** The guard found something in what is no call: a definition, a notification, a question of the server. */
    'guard_found',
    'guard_changed',
    /** An item of a server is not what was agreed to. */
    'pin_drift',
    'pin_accepted',
    'pin_reset',
    'pins_written',
    'grant_given',
    'grant_ended',
    'lockdown_on',
    'lockdown_off',
  ]),
  connector: z.string().optional(),
  'mcp.session.id': z.string().optional(),
  claimed: Claimed.optional(),
  /** Small, flat and free of secrets. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/**
 * Signs everything up to the record before it. Ed25519 over the text that main/audit/checkpoint.ts builds from `chain_id`,
 * `seq` and the hash of the record before.
 */
export const CheckpointRecord = z.strictObject({
  ...common,
  kind: z.literal('checkpoint'),
  /** Hash of the record before this one. */
  head: z.string().regex(/^[0-9a-f]{64}$/),
  /** First 16 hex digits of the SHA-256 of the public key (raw, 32 bytes). */
  key_id: z.string().regex(/^[0-9a-f]{16}$/),
  /** base64url, 64 bytes. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
  /** Of the public key, raw, base64url: whoever verifies compares it with the one they trust. */
  public_key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
export type CheckpointRecord = z.infer<typeof CheckpointRecord>;

export const AuditRecord = z.discriminatedUnion('kind', [IntentRecord, OutcomeRecord, EventRecord, CheckpointRecord]);
export type AuditRecord = z.infer<typeof AuditRecord>;
export type IntentRecord = z.infer<typeof IntentRecord>;
export type OutcomeRecord = z.infer<typeof OutcomeRecord>;
export type EventRecord = z.infer<typeof EventRecord>;

type Unstamped<T> = T extends AuditRecord ? Omit<T, 'v' | 'id' | 'chain_id' | 'seq' | 'time'> : never;
/** A record before the journal gives it its place in the chain. Checkpoints are the journal's own. */
export type NewAuditRecord = Unstamped<Exclude<AuditRecord, CheckpointRecord>>;

/** One line of `runlayer logs`: a call with its outcome, or an event. */
export const LogEntry = z.strictObject({
  id: z.string(),
  time: z.string(),
  kind: z.enum(['call', 'event']),
  connector: z.string().optional(),
  client: z.string().optional(),
  session: z.string().optional(),
  method: z.string().optional(),
  tool: z.string().optional(),
  effect: z.string().optional(),
  decidedBy: z.string().optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  ruleId: z.string().optional(),
  /** Absent while the call is under way. */
  outcome: z.string().optional(),
  errorType: z.string().optional(),
  durationMs: z.number().optional(),
  /** How often it was tried, where more than once; effect, code and reason are those of the last time. */
  attempts: z.number().int().min(2).optional(),
  arguments: z.unknown().optional(),
  event: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
  /** Where a tenant was asked; joins the entry with the tenant's own row. */
  tenant: TenantTrace.optional(),
  /** What the guard found, in what was asked and in what was answered. */
  findings: z.array(GuardFinding).optional(),
  /** Written by the tenant, not here: what it saw of a call that is not in this journal. */
  origin: z.literal('tenant').optional(),
});
export type LogEntry = z.infer<typeof LogEntry>;

export const LogFilter = z.strictObject({
  limit: z.number().int().min(1).max(10_000).default(100),
  connector: z.string().optional(),
  tool: z.string().optional(),
  /** Only calls that were refused or failed. */
  blocked: z.boolean().optional(),
  /** Also companion events (sessions, settings, consent). */
  events: z.boolean().optional(),
  since: z.iso.datetime().optional(),
  /** Also rows of the tenants that somebody is signed in to, joined with ours. Asks the network. */
  tenant: z.boolean().optional(),
});
export type LogFilter = z.infer<typeof LogFilter>;
