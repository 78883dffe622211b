import type { AuditRecord, NewAuditRecord } from '../../preload/contract/audit.ts';
import type { RawLine, SegmentSource } from '../../main/audit/verify.ts';

export type NewIntent = Extract<NewAuditRecord, { kind: 'intent' }>;
export type NewOutcome = Extract<NewAuditRecord, { kind: 'outcome' }>;
export type NewEvent = Extract<NewAuditRecord, { kind: 'event' }>;

export const callId = (n: number): string => `01990000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

const call = (n: number) => ({
  call: callId(n),
  'mcp.method.name': 'tools/call',
  'mcp.session.id': 'session-1',
  'gen_ai.tool.name': 'read_file',
  'jsonrpc.request.id': String(n),
  connector: 'files',
  claimed: { client: 'claude-ai', pid: 4242 },
});

export const intent = (n: number, extra: Partial<NewIntent> = {}): NewIntent => ({
  ...call(n),
  kind: 'intent',
  decision: { effect: 'allow', decidedBy: 'local', code: 'rule_allow', reason: 'A rule allows it.', ruleId: 'r1' },
  arguments: { path: 'notes.txt' },
  argument_bytes: 20,
  ...extra,
});

export const outcome = (n: number, extra: Partial<NewOutcome> = {}): NewOutcome => ({
  ...call(n),
  kind: 'outcome',
  outcome: 'ok',
  duration_ms: 1.5,
  result_bytes: 42,
  ...extra,
});

export const event = (detail: NewEvent['detail'] = {}, extra: Partial<NewEvent> = {}): NewEvent => ({
  kind: 'event',
  event: 'companion_started',
  detail,
  ...extra,
});

/** Ids that count up; their last twelve digits are what a chain is named after. */
export function countingIds(first = 1): () => string {
  let n = first - 1;
  return () => {
    n += 1;
    return callId(n);
  };
}

/** A clock that goes on by a millisecond each time it is read. */
export function steppingClock(start = '2026-01-02T03:04:05.000Z'): () => Date {
  let at = Date.parse(start) - 1;
  return () => {
    at += 1;
    return new Date(at);
  };
}

export const asIs = (text: string): string => text;

/** Segments in memory, in the form that the verifier reads. */
export async function* segments(files: Readonly<Record<string, Buffer>>): AsyncGenerator<SegmentSource> {
  for (const [file, bytes] of Object.entries(files)) yield { file, lines: linesOf(bytes) };
}

async function* linesOf(bytes: Buffer): AsyncGenerator<RawLine> {
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    yield { bytes: bytes.subarray(start, end), whole: true, tooLong: false };
    start = end + 1;
  }
  if (start < bytes.length) yield { bytes: bytes.subarray(start), whole: false, tooLong: false };
}

export const seqsOf = (records: readonly AuditRecord[]): number[] => records.map(({ seq }) => seq);
