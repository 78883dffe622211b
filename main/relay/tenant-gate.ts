/**
 * What the relay asks of a tenant, and what it gets back. The gate never rejects: whatever goes wrong between here and the
 * tenant is a verdict, and every verdict but `allow`, `deliver` and `replace` keeps the call, list or result back.
 * Everything that a tenant rewrites passes the local gates again before it is used.
 */
import type { DecisionCode, JsonObject } from '../../preload/contract/index.ts';

/** A JSON value of the tenant, strictly parsed; used as its source text, so that numbers stay what they were. */
export interface JsonSource {
  readonly value: unknown;
  /** One value and nothing behind it. */
  readonly source: Buffer;
}

export type TenantDenial = Extract<
  DecisionCode,
  'tenant_deny' | 'tenant_unavailable' | 'tenant_unauthorized' | 'tenant_invalid'
>;

/** A tools/call or tools/list that the tenant is asked about. JSON texts are source text, as the client sent them. */
export interface GovernedRequest {
  readonly method: 'tools/call' | 'tools/list';
  /** Of a call: what leaves, or would leave. Undefined for a list. */
  readonly params:
    | {
        readonly name: string;
        /** Source text of a JSON object; `{}` where the client sent none. With `_runlayer_session_id` where it was given. */
        readonly arguments: Buffer;
        /** Source text of `_meta`. */
        readonly meta: Buffer | undefined;
      }
    | undefined;
}

export type PreVerdict =
  | {
      readonly kind: 'allow';
      /** Undefined where a list is let through to be cut down to the last approved one. */
      readonly correlation: string | undefined;
      /** An object; takes the place of the arguments. */
      readonly arguments?: JsonSource;
      /** An object: the result. The server is not asked, and there is no post. */
      readonly result?: JsonSource;
    }
  | {
      readonly kind: 'deny';
      readonly code: TenantDenial;
      /** For the person; what the tenant said, made safe to show. */ readonly reason: string;
    }
  /** Managed settings open on an outage. There is no post. */
  | { readonly kind: 'open'; readonly reason: string };

export interface GovernedResult {
  readonly request: GovernedRequest;
  readonly correlation: string | undefined;
  /** Source text of the result; undefined where there is none, and then `error` says why. */
  readonly result: Buffer | undefined;
  /** Its text is whole: whoever sends it on redacts it before cutting it short. */
  readonly error: { readonly type: string; readonly message: string } | undefined;
}

export type PostVerdict =
  | { readonly kind: 'deliver' }
  /**
   * tools/list: an array of tools. tools/call: an object with `content`, `structuredContent` or both. `unasked`: managed
   * settings are open on an outage and this list is not the tenant's; what it left out before stays hidden.
   */
  | { readonly kind: 'replace'; readonly value: JsonSource; readonly unasked?: true }
  | { readonly kind: 'withhold'; readonly code: TenantDenial; readonly reason: string };

/** What a server offers, for a tenant that wants to know. */
export interface Inventory {
  readonly tools: readonly JsonObject[];
  readonly resources: readonly JsonObject[];
  readonly prompts: readonly JsonObject[];
}

/** One tenant's word about one connector, for one session. */
export interface TenantGate {
  readonly host: string;
  readonly server: string;
  /** Aborting gives the question up; the verdict is then of no interest. */
  pre(request: GovernedRequest, signal: AbortSignal): Promise<PreVerdict>;
  post(result: GovernedResult, signal: AbortSignal): Promise<PostVerdict>;
  /**
   * Tells the tenant that a call (or list) which it had let through was not made, or got no answer that was waited for
   * (`server_ended`, `timeout`, `cancelled`); waits for nothing and never throws.
   */
  notMade(
    request: GovernedRequest,
    correlation: string | undefined,
    why: { readonly type: string; readonly message: string },
  ): void;
  /** Whether the tenant wants to know what the server offers. */
  readonly wantsInventory: boolean;
  inventory(inventory: Inventory): void;
  /** Called when lists that were cut down to an older approved one are whole again. */
  onRecovered(listener: () => void): () => void;
}
