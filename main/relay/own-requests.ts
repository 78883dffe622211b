/**
 * The relay's own questions to a server. Their ids are from a reserved space, and nothing of them or of their answers
 * reaches the client.
 */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import { OWN_ID_PREFIX } from './denial.ts';
import type { Seen } from './inspection.ts';
import type { WireLimits } from './limits.ts';
import type { RequestMessage, ResponseMessage } from './parse-message.ts';

export interface OwnAnswer {
  readonly message: ResponseMessage;
  readonly line: Buffer;
  /** What the guard says of it. */
  readonly seen: Seen;
}

interface Waiting {
  readonly method: string;
  readonly deadlineAt: number;
  readonly resolve: (answer: OwnAnswer) => void;
  readonly reject: (error: Error) => void;
}

export interface OwnRequestsOptions {
  readonly limits: WireLimits;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly send: (line: Buffer, message: RequestMessage) => void;
}

/** Modern requests carry the protocol version and capabilities in `_meta`; ours repeat those of the client, nothing else. */
export function protocolMeta(params: JsonObject): JsonObject | undefined {
  const meta = params['_meta'];
  if (!isJsonObject(meta)) return undefined;
  const kept = Object.entries(meta).filter(
    ([key]) => key.startsWith('io.modelcontextprotocol/') && key !== 'io.modelcontextprotocol/logLevel',
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

export class OwnRequests {
  private readonly options: OwnRequestsOptions;
  private readonly waiting = new Map<string, Waiting>();
  private closed = false;

  constructor(options: OwnRequestsOptions) {
    this.options = options;
  }

  /** Resolves with the server's answer, an error too; rejects when there is none in time. */
  ask(method: string, params: JsonObject): Promise<OwnAnswer> {
    const { limits, now, newId, send } = this.options;
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new Error('the server has ended'));
        return;
      }
      const id = `${OWN_ID_PREFIX}${newId()}`;
      this.waiting.set(`s${id}`, { method, deadlineAt: now() + limits.inventoryMs, resolve, reject });
      const line = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      send(line, { kind: 'request', id: JSON.stringify(id), idKey: `s${id}`, method, params });
    });
  }

  methodOf(idKey: string): string | undefined {
    return this.waiting.get(idKey)?.method;
  }

  /** True when the response was to one of ours. */
  take(message: ResponseMessage, line: Buffer, seen: Seen): boolean {
    const entry = this.waiting.get(message.idKey);
    this.waiting.delete(message.idKey);
    entry?.resolve({ message, line, seen });
    return entry !== undefined;
  }

  /** The answer to this id came, but cannot be read; true when the question was ours. */
  fail(idKey: string, reason: string): boolean {
    const entry = this.waiting.get(idKey);
    this.waiting.delete(idKey);
    entry?.reject(new Error(reason));
    return entry !== undefined;
  }

  tick(now: number): void {
    for (const [key, entry] of this.waiting) {
      if (entry.deadlineAt > now) continue;
      this.waiting.delete(key);
      entry.reject(new Error('the server did not answer in time'));
    }
  }

  close(): void {
    this.closed = true;
    for (const entry of this.waiting.values()) entry.reject(new Error('the server has ended'));
    this.waiting.clear();
  }
}
