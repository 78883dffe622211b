/**
 * A row of a tenant's audit log as an entry of ours. Every text of it is the tenant's: cut, and made safe to show; what is not
 * where it is expected is left out.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { LogEntry } from '../../preload/contract/index.ts';
import { tenantText } from './tenant-text.ts';
import type { TenantLogRow } from './wire.ts';

const MAX_NAME = 128;
const MAX_REASON = 300;

export interface TenantLogFacts {
  readonly host: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  readonly correlation: string | undefined;
  readonly server: string | undefined;
  readonly tool: string | undefined;
  readonly isBlocked: boolean;
  /** Small and flat; what is added to an entry of ours for the same call. */
  readonly detail: Readonly<Record<string, string>>;
  readonly client: string | undefined;
  readonly id: string;
}

const Info = z
  .object({
    id: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    type: z.string().nullable(),
  })
  .partial();

function timeOf(text: string): string | undefined {
  // Without a zone it is UTC, as servers write it, and not the time of this machine.
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** Undefined for a row that has no time: it has no place among the others. */
export function readLogRow(host: string, row: TenantLogRow): TenantLogFacts | undefined {
  const time = timeOf(row.timestamp.trim());
  if (time === undefined) return undefined;
  const details = row.details ?? {};
  const of = (key: string, max = MAX_NAME): string | undefined => {
    const value = Object.hasOwn(details, key) ? details[key] : undefined;
    return typeof value === 'string' && value !== '' ? tenantText(value, max) : undefined;
  };
  const resource = Info.safeParse(row.resource_info).data;
  const actor = Info.safeParse(row.actor_info).data;
  const action = tenantText(row.action_type, MAX_NAME);
  const eventType = of('event_type');
  const isTool = (of('resource_type') ?? resource?.type ?? '').toLowerCase() === 'tool';
  const tool = of('tool_name') ?? (isTool ? (of('resource_name') ?? tenantText(resource?.name, MAX_NAME)) : undefined);
  const detail = {
    host,
    action,
    event: eventType,
    server: of('server_name'),
    outcome: of('outcome'),
    reason: of('reason', MAX_REASON),
    by: of('subject_email') ?? of('subject_name') ?? tenantText(actor?.email ?? actor?.name, MAX_NAME),
  };
  return {
    host,
    time,
    correlation: of('correlation_id', 256),
    server: of('server_id') ?? tenantText(resource?.id, MAX_NAME),
    tool: tool === '' ? undefined : tool,
    isBlocked: /den[iy]|block|reject|refus/i.test(`${action} ${eventType ?? ''} ${of('outcome') ?? ''}`),
    detail: Object.fromEntries(
      Object.entries(detail).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''),
    ),
    client: of('client_name'),
    id: `tenant:${createHash('sha256')
      .update(JSON.stringify([host, row]))
      .digest('hex')
      .slice(0, 16)}`,
  };
}

/** Our name of the connector, or else the tenant's: what is shown, and so what a filter means. */
export function shownConnector(facts: TenantLogFacts, connector: string | undefined): string | undefined {
  return connector ?? facts.detail['server'];
}

/** An entry for what the tenant saw and this journal does not have. */
export function tenantOnlyEntry(facts: TenantLogFacts, connector: string | undefined): LogEntry {
  const { reason, server: _server, ...detail } = facts.detail;
  const shown = shownConnector(facts, connector);
  return {
    id: facts.id,
    time: facts.time,
    kind: facts.tool === undefined ? 'event' : 'call',
    ...(facts.tool === undefined ? { event: facts.detail['action'] ?? 'unknown' } : { tool: facts.tool }),
    ...(shown === undefined ? {} : { connector: shown }),
    ...(facts.client === undefined ? {} : { client: facts.client }),
    decidedBy: 'tenant',
    ...(reason === undefined ? {} : { reason }),
    detail: { ...detail, ...(facts.correlation === undefined ? {} : { correlation_id: facts.correlation }) },
    origin: 'tenant',
  };
}

/** Stands in the list where a tenant did not answer: what it saw is missing. */
const NOT_ASKED_EVENT = 'tenant_log_missing';

export function missingEntry(host: string, time: string, reason: string): LogEntry {
  return {
    id: `missing:${host}`,
    time,
    kind: 'event',
    event: NOT_ASKED_EVENT,
    reason,
    detail: { host },
    origin: 'tenant',
  };
}

/** Stands in the list where there is no tenant to ask. */
export function nobodyEntry(time: string): LogEntry {
  return {
    id: 'missing:',
    time,
    kind: 'event',
    event: NOT_ASKED_EVENT,
    reason: 'Nobody is signed in to a tenant: this is the log of this machine alone. Sign in with "runlayer login".',
    detail: {},
    origin: 'tenant',
  };
}
