/** How a result that a tenant was shown ends: withheld, or recorded as delivered. Of what is withheld nothing reaches the client. */
import type { DecisionCode } from '../../preload/contract/index.ts';
import type { JsonObject } from '../../preload/contract/json.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import type { CallAudit } from './call-audit.ts';
import { errorReply, METHOD_REFUSED, refusedCall, SERVER_FAILED } from './denial.ts';
import type { ForwardedRequest, ForwardedRequests, Governed } from './forwarded-requests.ts';
import { keptResultText } from './guard-texts.ts';
import type { Seen } from './inspection.ts';
import { isInputRequired } from './retry-key.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import { markTaint } from './taint-labels.ts';
import { refusedListText, withheldError, withheldText } from './tenant-texts.ts';

export interface ResultEndsParts {
  readonly options: SessionOptions;
  readonly out: Outgoing;
  readonly audit: CallAudit;
  readonly forwarded: ForwardedRequests;
}

/** What the record of a delivered result holds besides. */
export interface Facts {
  readonly from?: 'tenant';
  readonly found: ScanResult;
}

export class ResultEnds {
  private readonly parts: ResultEndsParts;

  constructor(parts: ResultEndsParts) {
    this.parts = parts;
  }

  withhold(
    entry: ForwardedRequest,
    governed: Governed,
    bytes: number,
    code: DecisionCode,
    isError = false,
    seen?: Seen,
  ): void {
    const { out, audit, options } = this.parts;
    const { id, idKey, call, method } = entry;
    audit.outcome(call, 'withheld', bytes, code, { found: seen?.found });
    const ref = call?.subject.call ?? '';
    if (method === 'tools/list')
      out.reply(errorReply(id, METHOD_REFUSED, refusedListText(options.connector, code)), idKey);
    else if (isError) out.reply(errorReply(id, SERVER_FAILED, withheldError(options.connector, code)), idKey);
    else {
      const text = code.startsWith('tenant_') ? withheldText(code, ref) : keptResultText(code, ref);
      out.reply(refusedCall({ id, code, ref, text, modern: governed.modern }), idKey);
    }
  }

  /** The call is over, unless its server needs input of the client first. */
  recordAnswer(entry: ForwardedRequest, result: JsonObject, bytes: number, facts: Facts): void {
    const { audit, forwarded, options } = this.parts;
    markTaint(options, entry.call, facts.found);
    if (isInputRequired(result) && forwarded.awaitInput(entry, result['requestState'])) return;
    const failed = result['isError'] === true;
    audit.outcome(entry.call, failed ? 'tool_error' : 'ok', bytes, failed ? 'tool_error' : undefined, facts);
  }
}
