/**
 * The two records of each call of one session. Records are collected and written together, in one write, before anything
 * of the same batch leaves: an intent that could not be written takes its call back out of the batch.
 */
import type { Decision, NewAuditRecord } from '../../preload/contract/index.ts';
import { intentRecord, outcomeRecord, type CallSubject, type Outcome } from './call-record.ts';
import type { RequestMessage } from './parse-message.ts';
import type { SessionOptions } from './session-options.ts';

export interface Call {
  readonly subject: CallSubject;
  readonly startedAt: number;
}

interface Waiting {
  readonly record: NewAuditRecord;
  /** The record could not be written. */
  readonly lost: (() => void) | undefined;
}

export class CallAudit {
  private readonly options: SessionOptions;
  private waiting: Waiting[] = [];

  constructor(options: SessionOptions) {
    this.options = options;
  }

  begin(message: RequestMessage, facts: Partial<CallSubject>): Call {
    const { options } = this;
    return {
      startedAt: options.now(),
      subject: {
        call: options.newId(),
        method: message.method,
        session: options.sessionId,
        connector: options.connector,
        claimed: options.claimed(),
        requestId: message.id,
        ...facts,
      },
    };
  }

  /** `lost` is called at the next {@link commit} if the intent cannot be written; then the call must not leave. */
  intent(call: Call, decision: Decision, args: unknown, bytes: number, lost?: () => void): void {
    const shape = args === undefined ? undefined : this.options.shape(args);
    this.waiting.push({ record: intentRecord(call.subject, decision, shape, bytes), lost });
  }

  outcome(call: Call | undefined, outcome: Outcome, resultBytes: number, errorType?: string): void {
    if (call === undefined) return;
    const record = outcomeRecord(call.subject, outcome, {
      durationMs: this.options.now() - call.startedAt,
      resultBytes,
      ...(errorType === undefined ? {} : { errorType }),
    });
    // An outcome that cannot be written has nobody to tell: the journal's own state says so, and the next call is denied.
    this.waiting.push({ record, lost: undefined });
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
    for (const entry of batch) {
      try {
        this.options.record([entry.record]);
      } catch {
        entry.lost?.();
      }
    }
  }
}
