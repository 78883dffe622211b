import type { IntentRecord, LogEntry, LogFilter } from '../../../preload/contract/audit.ts';
import type { Failure } from '../../../preload/contract/failure.ts';

/** What the worker is started with. */
export interface IndexWorkerData {
  readonly databasePath: string;
  readonly auditDirectory: string;
}

export type IndexRequest =
  | { readonly op: 'query'; readonly filter: LogFilter }
  | { readonly op: 'unfinished'; readonly exceptChains: readonly string[] }
  | { readonly op: 'catchUp' }
  | { readonly op: 'rebuild' }
  | { readonly op: 'close' };

export interface IndexCall {
  readonly id: number;
  readonly request: IndexRequest;
}

/** What a call comes back with. */
export type IndexAnswer =
  | { readonly kind: 'entries'; readonly entries: LogEntry[] }
  | { readonly kind: 'intents'; readonly intents: IntentRecord[] }
  | { readonly kind: 'done' };

/** From the worker: the answer to a call, or a problem that nobody asked about. */
export type IndexMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: IndexAnswer }
  | { readonly kind: 'error'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'problem'; readonly text: string };
