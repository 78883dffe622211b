/**
 * The relay's own tools/list: asked when a client calls a tool that this session has not seen listed. Nothing of it reaches
 * the client. Concurrent questions share one listing.
 */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import type { Policy } from '../policy/decide.ts';
import type { WireLimits } from './limits.ts';
import { protocolMeta, type OwnRequests } from './own-requests.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

export interface Lister {
  /** Resolves when the list was learned; rejects when the server cannot or does not list its tools. */
  list(callParams: JsonObject, signal: AbortSignal): Promise<void>;
}

export function createLister(options: {
  readonly limits: WireLimits;
  readonly catalogue: ToolCatalogue;
  readonly policy: () => Policy;
  readonly own: OwnRequests;
}): Lister {
  let running: Promise<void> | undefined;

  const listAll = async (callParams: JsonObject): Promise<void> => {
    const meta = protocolMeta(callParams);
    let cursor: string | undefined;
    const seen = new Set<string>();
    for (let page = 0; page < options.limits.maxToolPages; page++) {
      const params = { ...(cursor === undefined ? {} : { cursor }), ...(meta === undefined ? {} : { _meta: meta }) };
      const { message, line } = await options.own.ask('tools/list', params);
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
  };
}
