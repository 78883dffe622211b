/**
 * Tells the tenant of calls that were blocked here, from the journal's own records. Fire and forget: nothing waits for it,
 * nothing is tried more than twice, and what does not fit in the queue is left out and said to be, for the journal has it all.
 * Never holds argument values.
 */
import type { AuditRecord, DecidedBy, IntentRecord, OutcomeRecord } from '../../preload/contract/index.ts';
import { wireClientName } from './client-names.ts';
import type { Tenants } from './tenant-api.ts';
import { tenantText } from './tenant-text.ts';
import type { HookEvent } from './wire.ts';

const MAX_QUEUE = 200;
const MAX_INTENTS = 1000;
const MAX_TEXT = 300;
const BLOCKED_EVENT = 'companion_blocked';
const DROPPED =
  'Some reports of calls that were blocked here did not reach their tenant; the audit trail has the calls. See "runlayer logs --blocked".';

/** Everything that is not the tenant's own decision: that one it knows. */
const HERE: ReadonlySet<DecidedBy> = new Set(['local', 'pin', 'guard', 'approval', 'engine']);

export interface HookReport {
  /** Takes every record of the journal; never throws. */
  recorded(record: AuditRecord): void;
  /** Resolves when the queue is empty. */
  idle(): Promise<void>;
  /** Sends nothing more. */
  close(): void;
}

export interface HookReportOptions {
  readonly tenants: Pick<Tenants, 'defaultHost' | 'known' | 'api'>;
  /** The tenant whose connector this is; undefined for a person's own; `gone` where nobody can say any more. */
  readonly tenantOf: (connector: string) => { readonly host: string; readonly server: string } | 'gone' | undefined;
  /** Reports were given up. */
  readonly warn: (text: string) => void;
}

function payloadOf(intent: IntentRecord, outcome: OutcomeRecord, server: string | undefined): HookEvent['payload'] {
  const { decision } = intent;
  const tool = intent['gen_ai.tool.name'];
  const correlation = intent.tenant?.correlation_id;
  return {
    method: intent['mcp.method.name'],
    ...(tool === undefined ? {} : { tool: tenantText(tool, MAX_TEXT) }),
    connector: intent.connector,
    ...(server === undefined ? {} : { server_id: server }),
    ...(intent.claimed.client === undefined ? {} : { client: tenantText(intent.claimed.client, MAX_TEXT) }),
    code: decision.code,
    decided_by: decision.decidedBy,
    // Of an engine that failed the reason is an error's text, which may quote what it failed on.
    ...(decision.decidedBy === 'engine' ? {} : { reason: tenantText(decision.reason, MAX_TEXT) }),
    ...(correlation === undefined ? {} : { correlation_id: correlation }),
    time: outcome.time,
    /** Joins it with the journal, and two copies of the same event with each other. */
    ref: intent.call,
  };
}

export function createHookReport(options: HookReportOptions): HookReport {
  const { tenants, tenantOf, warn } = options;
  /** Refusals whose outcome is not recorded yet. */
  const intents = new Map<string, IntentRecord>();
  const queue: { readonly host: string; readonly event: HookEvent }[] = [];
  /** Since the queue was last empty. */
  let isDropping = false;
  let closed = false;
  let sending: Promise<void> | undefined;

  const deliver = async (host: string, event: HookEvent): Promise<void> => {
    const api = await tenants.api(host);
    try {
      await api.hookEvent(event);
    } catch {
      // A connection that was kept open may have been closed by the other side just now.
      await api.hookEvent(event);
    }
  };
  const drain = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await deliver(next.host, next.event);
      } catch {
        isDropping = true;
      }
    }
    if (isDropping && !closed) warn(DROPPED);
    isDropping = false;
  };
  const enqueue = (host: string, event: HookEvent): void => {
    if (queue.length >= MAX_QUEUE) {
      isDropping = true;
      return;
    }
    queue.push({ host, event });
    sending ??= drain().finally(() => {
      sending = undefined;
    });
  };

  const blocked = (intent: IntentRecord, outcome: OutcomeRecord): void => {
    // A session outlives its connector, and what is one tenant's is no business of the default one.
    const tenant = intent.tenant ?? tenantOf(intent.connector);
    if (tenant === 'gone') return;
    const host = tenant?.host ?? tenants.defaultHost();
    if (host === undefined || !tenants.known(host)) return;
    enqueue(host, {
      client: wireClientName(intent.claimed.client),
      event_name: BLOCKED_EVENT,
      payload: payloadOf(intent, outcome, tenant?.server),
    });
  };

  return {
    recorded: (record) => {
      if (closed) return;
      if (record.kind === 'intent') {
        // The latest attempt counts; one that was allowed is under way, not blocked.
        intents.delete(record.call);
        if (record.decision.effect === 'allow' || !HERE.has(record.decision.decidedBy)) return;
        intents.set(record.call, record);
        if (intents.size <= MAX_INTENTS) return;
        const [oldest] = intents.keys();
        if (oldest !== undefined) intents.delete(oldest);
      } else if (record.kind === 'outcome') {
        const intent = intents.get(record.call);
        intents.delete(record.call);
        if (intent !== undefined && record.outcome === 'refused') blocked(intent, record);
      }
    },
    idle: () => sending ?? Promise.resolve(),
    close: () => {
      closed = true;
      queue.length = 0;
      intents.clear();
    },
  };
}
