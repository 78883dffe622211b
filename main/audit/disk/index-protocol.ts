import type { EventRecord, IntentRecord, LogEntry, LogFilter } from '../../../preload/contract/audit.ts';
import type { ActivityAnswer, ActivityRequest } from './activity-protocol.ts';
import type { Failure } from '../../../preload/contract/failure.ts';

/** What the worker is started with. */
export interface IndexWorkerData {
  readonly databasePath: string;
  readonly auditDirectory: string;
}

/** Where a page of calls ended; the next one begins behind it. */
export interface CallPosition {
  readonly time: string;
  readonly seq: number;
  readonly id: string;
}

export interface CallPageRequest {
  /** RFC 3339, UTC. */
  readonly since: string;
  readonly after: CallPosition | undefined;
  readonly limit: number;
}

export interface CallPage {
  /** The newest first. */
  readonly entries: LogEntry[];
  /** Undefined after the last page. */
  readonly next: CallPosition | undefined;
}

export interface DecidedRequest {
  /** RFC 3339, UTC. */
  readonly since: string;
  /** Of the newest calls, so many are looked at. */
  readonly limit: number;
}

export interface DecidedPage {
  /** That were looked at. */
  readonly calls: number;
  /** There are more of the period. */
  readonly isCut: boolean;
  /** Ids of rules and chains that had the last word on a call, the most frequent first. */
  readonly rules: readonly { readonly id: string; readonly times: number; readonly last: string }[];
}

/** What this chain holds from this number on. */
export interface ChainPart {
  readonly chain: string;
  readonly seq: number;
}

export interface UnfinishedRequest {
  /** Of hosts that are still running. */
  readonly except: readonly ChainPart[];
}

export type IndexRequest =
  | { readonly op: 'query'; readonly filter: LogFilter }
  | { readonly op: 'calls'; readonly page: CallPageRequest }
  | { readonly op: 'call'; readonly id: string }
  | { readonly op: 'decided'; readonly decided: DecidedRequest }
  | ({ readonly op: 'unfinished' } & UnfinishedRequest)
  | { readonly op: 'events'; readonly event: EventRecord['event']; readonly limit: number }
  /** Of one `slot` only the last request that waits is answered; those before it come back as superseded. */
  | { readonly op: 'activity'; readonly request: ActivityRequest; readonly slot: string | undefined }
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
  | { readonly kind: 'page'; readonly page: CallPage }
  | { readonly kind: 'decided'; readonly decided: DecidedPage }
  | { readonly kind: 'intents'; readonly intents: IntentRecord[] }
  | { readonly kind: 'events'; readonly events: EventRecord[] }
  | { readonly kind: 'activity'; readonly answer: ActivityAnswer }
  | { readonly kind: 'done' };

/** From the worker: the answer to a call, or a problem that nobody asked about. */
export type IndexMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: IndexAnswer }
  | { readonly kind: 'error'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'problem'; readonly text: string };
