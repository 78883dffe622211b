/**
 * The relay's own tools/list: asked when a client calls a tool that this session has not seen listed. Its ids are from a
 * reserved space and nothing of it reaches the client. Concurrent questions share one listing.
 */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import type { Policy } from '../policy/decide.ts';
import { OWN_ID_PREFIX } from './denial.ts';
import type { WireLimits } from './limits.ts';
import type { RequestMessage, ResponseMessage } from './parse-message.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

export interface Lister {
  /** Resolves when the list was learned; rejects when the server cannot or does not list its tools. */
  list(callParams: JsonObject, signal: AbortSignal): Promise<void>;
  /** True when the response was one of ours. */
  take(message: ResponseMessage, line: Buffer): boolean;
  /** The answer to this id came, but cannot be read; true when the question was ours. */
  fail(idKey: string, reason: string): boolean;
  tick(now: number): void;
  close(): void;
}

interface Page {
  readonly deadlineAt: number;
  readonly resolve: (answer: { readonly message: ResponseMessage; readonly line: Buffer }) => void;
  readonly reject: (error: Error) => void;
}

/** Modern requests carry the protocol version and capabilities in `_meta`; ours repeat those of the call, nothing else. */
function protocolMeta(callParams: JsonObject): JsonObject | undefined {
  const meta = callParams['_meta'];
  if (!isJsonObject(meta)) return undefined;
  const kept = Object.entries(meta).filter(
    ([key]) => key.startsWith('io.modelcontextprotocol/') && key !== 'io.modelcontextprotocol/logLevel',
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

export function createLister(options: {
  readonly limits: WireLimits;
  readonly now: () => number;
  readonly newId: () => string;
  readonly catalogue: ToolCatalogue;
  readonly policy: () => Policy;
  readonly send: (line: Buffer, message: RequestMessage) => void;
}): Lister {
  const pages = new Map<string, Page>();
  let running: Promise<void> | undefined;
  let closed = false;

  const askPage = (params: JsonObject): Promise<{ readonly message: ResponseMessage; readonly line: Buffer }> =>
    new Promise((resolve, reject) => {
      if (closed) {
        reject(new Error('the server has ended'));
        return;
      }
      const id = `${OWN_ID_PREFIX}${options.newId()}`;
      pages.set(`s${id}`, { deadlineAt: options.now() + options.limits.inventoryMs, resolve, reject });
      const line = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params })}\n`);
      options.send(line, { kind: 'request', id: JSON.stringify(id), idKey: `s${id}`, method: 'tools/list', params });
    });

  const listAll = async (callParams: JsonObject): Promise<void> => {
    const meta = protocolMeta(callParams);
    let cursor: string | undefined;
    const seen = new Set<string>();
    for (let page = 0; page < options.limits.maxToolPages; page++) {
      const params = { ...(cursor === undefined ? {} : { cursor }), ...(meta === undefined ? {} : { _meta: meta }) };
      const { message, line } = await askPage(params);
      if (message.error !== undefined) throw new Error('the server does not list its tools');
      const learned = options.catalogue.filter(line, message.result, options.policy());
      if (learned.kind === 'refused') throw new Error(learned.reason);
      const next = isJsonObject(message.result) ? message.result['nextCursor'] : undefined;
      if (typeof next !== 'string' || seen.has(next)) return;
      seen.add(next);
      cursor = next;
    }
  };

  /** A list that was announced as changed while it was read was learned in part only: once more. */
  const listFresh = async (callParams: JsonObject): Promise<void> => {
    const { generation } = options.catalogue;
    await listAll(callParams);
    if (options.catalogue.generation !== generation) await listAll(callParams);
  };

  return {
    list: (callParams, signal) => {
      running ??= listFresh(callParams).finally(() => {
        running = undefined;
      });
      const mine = running;
      return new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
        mine.then(resolve, reject);
      });
    },
    take: (message, line) => {
      const page = pages.get(message.idKey);
      if (page === undefined) return false;
      pages.delete(message.idKey);
      page.resolve({ message, line });
      return true;
    },
    fail: (idKey, reason) => {
      const page = pages.get(idKey);
      pages.delete(idKey);
      page?.reject(new Error(reason));
      return page !== undefined;
    },
    tick: (now) => {
      for (const [key, page] of pages) {
        if (page.deadlineAt <= now) {
          pages.delete(key);
          page.reject(new Error('the server did not list its tools in time'));
        }
      }
    },
    close: () => {
      closed = true;
      for (const page of pages.values()) page.reject(new Error('the server has ended'));
      pages.clear();
    },
  };
}
