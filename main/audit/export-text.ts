/**
 * Entries as text for other programs. JSON: one document a line (JSON Lines), so that a file of any size can be read line by
 * line. CSV: RFC 4180, and safe in a spreadsheet: what would begin a formula there is given an apostrophe in front.
 */
import type { ExportFormat } from '../../preload/contract/activity.ts';
import type { LogEntry } from '../../preload/contract/audit.ts';
import { classOf } from './decision-class.ts';

const COLUMNS = [
  'time',
  'kind',
  'decision',
  'client',
  'connector',
  'tool',
  'method',
  'effect',
  'decided_by',
  'code',
  'rule',
  'reason',
  'outcome',
  'error_type',
  'duration_ms',
  'attempts',
  'session',
  'event',
  'findings',
  'arguments',
  'detail',
  'id',
] as const;

/** What a spreadsheet takes for the beginning of a formula, also behind what it skips. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

/** A cell as RFC 4180 has it; a text that a spreadsheet would calculate stays a text. */
export function csvCell(value: string | number): string {
  const text = String(value);
  const safe = typeof value === 'string' && FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n\t;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const jsonCell = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));

function cellsOf(entry: LogEntry): (string | number)[] {
  const { kind, effect = null, code = null, outcome } = entry;
  return [
    entry.time,
    kind,
    classOf({ kind, effect, code }, outcome),
    entry.client ?? '',
    entry.connector ?? '',
    entry.tool ?? '',
    entry.method ?? '',
    effect ?? '',
    entry.decidedBy ?? '',
    code ?? '',
    entry.ruleId ?? '',
    entry.reason ?? '',
    outcome ?? '',
    entry.errorType ?? '',
    entry.durationMs ?? '',
    entry.attempts ?? '',
    entry.session ?? '',
    entry.event ?? '',
    (entry.findings ?? []).map(({ category, rule, action }) => `${category} ${rule} ${action}`).join('; '),
    jsonCell(entry.arguments),
    jsonCell(entry.detail),
    entry.id,
  ];
}

/** What stands before the first entry. Of CSV the names of the columns; the mark tells spreadsheets that it is UTF-8. */
export function exportHead(format: ExportFormat): string {
  return format === 'csv' ? `\ufeff${COLUMNS.join(',')}\r\n` : '';
}

/** One line, its end included. */
export function exportLine(entry: LogEntry, format: ExportFormat): string {
  return format === 'csv' ? `${cellsOf(entry).map(csvCell).join(',')}\r\n` : `${JSON.stringify(entry)}\n`;
}
