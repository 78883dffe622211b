/** One call of one tool by a person: decided, scanned, asked about and recorded as that of any client. */
import {
  isJsonObject,
  type Decision,
  type HandCall,
  type JsonObject,
  toFailure,
  type NewAuditRecord,
} from '../../preload/contract/index.ts';
import type { Conversation } from '../hub/aggregate/member.ts';
import { ownEnvelope } from '../hub/aggregate/protocol.ts';
import { parseMessage, type ResponseMessage } from '../relay/parse-message.ts';
import { inHandSession, type HandParts } from './hand-session.ts';
import { readAnswer } from './read-answer.ts';

/** A person may be asked about the call first. */
const MAX_MS = 180_000;
const CALL_ID = 1_000_000;
const NOBODY_ANSWERED =
  'Your rules ask about this call and nobody answered in time, so it was not made. Call it again, and answer.';

export interface HandRequest {
  readonly connector: string;
  readonly tool: string;
  /** Source text of one JSON object; goes out as it stands, numbers and all. */
  readonly arguments: string;
}

/** The arguments keep their own text; line breaks in JSON stand between values only, so that a space is the same. */
export function callLine(
  { tool, arguments: source }: Omit<HandRequest, 'connector'>,
  meta: JsonObject | undefined,
): Buffer {
  const extra = meta === undefined ? '' : `,"_meta":${JSON.stringify(meta)}`;
  const text = source.replaceAll(/[\r\n]/g, ' ').trim();
  return Buffer.from(
    `{"jsonrpc":"2.0","id":${CALL_ID},"method":"tools/call","params":{"name":${JSON.stringify(tool)},"arguments":${text}${extra}}}\n`,
  );
}

type Answered =
  | { readonly kind: 'response'; readonly response: ResponseMessage }
  | { readonly kind: 'failed'; readonly text: string };

function send({ link, agreed }: Conversation, parts: HandParts, request: HandRequest): Promise<Answered> {
  const meta = agreed.era === 'modern' ? ownEnvelope(parts.version) : undefined;
  const line = callLine(request, meta);
  const parsed = parseMessage(line, 'client', parts.limits);
  return new Promise((resolve) => {
    if (parsed.kind !== 'request') {
      const why = parsed.kind === 'invalid' ? parsed.reason : 'it is no request';
      resolve({ kind: 'failed', text: `It cannot be sent: ${why}.` });
      return;
    }
    link.request(parsed.idKey, parsed, line, {
      answered: (bytes) => {
        const response = parseMessage(bytes, 'server', parts.limits);
        resolve(
          response.kind === 'response'
            ? { kind: 'response', response }
            : { kind: 'failed', text: 'Its answer is not of the protocol.' },
        );
      },
      failed: ({ text }) => resolve({ kind: 'failed', text }),
    });
  });
}

/** Throws a CompanionError where there was no session, or no decision about the call in time. */
export async function callTool(
  parts: HandParts,
  request: HandRequest,
  redact: (text: string) => string,
): Promise<HandCall> {
  let call: string | null = null;
  let decision: Decision | null = null;
  const record = (records: readonly NewAuditRecord[]): void => {
    for (const one of records) {
      if (one.kind !== 'intent' || one['mcp.method.name'] !== 'tools/call') continue;
      call = one.call;
      ({ decision } = one);
    }
  };
  const { connector } = request;
  let began = performance.now();
  const answered = await inHandSession(parts, { connector, maxMs: MAX_MS, record }, (conversation) => {
    began = performance.now();
    return send(conversation, parts, request);
  }).catch((error: unknown): Answered => {
    // Decided, and its end never seen: a server that was given the call may well do it after nobody waits for it.
    if (call === null) throw error;
    const seen = `It may have been carried out: look for the call ${call} in the activity before you call it again.`;
    return { kind: 'failed', text: `${toFailure(error).message} ${seen}` };
  });
  const durationMs = Math.round(performance.now() - began);
  return { call, decision, ...outcomeOf(answered, decision, redact), durationMs };
}

type Outcome = Pick<HandCall, 'outcome' | 'message' | 'parts' | 'isCut'>;

function outcomeOf(answered: Answered, decision: Decision | null, redact: (text: string) => string): Outcome {
  const nothing = { parts: [], isCut: false };
  // What the decision says to the person; what the agent would have been told says less.
  if (decision !== null && decision.effect !== 'allow') {
    // The session is over, and its question with it.
    const message = decision.code === 'approval_pending' ? NOBODY_ANSWERED : decision.reason;
    return { outcome: 'refused', message: redact(message), ...nothing };
  }
  if (answered.kind === 'failed') return { outcome: 'failed', message: redact(answered.text), ...nothing };
  const { result, error } = answered.response;
  if (error !== undefined || !isJsonObject(result)) {
    const text = typeof error?.['message'] === 'string' ? error['message'] : 'It gave no result.';
    return { outcome: 'failed', message: redact(text).slice(0, 2000), ...nothing };
  }
  const { parts, isCut, isError } = readAnswer(result, redact);
  return { outcome: isError ? 'tool_error' : 'answered', message: '', parts, isCut };
}
