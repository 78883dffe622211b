/** The two records of each call of one session. An intent that cannot be written means that the call must not leave. */
import type { Decision } from '../../preload/contract/index.ts';
import { intentRecord, outcomeRecord, type CallSubject, type Outcome } from './call-record.ts';
import type { RequestMessage } from './parse-message.ts';
import type { SessionOptions } from './session-options.ts';

export interface Call {
  readonly subject: CallSubject;
  readonly startedAt: number;
}

export class CallAudit {
  private readonly options: SessionOptions;

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

  /** Writes the intent; false when it could not be written. */
  intent(call: Call, decision: Decision, args: unknown, bytes: number): boolean {
    try {
      const shape = args === undefined ? undefined : this.options.shape(args);
      this.options.record(intentRecord(call.subject, decision, shape, bytes));
      return true;
    } catch {
      return false;
    }
  }

  outcome(call: Call | undefined, outcome: Outcome, resultBytes: number, errorType?: string): void {
    if (call === undefined) return;
    try {
      this.options.record(
        outcomeRecord(call.subject, outcome, {
          durationMs: this.options.now() - call.startedAt,
          resultBytes,
          ...(errorType === undefined ? {} : { errorType }),
        }),
      );
    } catch {
      // The journal's own state says that it cannot be written; the next call is denied for it.
    }
  }
}
