/**
 * One tenant over HTTP, with one key: the wire of `main/backend/README.md`. Every method rejects with {@link TenantError}
 * and nothing else. Parses strictly, follows no redirect, sends its key to exactly one origin.
 */
import { CompanionError } from '../../preload/contract/index.ts';
import type { GovernedRequest, GovernedResult, Inventory, JsonSource } from '../relay/tenant-gate.ts';
import type {
  HookEvent,
  TenantAccount,
  TenantApprovalRow,
  TenantConnector,
  TenantLogRow,
  TenantServerRow,
  TenantUser,
} from './wire.ts';

/**
 * `unreachable`: no whole answer in time (also TLS, DNS, a cut); `unauthorized`: 401; `refused`: 403; `gone`: 404;
 * `conflict`: 409; `rejected`: any other 4xx; `failed`: 5xx; `invalid`: an answer that is not what it should be, a redirect too.
 */
export type TenantFailureKind =
  'unreachable' | 'unauthorized' | 'refused' | 'gone' | 'conflict' | 'rejected' | 'failed' | 'invalid';

/** `message` and `next` are for people and hold nothing that the tenant said but `detail`, made safe to show. */
export class TenantError extends CompanionError {
  readonly kind: TenantFailureKind;
  readonly status: number | undefined;
  /** What the tenant said of it (`detail`), one line, at most 300 characters, without control characters; empty without. */
  readonly detail: string;
  /** From `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    next: string,
    facts: {
      readonly kind: TenantFailureKind;
      readonly status?: number;
      readonly detail?: string;
      readonly retryAfterMs?: number;
      readonly cause?: unknown;
    },
  ) {
    super(code, message, next, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = 'TenantError';
    this.kind = facts.kind;
    this.status = facts.status;
    this.detail = facts.detail ?? '';
    this.retryAfterMs = facts.retryAfterMs;
  }
}

export interface PreAnswer {
  readonly correlation: string;
  readonly result?: JsonSource;
  readonly arguments?: JsonSource;
}

export interface TenantApi {
  readonly host: string;
  /** What an alias means. */
  resolve(alias: string, signal?: AbortSignal): Promise<string>;
  connector(id: string, signal?: AbortSignal): Promise<TenantConnector>;
  pre(id: string, request: GovernedRequest, signal?: AbortSignal): Promise<PreAnswer>;
  /** tools/list: the array that replaces the list. tools/call: what replaces the result, or undefined. */
  post(id: string, result: GovernedResult, signal?: AbortSignal): Promise<JsonSource | undefined>;
  capabilities(
    id: string,
    version: number,
    inventory: Inventory & { readonly syncedAt: string },
    signal?: AbortSignal,
  ): Promise<void>;
  me(signal?: AbortSignal): Promise<TenantUser>;
  accounts(signal?: AbortSignal): Promise<readonly TenantAccount[]>;
  approvals(signal?: AbortSignal): Promise<readonly TenantApprovalRow[]>;
  decideApproval(id: string, approve: boolean): Promise<void>;
  servers(signal?: AbortSignal): Promise<readonly TenantServerRow[]>;
  auditLogs(
    query: { readonly since?: string; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<readonly TenantLogRow[]>;
  /** 5 s; resolves whatever the answer is, rejects only where it could not be sent. */
  hookEvent(event: HookEvent): Promise<void>;
}

/** The tenants that somebody is signed in to. */
export interface Tenants {
  /** The host that is meant where none is named: the stored default, else the only one, else `default_host` of the official CLI. */
  defaultHost(): string | undefined;
  /** Rejects with E_TENANT_UNKNOWN where nobody signed in to exactly this origin: nothing is asked of it. `undefined`: the default. */
  api(host: string | undefined): Promise<TenantApi>;
  /** The same with a key that was given for this one use. Same refusals: a key makes no host known. */
  apiWithKey(host: string | undefined, key: string): TenantApi;
  known(host: string): boolean;
}
