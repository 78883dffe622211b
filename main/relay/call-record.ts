/**
 * Builds the audit records of one call: an intent before each attempt leaves (or is refused), an outcome after it ended.
 * Texts are not cut here: the journal redacts first and bounds afterwards, because half a secret would not be recognised.
 */
import {
  MAX_FINDINGS,
  type ArgumentShape,
  type Claimed,
  type Decision,
  type GuardFinding,
  type NewAuditRecord,
  type TenantTrace,
} from '../../preload/contract/index.ts';

type Outcome = Extract<NewAuditRecord, { kind: 'outcome' }>['outcome'];

export interface CallSubject {
  readonly call: string;
  readonly method: string;
  readonly session: string;
  readonly connector: string;
  readonly claimed: Claimed;
  /** Source text of the JSON-RPC id. */
  readonly requestId: string;
  readonly tool?: string;
  readonly uri?: string;
  readonly prompt?: string;
}

/** What a tenant had to do with an attempt of a call. */
export interface TenantNote {
  readonly trace: TenantTrace;
  /** The arguments are the tenant's. */
  readonly rewrote: boolean;
}

type Common = Pick<
  Extract<NewAuditRecord, { kind: 'intent' }>,
  | 'call'
  | 'mcp.method.name'
  | 'mcp.session.id'
  | 'gen_ai.tool.name'
  | 'mcp.resource.uri'
  | 'gen_ai.prompt.name'
  | 'jsonrpc.request.id'
  | 'connector'
  | 'claimed'
>;

function common(subject: CallSubject): Common {
  return {
    call: subject.call,
    'mcp.method.name': subject.method,
    'mcp.session.id': subject.session,
    ...(subject.tool === undefined ? {} : { 'gen_ai.tool.name': subject.tool }),
    ...(subject.uri === undefined ? {} : { 'mcp.resource.uri': subject.uri }),
    ...(subject.prompt === undefined ? {} : { 'gen_ai.prompt.name': subject.prompt }),
    'jsonrpc.request.id': subject.requestId,
    connector: subject.connector,
    claimed: subject.claimed,
  };
}

export function intentRecord(
  subject: CallSubject,
  decision: Decision,
  asked: {
    readonly attempt: number;
    readonly arguments: ArgumentShape | undefined;
    readonly inputResponses: ArgumentShape | undefined;
    readonly bytes: number;
    readonly tenant?: TenantNote | undefined;
    readonly findings?: readonly GuardFinding[] | undefined;
    readonly masked?: true | undefined;
    readonly definition?: string | undefined;
  },
): NewAuditRecord {
  const { tenant } = asked;
  return {
    kind: 'intent',
    ...common(subject),
    decision,
    ...(asked.attempt === 1 ? {} : { attempt: asked.attempt }),
    ...(asked.arguments === undefined ? {} : { arguments: asked.arguments }),
    argument_bytes: asked.bytes,
    ...(asked.inputResponses === undefined ? {} : { input_responses: asked.inputResponses }),
    ...(tenant === undefined ? {} : { tenant: tenant.trace }),
    ...(tenant?.rewrote === true ? { arguments_from: 'tenant' as const } : {}),
    ...findingsOf(asked.findings),
    ...(asked.masked === undefined ? {} : { masked: asked.masked }),
    ...(asked.definition === undefined ? {} : { definition: asked.definition }),
  };
}

export function outcomeRecord(
  subject: CallSubject,
  outcome: Outcome,
  facts: {
    readonly durationMs: number;
    readonly resultBytes: number;
    readonly errorType?: string;
    readonly fromTenant?: boolean;
    readonly findings?: readonly GuardFinding[] | undefined;
    readonly masked?: boolean;
  },
): NewAuditRecord {
  return {
    kind: 'outcome',
    ...common(subject),
    outcome,
    ...(facts.errorType === undefined ? {} : { 'error.type': facts.errorType }),
    duration_ms: Math.round(facts.durationMs * 1000) / 1000,
    result_bytes: facts.resultBytes,
    ...(facts.fromTenant === true ? { result_from: 'tenant' as const } : {}),
    ...findingsOf(facts.findings),
    ...(facts.masked === true ? { masked: true as const } : {}),
  };
}

function findingsOf(findings: readonly GuardFinding[] | undefined): { readonly findings?: GuardFinding[] } {
  return findings === undefined || findings.length === 0 ? {} : { findings: findings.slice(0, MAX_FINDINGS) };
}

export type { Outcome };
