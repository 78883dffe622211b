/**
 * The log of this machine with what the tenants saw: rows are joined with our calls by correlation id, rows without a call of
 * ours stand by themselves. A tenant that does not answer within 2 s is named in the list, and is no error; nor is it that
 * nobody is signed in, which the list says too.
 */
import type { LogEntry, LogFilter } from '../../preload/contract/index.ts';
import { askTenant, partLimit, signedInHosts, type SignedIn } from './signed-in.ts';
import {
  missingEntry,
  nobodyEntry,
  readLogRow,
  shownConnector,
  tenantOnlyEntry,
  type TenantLogFacts,
} from './tenant-log-entry.ts';
import { TenantError } from './tenant-api.ts';

const MAX_ROWS = 1000;
/** Further back than what is shown: calls at the edge, or left out by a filter, have rows too. */
const PARTNERS_FACTOR = 4;
const MIN_PARTNERS = 1000;
const MAX_PARTNERS = 10_000;
/** One call has a row for each of its two questions, and a few more where guards spoke. */
const MAX_ROWS_PER_CALL = 8;

export interface MergedLogsParts extends SignedIn {
  readonly index: { query(filter: LogFilter): Promise<LogEntry[]> };
  /** Our name of a tenant's connector. */
  readonly connectorOf: (host: string, server: string) => string | undefined;
  readonly clock: () => Date;
  readonly limit?: () => AbortSignal;
}

const isFiltered = ({ connector, tool, blocked }: LogFilter): boolean =>
  connector !== undefined || tool !== undefined || blocked === true;

/** @param connector our name of it. */
function fits(facts: TenantLogFacts, connector: string | undefined, filter: LogFilter): boolean {
  return (
    (filter.connector === undefined || shownConnector(facts, connector) === filter.connector) &&
    (filter.tool === undefined || facts.tool === filter.tool) &&
    (filter.blocked !== true || facts.isBlocked) &&
    (filter.since === undefined || facts.time >= new Date(filter.since).toISOString())
  );
}

const key = (host: string, correlation: string): string => `${host} ${correlation}`;

function keyOf({ tenant }: LogEntry): string | undefined {
  return tenant?.correlation_id === undefined ? undefined : key(tenant.host, tenant.correlation_id);
}

function joined(entry: LogEntry, rows: readonly TenantLogFacts[]): LogEntry {
  const saw = rows.slice(0, MAX_ROWS_PER_CALL).map(({ time, detail }) => ({ time, ...detail }));
  return { ...entry, detail: { ...entry.detail, tenant: saw } };
}

/** A query over both; without `tenant` in the filter, exactly the index's own. */
export function createMergedLogs(parts: MergedLogsParts): { query(filter: LogFilter): Promise<LogEntry[]> } {
  const { index, tenants, views, connectorOf, clock, limit = partLimit } = parts;

  return {
    query: async (filter) => {
      const { tenant, ...own } = filter;
      const hosts = tenant === true ? signedInHosts(views()) : [];
      if (tenant !== true) return index.query(own);
      if (hosts.length === 0) return [nobodyEntry(clock().toISOString()), ...(await index.query(own))];
      const signal = limit();
      const query = {
        // What a filter leaves out must not use up what was asked for.
        limit: isFiltered(filter) ? MAX_ROWS : Math.min(MAX_ROWS, filter.limit),
        ...(filter.since === undefined ? {} : { since: filter.since }),
      };
      const [entries, known, answers] = await Promise.all([
        index.query(own),
        index.query({ limit: Math.min(MAX_PARTNERS, Math.max(MIN_PARTNERS, filter.limit * PARTNERS_FACTOR)) }),
        Promise.all(
          hosts.map(async (host) => ({
            host,
            answer: await askTenant(tenants, host, signal, (api, stopped) => api.auditLogs(query, stopped)),
          })),
        ),
      ]);

      const partners = new Set(known.flatMap((entry) => keyOf(entry) ?? []));
      for (const entry of entries) partners.add(keyOf(entry) ?? '');
      const ofCall = new Map<string, TenantLogFacts[]>();
      const alone: LogEntry[] = [];
      const missing: LogEntry[] = [];
      for (const { host, answer } of answers) {
        if (answer.kind === 'failed') {
          const reason = answer.error instanceof TenantError ? answer.error.message : 'It did not answer in time.';
          missing.push(missingEntry(host, clock().toISOString(), reason));
          continue;
        }
        for (const row of answer.value.slice(0, MAX_ROWS)) {
          const facts = readLogRow(host, row);
          if (facts === undefined) continue;
          const of = facts.correlation === undefined ? undefined : key(host, facts.correlation);
          if (of !== undefined && partners.has(of)) ofCall.set(of, [...(ofCall.get(of) ?? []), facts]);
          else {
            const connector = facts.server === undefined ? undefined : connectorOf(host, facts.server);
            if (fits(facts, connector, filter)) alone.push(tenantOnlyEntry(facts, connector));
          }
        }
      }
      const ours = entries.map((entry) => {
        const rows = ofCall.get(keyOf(entry) ?? '');
        return rows === undefined ? entry : joined(entry, rows);
      });
      const sorted = [...ours, ...alone].toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
      return [...missing, ...sorted.slice(0, filter.limit)];
    },
  };
}
