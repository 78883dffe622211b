import type {
  ActivityFilter,
  ActivityHistogram,
  ActivityRow,
  ActivityValues,
  ExportFormat,
} from '../../../preload/contract/activity.ts';
import type { EventRecord, IntentRecord, LogEntry, OutcomeRecord } from '../../../preload/contract/audit.ts';

/** Everything that the journal holds about one call, or one event. */
export interface KeptEntry {
  readonly entry: LogEntry;
  /** The first intent; absent where only the outcome is left. */
  readonly intent: IntentRecord | undefined;
  /** The intent of the last attempt, where there was more than one. */
  readonly latest: IntentRecord | undefined;
  readonly outcome: OutcomeRecord | undefined;
  readonly event: EventRecord | undefined;
}

/** Where a part of an export ended; the next one begins behind it, whatever came or went meanwhile. */
export interface ExportPosition {
  readonly time: number;
  readonly seq: number;
  readonly row: number;
}

export type ActivityRequest =
  | {
      readonly op: 'window';
      readonly filter: ActivityFilter;
      readonly offset: number;
      readonly limit: number;
      readonly of: number | undefined;
    }
  | {
      readonly op: 'histogram';
      readonly filter: ActivityFilter;
      readonly from: string | undefined;
      readonly to: string | undefined;
      readonly buckets: number;
    }
  | { readonly op: 'values' }
  | { readonly op: 'entry'; readonly id: string }
  | { readonly op: 'session'; readonly session: string; readonly around: string | undefined; readonly limit: number }
  | {
      readonly op: 'export';
      readonly filter: ActivityFilter;
      readonly format: ExportFormat;
      readonly after: ExportPosition | undefined;
      readonly limit: number;
    };

export type ActivityAnswer =
  | { readonly op: 'window'; readonly rows: ActivityRow[]; readonly total: number; readonly of: number }
  | { readonly op: 'histogram'; readonly histogram: ActivityHistogram }
  | { readonly op: 'values'; readonly values: ActivityValues }
  | { readonly op: 'entry'; readonly kept: KeptEntry | undefined }
  | {
      readonly op: 'session';
      /** The oldest first. */
      readonly entries: LogEntry[];
      readonly before: number;
      readonly after: number;
    }
  | {
      readonly op: 'export';
      /** Whole lines, UTF-8, the newest entry first. */
      readonly bytes: Uint8Array;
      readonly rows: number;
      /** How many fit, of which these are some. */
      readonly total: number;
      /** Undefined behind the last one. */
      readonly next: ExportPosition | undefined;
    };
