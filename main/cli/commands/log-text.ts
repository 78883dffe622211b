/** One line of the log for a person. */
import type { LogEntry } from '../../../preload/contract/index.ts';
import { shown } from './render.ts';

const VERDICT_COLUMNS = 10;
const DIGEST = /^[0-9a-f]{64}$/;

/** Digests are there to be compared by a program; a person needs to tell them apart. */
function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return DIGEST.test(text) ? `${text.slice(0, 12)}…` : text;
}

function line(time: string, verdict: string, rest: string): string {
  return shown(`${time.slice(0, 19).replace('T', ' ')}Z  ${verdict.padEnd(VERDICT_COLUMNS)} ${rest}`);
}

/** What a tenant wrote, of which nothing is in this journal. */
function tenantText(entry: LogEntry): string {
  const { host = '', action, event, outcome, ...more } = entry.detail ?? {};
  const what =
    entry.kind === 'call'
      ? `${entry.client ?? '-'} → ${entry.connector ?? '-'}.${entry.tool ?? ''}`
      : (entry.connector ?? entry.client);
  const words = [...new Set([action ?? entry.event, event, outcome])].filter((word) => word !== undefined).map(brief);
  const by = more['by'] === undefined ? '' : `  by ${brief(more['by'])}`;
  const why = entry.reason === undefined ? '' : `  ${entry.reason}`;
  return line(
    entry.time,
    'tenant',
    `${what === undefined ? '' : `${what}  `}${words.join(' ')}${by}${why}  (${brief(host)})`,
  );
}

/** Who decided, where it was not a rule or default of this machine alone. */
function deciderText(entry: LogEntry): string {
  const { decidedBy } = entry;
  if (entry.code === 'tenant_outage_open') return '  [TENANT NOT ASKED]';
  return decidedBy === undefined || decidedBy === 'local' ? '' : `  [${decidedBy}]`;
}

/** What the guard found, each kind once and not again what `why` names; never what it was. */
function foundText({ findings = [] }: LogEntry, why: string): string {
  const words = findings.map(({ category, rule }) => `${category} (${rule})`).filter((word) => !why.includes(word));
  return words.length === 0 ? '' : `  found: ${[...new Set(words)].join(', ')}`;
}

/** What the tenant wrote of a call of ours, in its own short words. */
function seenText({ detail }: LogEntry): string {
  const rows: unknown = detail?.['tenant'];
  if (!Array.isArray(rows)) return '';
  const words = rows.flatMap((row: unknown) => {
    if (typeof row !== 'object' || row === null) return [];
    const outcome = 'outcome' in row && typeof row.outcome === 'string' ? [row.outcome] : [];
    return 'action' in row && typeof row.action === 'string' ? [[row.action, ...outcome].join(' ')] : [];
  });
  return `  (tenant: ${[...new Set(words)].join(', ')})`;
}

/** Why it was refused or failed, and of what a person said yes to, why that was. */
function whyText({ outcome, reason, errorType, decidedBy }: LogEntry): string {
  if (outcome === 'refused') return `  ${reason ?? ''}`;
  const problem = errorType === undefined ? '' : `  ${errorType}`;
  return decidedBy === 'approval' && reason !== undefined ? `${problem}  ${reason}` : problem;
}

/** When (UTC), what was decided and by whom, who called what, how it ended. */
export function entryText(entry: LogEntry): string {
  if (entry.origin === 'tenant') return tenantText(entry);
  if (entry.kind === 'event') {
    const detail = Object.entries(entry.detail ?? {}).map(([key, value]) => `${key}=${brief(value)}`);
    const parts = [entry.event, entry.connector, ...detail].filter((part) => part !== undefined);
    return line(entry.time, 'event', parts.join(' '));
  }
  const verdict =
    entry.outcome === 'refused' ? 'blocked' : (entry.outcome ?? (entry.effect === 'allow' ? 'running' : 'waiting'));
  const what = entry.tool ?? entry.method ?? '';
  const why = whyText(entry);
  const took = entry.durationMs === undefined ? '' : `  ${entry.durationMs.toFixed(0)} ms`;
  const tries = entry.attempts === undefined ? '' : `  ${entry.attempts} attempts`;
  const who = `${entry.client ?? '-'} → ${entry.connector ?? '-'}`;
  return line(
    entry.time,
    verdict,
    `${who}.${what}${took}${tries}${deciderText(entry)}${why}${foundText(entry, why)}${seenText(entry)}`,
  );
}
