/**
 * One tenant's word about the calls of one session. It never rejects and never waits longer than 32 s: whatever goes wrong keeps the
 * call, the list or the result back. The two exceptions are made visible to whoever looks: the last approved list while the tenant
 * is away, and an administrator's setting that opens on an outage.
 */
import type { TenantApi } from '../../backend/tenant-api.ts';
import type { TenantConnector } from '../../backend/wire.ts';
import { memberText } from '../../relay/scan-json.ts';
import type { GovernedResult, JsonSource, PostVerdict, PreVerdict, TenantGate } from '../../relay/tenant-gate.ts';
import type { ApprovedLists } from './approved-lists.ts';
import { syncCapabilities } from './capability-sync.ts';
import { createNotMade } from './not-made.ts';
import { createRecovery } from './recovery.ts';
import { createRunningDefinition } from './running-definition.ts';
import { signedInAnew } from './tenant-refusals.ts';
import type { ApplicationOf } from './tenant-subject.ts';
import { withinLimit, type Schedule } from './time-limit.ts';
import { failureOf, type TenantFailure } from './verdicts.ts';

/** Longer than one question over HTTP may take (30 s), so that a tenant which hangs is heard to do so there. */
export const ENFORCEMENT_MS = 32_000;

export interface TenantGateParts {
  readonly api: Pick<TenantApi, 'host' | 'pre' | 'post' | 'capabilities' | 'connector'>;
  /** As it was agreed to. */
  readonly connector: TenantConnector;
  readonly applicationOf: ApplicationOf;
  readonly approved: ApprovedLists;
  /** Whoever is signed in now is somebody else than at the start: they are not asked, nor told, about what this session does. */
  readonly isAnothers: () => boolean;
  /** Managed settings say so; looked at each time. */
  readonly openOnOutage: () => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly schedule: Schedule;
  /** A line for the connector's log. */
  readonly log: (text: string) => void;
  /** `open`: something passed unasked; `closed`: the tenant can be asked again. */
  readonly onOutage: (state: 'open' | 'closed') => void;
  readonly onSynced: (counts: { readonly tools: number; readonly resources: number; readonly prompts: number }) => void;
  /** Ends the session: what runs is not what the tenant means any more. */
  readonly stop: () => void;
}

export interface RunningGate extends TenantGate {
  /** The tenant was asked for the connector again, for whatever reason. */
  readonly noted: (connector: TenantConnector) => void;
  readonly close: () => void;
}

const ownTools = (page: Buffer): JsonSource | undefined => {
  const text = memberText(page, ['tools']);
  return text === undefined ? undefined : { value: JSON.parse(text), source: Buffer.from(text) };
};

export function createTenantGate(parts: TenantGateParts): RunningGate {
  const { api, approved, schedule, log } = parts;
  const { host } = api;
  const { id } = parts.connector;
  const definition = createRunningDefinition(parts.connector, host, parts.applicationOf);
  const wantsInventory = parts.connector.sync_required;
  const notMade = createNotMade(api, id, { schedule, log });
  let isOpen = false;
  let wasSynced = false;

  const readAgain = async (): Promise<TenantConnector> => {
    const now = await api.connector(id);
    definition.noted(now);
    return now;
  };
  /** What it says is noted; where it says nothing, the next question gets the same answer as this one. */
  const lookAgain = async (): Promise<void> => {
    try {
      await readAgain();
    } catch (error) {
      log(`[tenant] the connector could not be read again: ${failureOf(error, host).reason}`);
    }
  };
  const recovery = createRecovery(schedule, async () => {
    try {
      await withinLimit(ENFORCEMENT_MS, undefined, schedule, readAgain);
      return true;
    } catch (error) {
      return !failureOf(error, host).isOutage;
    }
  });
  /** It could be asked; what it said is another matter. */
  const isThere = (): void => {
    recovery.answered();
    if (!isOpen) return;
    isOpen = false;
    parts.onOutage('closed');
  };
  const failed = (error: unknown): TenantFailure => {
    const failure = failureOf(error, host);
    if (!failure.isOutage) isThere();
    if (failure.isConflict) void lookAgain();
    return failure;
  };
  const passesUnasked = (failure: TenantFailure): boolean => {
    if (!failure.isOutage || !parts.openOnOutage()) return false;
    if (!isOpen) {
      isOpen = true;
      parts.onOutage('open');
    }
    return true;
  };

  /** What was approved before, of what the server lists now. */
  const olderList = (page: Buffer | undefined, reason: string): PostVerdict => {
    const older = page === undefined ? undefined : approved.cut(host, id, page);
    if (older === undefined) return { kind: 'withhold', code: 'tenant_unavailable', reason };
    recovery.begin();
    return { kind: 'replace', value: older };
  };

  const failedPost = ({ request, result }: GovernedResult, failure: TenantFailure): PostVerdict => {
    const isList = request.method === 'tools/list';
    if (passesUnasked(failure)) {
      const whole = isList && result !== undefined ? ownTools(result) : undefined;
      return whole === undefined ? { kind: 'deliver' } : { kind: 'replace', value: whole, unasked: true };
    }
    const { code, reason, isOutage } = failure;
    return isList && isOutage ? olderList(result, reason) : { kind: 'withhold', code, reason };
  };

  const anothers = { code: 'tenant_unauthorized', reason: signedInAnew(host).message } as const;
  const pre: TenantGate['pre'] = async (request, signal): Promise<PreVerdict> => {
    if (parts.isAnothers()) return { kind: 'deny', ...anothers };
    if (definition.hasChanged) {
      return {
        kind: 'deny',
        code: 'tenant_invalid',
        reason: `The connector was changed at ${host} while it ran: start it again in the client.`,
      };
    }
    try {
      const {
        correlation,
        result,
        arguments: rewritten,
      } = await withinLimit(ENFORCEMENT_MS, signal, schedule, (limited) => api.pre(id, request, limited));
      isThere();
      return {
        kind: 'allow',
        correlation,
        ...(rewritten === undefined ? {} : { arguments: rewritten }),
        ...(result === undefined ? {} : { result }),
      };
    } catch (error) {
      if (signal.aborted) return { kind: 'deny', code: 'tenant_unavailable', reason: 'Nobody waits for the answer.' };
      const failure = failed(error);
      const { code, reason } = failure;
      if (passesUnasked(failure)) return { kind: 'open', reason };
      if (request.method === 'tools/list' && failure.isOutage && approved.knows(host, id))
        return { kind: 'allow', correlation: undefined };
      return { kind: 'deny', code, reason };
    }
  };

  const post: TenantGate['post'] = async (given, signal): Promise<PostVerdict> => {
    const { request, correlation, result } = given;
    const isList = request.method === 'tools/list';
    if (parts.isAnothers()) return { kind: 'withhold', ...anothers };
    // Let through above to be cut down to what was approved before.
    if (isList && correlation === undefined) return olderList(result, `${host} could not be asked.`);
    let value: JsonSource | undefined;
    try {
      value = await withinLimit(ENFORCEMENT_MS, signal, schedule, (limited) => api.post(id, given, limited));
    } catch (error) {
      if (signal.aborted)
        return { kind: 'withhold', code: 'tenant_unavailable', reason: 'Nobody waits for the answer.' };
      return failedPost(given, failed(error));
    }
    isThere();
    if (!isList || result === undefined)
      return value === undefined || result === undefined ? { kind: 'deliver' } : { kind: 'replace', value };
    if (value === undefined)
      return { kind: 'withhold', code: 'tenant_invalid', reason: `${host} answered without a list of tools.` };
    approved.learn(host, id, result, value);
    return { kind: 'replace', value };
  };

  return {
    host,
    server: id,
    pre,
    post,
    notMade: (request, correlation, error) => {
      if (correlation !== undefined && !parts.isAnothers())
        notMade.tell({ request, correlation, result: undefined, error });
    },
    wantsInventory,
    inventory: (inventory) => {
      if (!wantsInventory || wasSynced || parts.isAnothers()) return;
      wasSynced = true;
      const { now, onSynced: synced, stop } = parts;
      void syncCapabilities(inventory, { api, id, definition, readAgain, now, log, synced, stop });
    },
    onRecovered: (listener) => recovery.onRecovered(listener),
    noted: (connector) => definition.noted(connector),
    close: () => recovery.close(),
  };
}
