/**
 * The records of each call of one session: an intent for each attempt, one outcome. Records are collected and written
 * together, in one write, before anything of the same batch leaves: an intent that could not be written takes its call
 * back out of the batch. A call whose server needs input has no outcome until it was tried again or given up.
 */
import type { Decision, GuardFinding, NewAuditRecord } from '../../preload/contract/index.ts';
import { leanShape } from '../audit/lean-shape.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import { AwaitedInput } from './awaited-input.ts';
import { intentRecord, outcomeRecord, type CallSubject, type Outcome, type TenantNote } from './call-record.ts';
import type { RequestMessage } from './parse-message.ts';
import { holdsSecret } from './recordable.ts';
import { carriesInput, requestDigest, retryKey } from './retry-key.ts';
import type { SessionOptions } from './session-options.ts';

export interface Call {
  readonly subject: CallSubject;
  /** When its first attempt came. */
  readonly startedAt: number;
  /** 1, and one more each time that the client calls again with the input that the server asked for. */
  readonly attempt: number;
}

/** What of a request its records describe. */
export interface Asked {
  readonly arguments: unknown;
  readonly inputResponses: unknown;
  readonly bytes: number;
  /** Of a call that a tenant was asked about. */
  readonly tenant?: TenantNote;
  readonly findings?: readonly GuardFinding[];
  /** The guard replaced what it found. */
  readonly masked?: true;
  /** Fingerprint of the definition that it was decided by. */
  readonly definition?: string;
}

/** What of an answer its record describes, besides its size. */
export interface Answered {
  /** Who gave the result, where the server did not. */
  readonly from?: 'tenant' | undefined;
  readonly found?: ScanResult | undefined;
}

interface Waiting {
  readonly call: Call;
  readonly record: NewAuditRecord;
  /** The record could not be written. */
  readonly lost: (() => void) | undefined;
}

/** Why a call that waited for input of the client ended without it. */
export const NO_INPUT = 'input_not_given';

export class CallAudit {
  private readonly options: SessionOptions;
  private readonly awaited: AwaitedInput;
  private waiting: Waiting[] = [];

  constructor(options: SessionOptions) {
    this.options = options;
    this.awaited = new AwaitedInput(options.limits);
  }

  /** A new call, or the next attempt of one whose server asked for input. */
  begin(message: RequestMessage, line: Buffer, facts: Partial<CallSubject>): Call {
    const { options } = this;
    const claimed = options.claimed(message.params);
    let before: Call | undefined;
    if (!this.awaited.isEmpty && carriesInput(message.params)) {
      const digest = requestDigest(message.method, claimed, line);
      before = this.awaited.take(retryKey(digest, message.params['requestState']));
    }
    return {
      startedAt: before?.startedAt ?? options.now(),
      attempt: (before?.attempt ?? 0) + 1,
      subject: {
        call: before?.subject.call ?? options.newId(),
        method: message.method,
        session: options.sessionId,
        connector: options.connector,
        claimed,
        requestId: message.id,
        ...facts,
      },
    };
  }

  /**
   * `lost` is called at the next {@link commit} if the intent cannot be written; then the call must not leave. Throws when
   * what was asked cannot be described.
   */
  intent(call: Call, decision: Decision, asked: Asked, lost?: () => void): void {
    const describe = holdsSecret(asked) ? leanShape : this.options.shape;
    const shape = (value: unknown) => (value === undefined ? undefined : describe(value));
    const record = intentRecord(call.subject, decision, {
      attempt: call.attempt,
      arguments: shape(asked.arguments),
      inputResponses: shape(asked.inputResponses),
      bytes: asked.bytes,
      tenant: asked.tenant,
      findings: asked.findings,
      masked: asked.masked,
      definition: asked.definition,
    });
    this.waiting.push({ call, record, lost });
  }

  /** Both records of a call that never left. */
  notMade(call: Call, decision: Decision, asked: Asked, outcome: Outcome, errorType?: string): void {
    try {
      this.intent(call, decision, asked);
    } catch {
      // What cannot be described must not keep the refusal out of the record.
      this.intent(call, decision, { ...asked, arguments: undefined, inputResponses: undefined });
    }
    this.outcome(call, outcome, 0, errorType);
  }

  outcome(
    call: Call | undefined,
    outcome: Outcome,
    resultBytes: number,
    errorType?: string,
    { from, found }: Answered = {},
  ): void {
    if (call === undefined) return;
    const record = outcomeRecord(call.subject, outcome, {
      durationMs: this.options.now() - call.startedAt,
      resultBytes,
      ...(errorType === undefined ? {} : { errorType }),
      ...(from === undefined ? {} : { fromTenant: true }),
      findings: found?.findings,
      masked: found?.masked !== undefined,
    });
    // An outcome that cannot be written has nobody to tell: the journal's own state says so, and the next call is denied.
    this.waiting.push({ call, record, lost: undefined });
  }

  /** The server needs input before it answers; a later request with this key goes on with the call. */
  awaitInput(call: Call, key: string | undefined): void {
    const dropped = this.awaited.add(call, key, this.options.now());
    this.outcome(dropped, 'cancelled', 0, 'too_many_wait_for_input');
  }

  get awaitsInput(): boolean {
    return !this.awaited.isEmpty;
  }

  /** Ends the calls whose client did not come back in time. */
  endOverdue(now: number): void {
    for (const call of this.awaited.takeOverdue(now)) this.outcome(call, 'cancelled', 0, NO_INPUT);
  }

  /** Nobody can come back with input any more. */
  endAwaited(outcome: Outcome, errorType: string): void {
    for (const call of this.awaited.takeAll()) this.outcome(call, outcome, 0, errorType);
  }

  /** Writes what was collected. Call before anything leaves. */
  commit(): void {
    if (this.waiting.length === 0) return;
    const batch = this.waiting;
    this.waiting = [];
    try {
      this.options.record(batch.map((entry) => entry.record));
      return;
    } catch {
      // One by one, so that the records that can be written are.
    }
    const unmade = new Set<Call>();
    for (const entry of batch) {
      const { call, record } = entry;
      try {
        const isTakenBack = unmade.has(call) && record.kind === 'outcome' && record.result_from === 'tenant';
        this.options.record([isTakenBack ? asRefused(record) : record]);
      } catch {
        if (entry.lost !== undefined) unmade.add(call);
        this.recordLost(entry, batch);
      }
    }
  }

  private recordLost({ call, lost }: Waiting, batch: readonly Waiting[]): void {
    if (lost === undefined) return;
    lost();
    // Its first attempt is in the journal: without an end it would be taken for one that is still under way.
    const isEnded = batch.some((other) => other.call === call && other.record.kind === 'outcome');
    if (call.attempt > 1 && !isEnded) this.outcome(call, 'refused', 0, 'audit_unavailable');
  }
}

/** Of a call that was answered at once, and taken back because its intent could not be written. */
function asRefused(record: Extract<NewAuditRecord, { kind: 'outcome' }>): NewAuditRecord {
  const { result_from: _, ...rest } = record;
  return { ...rest, outcome: 'refused', 'error.type': 'audit_unavailable' };
}
