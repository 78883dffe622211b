/**
 * What a tenant says about a tools/call before it is made: lets it through, refuses it, answers in the server's place, or
 * changes its arguments. What it changes is parsed again as if a client had sent it, and comes back as another candidate, for
 * the local gates to look at. Holds nothing and answers nobody.
 */
import type { Decision } from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import type { Candidate } from './candidate.ts';
import { isModern } from './denial.ts';
import { flattenLine } from './flatten-line.ts';
import { momentOf } from './moment.ts';
import { parseMessage, type Parsed, type RequestMessage } from './parse-message.ts';
import { quickAnswer } from './quick-answer.ts';
import type { SessionOptions } from './session-options.ts';
import { dropMember, setMember, spanAt, splice, trimmed } from './splice-json.ts';
import type { TenantDesk } from './tenant-desk.ts';
import type { GovernedRequest, JsonSource, PreVerdict, TenantGate } from './tenant-gate.ts';
import { SESSION_ID_ARGUMENT, type ToolCatalogue } from './tool-catalogue.ts';

export type Admission =
  | { readonly kind: 'refused'; readonly candidate: Candidate; readonly decision: Decision }
  | { readonly kind: 'admitted'; readonly candidate: Candidate }
  /** The server is not asked: `answer` is the whole answer. */
  | {
      readonly kind: 'answered';
      readonly candidate: Candidate;
      readonly answer: Buffer;
      readonly isError: boolean;
    };

/** Why a call that the tenant had let through was not made. */
export type NotMade = 'local_denial' | 'cancelled' | 'audit_unavailable' | 'upstream_gone';

const EMPTY_OBJECT = Buffer.from('{}');
/** What a record can hold; a tenant that joins by anything else joins nothing. */
const CORRELATION = /^[\x21-\x7e]{1,256}$/;

export interface TenantCallsParts {
  readonly options: SessionOptions;
  readonly tenant: TenantGate;
  readonly desk: TenantDesk;
  readonly catalogue: ToolCatalogue;
}

function unusable(reason: string): Decision {
  return { effect: 'deny', decidedBy: 'tenant', code: 'tenant_invalid', reason };
}

function engineDenial(code: 'method_denied' | 'engine_error', reason: string): Decision {
  return { effect: 'deny', decidedBy: 'engine', code, reason };
}

export class TenantCalls {
  private readonly parts: TenantCallsParts;

  constructor(parts: TenantCallsParts) {
    this.parts = parts;
  }

  /** `original` is the call as the client sent it. */
  async admit(original: Candidate, signal: AbortSignal): Promise<Admission> {
    const { tenant, options } = this.parts;
    const { params } = original.message;
    const { arguments: given } = original.asked;
    // Its result would come as the answer to another request, which no tenant is asked about.
    if (Object.hasOwn(params, 'task')) {
      const decision = engineDenial('method_denied', 'What a task results in cannot be put to the tenant.');
      return { kind: 'refused', candidate: original, decision };
    }
    if (given !== undefined && given !== null && !isJsonObject(given)) {
      const decision = engineDenial(
        'engine_error',
        'The arguments are no object, which is all that a tenant is asked about.',
      );
      return { kind: 'refused', candidate: original, decision };
    }
    const request = requestOf(original);
    const askedAt = momentOf(options);
    const verdict = await this.ask(request, original.line.length, signal);
    switch (verdict.kind) {
      case 'deny': {
        const { code, reason } = verdict;
        const decision: Decision = { effect: 'deny', decidedBy: 'tenant', code, reason };
        return { kind: 'refused', candidate: this.traced(original, undefined, false), decision };
      }
      case 'open': {
        const candidate = await this.rewritten(this.traced(original, undefined, false), undefined);
        if (candidate === undefined) throw new Error('The call could not be put together again.');
        const admitted = { original, governed: undefined, reason: verdict.reason, askedAt };
        return { kind: 'admitted', candidate: { ...candidate, admitted } };
      }
      case 'allow': {
        const { correlation } = verdict;
        const traced = this.traced(original, correlation, verdict.arguments !== undefined);
        const modern = isModern(params);
        const admit = (candidate: Candidate): Candidate => ({
          ...candidate,
          admitted: {
            original,
            governed: { request: requestOf(candidate), correlation, modern },
            reason: `${tenant.host} allows it.`,
            askedAt,
          },
        });
        const refused = (reason: string): Admission => ({
          kind: 'refused',
          candidate: admit({ ...original, asked: this.traced(original, correlation, false).asked }),
          decision: unusable(reason),
        });
        if (correlation === undefined) return refused('The tenant let the call through without a name for it.');
        if (verdict.result !== undefined) {
          const candidate = await this.rewritten(this.traced(original, correlation, false), undefined);
          const quick = quickAnswer(original.message, verdict.result, options.limits);
          if (candidate === undefined || quick === undefined)
            return refused('The tenant answered in the place of the server with something that is no result.');
          return { kind: 'answered', candidate: admit(candidate), ...quick };
        }
        const candidate = await this.rewritten(traced, verdict.arguments);
        return candidate === undefined
          ? refused('The tenant changed the arguments to something that cannot be sent.')
          : { kind: 'admitted', candidate: admit(candidate) };
      }
    }
  }

  private async ask(request: GovernedRequest, bytes: number, signal: AbortSignal): Promise<PreVerdict> {
    const { desk, tenant } = this.parts;
    let isOver = false;
    const pre = async (): Promise<PreVerdict> => {
      const verdict = await tenant.pre(request, signal);
      if ((isOver || signal.aborted) && verdict.kind === 'allow') {
        const message = 'The companion did not make the call: nobody waited for the answer any more.';
        tenant.notMade(request, verdict.correlation, { type: 'cancelled', message });
      }
      return verdict;
    };
    try {
      return await desk.ask('client', bytes, signal, pre);
    } finally {
      isOver = true;
    }
  }

  /** Tells the tenant that a call which it had let through was not made; says nothing of local rules. */
  notMade({ admitted }: Candidate, type: NotMade, detail: string): void {
    const governed = admitted?.governed;
    if (governed === undefined) return;
    const message = `The companion did not make the call: ${detail}.`;
    this.parts.tenant.notMade(governed.request, governed.correlation, { type, message });
  }

  /** What stands in the records of a call that the tenant let through and nothing here refused. */
  decision({ admitted }: Candidate, local: Decision): Decision {
    if (admitted === undefined) return local;
    const { ruleId, decidedBy } = local;
    const wasAsked = admitted.governed !== undefined;
    return {
      effect: 'allow',
      decidedBy: wasAsked ? 'tenant' : decidedBy,
      code: wasAsked ? 'tenant_allow' : 'tenant_outage_open',
      reason: `${admitted.reason} Here: ${local.reason}`,
      ...(ruleId === undefined ? {} : { ruleId }),
    };
  }

  /** The same where a person agreed: that the tenant was not asked must show all the same. */
  approved({ admitted }: Candidate, answer: Decision): Decision {
    return admitted === undefined || admitted.governed !== undefined
      ? answer
      : { ...answer, reason: `${answer.reason} ${admitted.reason}` };
  }

  /** Names the tenant in the records of the call. */
  private traced(candidate: Candidate, correlation: string | undefined, rewrote: boolean): Candidate {
    const { host, server } = this.parts.tenant;
    const isKnown = correlation !== undefined && CORRELATION.test(correlation);
    const trace = { host, server, ...(isKnown ? { correlation_id: correlation } : {}) };
    return { ...candidate, asked: { ...candidate.asked, tenant: { trace, rewrote } } };
  }

  /** The call with other arguments, and without the session's id where the tool does not know it; undefined if that is no call. */
  private async rewritten(candidate: Candidate, given: JsonSource | undefined): Promise<Candidate | undefined> {
    let { line } = candidate;
    if (given !== undefined) {
      const params = spanAt(line, ['params']);
      if (params === undefined || !isJsonObject(given.value)) return undefined;
      const source = trimmed(given.source);
      line = splice(line, [setMember(line, params, 'arguments', source)]);
      // What does not stand there whole ended the object and began something else.
      const placed = spanAt(line, ['params', 'arguments']);
      if (placed === undefined || placed.end - placed.start !== source.length) return undefined;
    }
    if (!this.parts.catalogue.declaresSessionId(candidate.name)) {
      const object = spanAt(line, ['params', 'arguments']);
      const edit = object === undefined ? undefined : dropMember(line, object, SESSION_ID_ARGUMENT);
      if (edit !== undefined) line = splice(line, [edit]);
    }
    if (line === candidate.line) return candidate;
    const message = await this.parseCall(line, candidate.message);
    if (message === undefined || message.params['name'] !== candidate.name) return undefined;
    flattenLine(line);
    const asked = { ...candidate.asked, arguments: message.params['arguments'], bytes: line.length };
    return { ...candidate, line, message, asked };
  }

  /** The same request, as strictly parsed as what a client sends. */
  private async parseCall(line: Buffer, before: RequestMessage): Promise<RequestMessage | undefined> {
    const { limits, parseLarge } = this.parts.options;
    if (line.length > limits.maxMessageBytes) return undefined;
    const parsed: Parsed =
      parseLarge === undefined || line.length <= limits.inlineParseBytes
        ? parseMessage(line, 'client', limits)
        : await parseLarge(line, 'client');
    if (parsed.kind !== 'request' || parsed.id !== before.id || parsed.method !== before.method) return undefined;
    return isJsonObject(parsed.params['arguments']) ? parsed : undefined;
  }
}

function requestOf({ line, name, asked }: Candidate): GovernedRequest {
  const source = (key: string): Buffer | undefined => {
    const span = spanAt(line, ['params', key]);
    return span === undefined ? undefined : line.subarray(span.start, span.end);
  };
  const given = isJsonObject(asked.arguments) ? source('arguments') : undefined;
  return { method: 'tools/call', params: { name, arguments: given ?? EMPTY_OBJECT, meta: source('_meta') } };
}
