/**
 * The relay's own lists of tools and prompts: asked when a client uses one that this session has not seen listed. Nothing of
 * it reaches the client. Concurrent questions share one listing.
 */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import type { Policy } from '../policy/decide.ts';
import { guardDecision } from './kept-back.ts';
import type { WireLimits } from './limits.ts';
import type { OtherLists } from './other-lists.ts';
import { protocolMeta, type OwnAnswer, type OwnRequests } from './own-requests.ts';
import type { FilteredList, ToolCatalogue } from './tool-catalogue.ts';

export interface Lister {
  /** Resolves when the tools were learned; rejects when the server cannot or does not list its tools. */
  list(callParams: JsonObject, signal: AbortSignal): Promise<void>;
  /** The same of prompts; a server that lists none has none, and resolves. */
  listPrompts(callParams: JsonObject, signal: AbortSignal): Promise<void>;
}

export interface ListerOptions {
  readonly limits: WireLimits;
  readonly catalogue: ToolCatalogue;
  readonly others: OtherLists;
  readonly policy: () => Policy;
  readonly own: OwnRequests;
}

export function createLister(options: ListerOptions): Lister {
  const { limits, catalogue, others, policy, own } = options;

  /** Every page, each handed to `learn`, which throws where it may not be used. */
  const pages = async (
    method: 'tools/list' | 'prompts/list',
    callParams: JsonObject,
    learn: (answer: OwnAnswer) => FilteredList,
  ): Promise<void> => {
    const meta = protocolMeta(callParams);
    let cursor: string | undefined;
    const seen = new Set<string>();
    for (let page = 0; page < limits.maxToolPages; page++) {
      const params = { ...(cursor === undefined ? {} : { cursor }), ...(meta === undefined ? {} : { _meta: meta }) };
      const answer = await own.ask(method, params);
      if (answer.message.error !== undefined) throw new Unlisted(method);
      const frame = guardDecision(answer.seen.found);
      if (frame !== undefined) throw new Error(frame.reason);
      const learned = learn(answer);
      if (learned.kind === 'refused') throw new Error(learned.reason);
      const next = isJsonObject(answer.message.result) ? answer.message.result['nextCursor'] : undefined;
      if (typeof next !== 'string' || seen.has(next)) return;
      seen.add(next);
      cursor = next;
    }
  };

  const tools = (callParams: JsonObject): Promise<void> =>
    pages('tools/list', callParams, ({ line, message, seen }) =>
      catalogue.filter(line, message.result, policy(), { verdicts: seen.items, isServers: true }),
    );

  /** A list that was announced as changed while it was read was learned in part only: once more. */
  const toolsFresh = async (callParams: JsonObject): Promise<void> => {
    const { generation } = catalogue;
    await tools(callParams);
    if (catalogue.generation !== generation) await tools(callParams);
  };

  const prompts = async (callParams: JsonObject): Promise<void> => {
    try {
      await pages('prompts/list', callParams, ({ line, message, seen }) =>
        others.filter(line, message.result, 'prompts/list', policy(), { verdicts: seen.items, isServers: true }),
      );
    } catch (error) {
      if (!(error instanceof Unlisted)) throw error;
    }
    others.promptsAsked();
  };

  return {
    list: shared(toolsFresh),
    listPrompts: shared(prompts),
  };
}

/** The server answers the question with an error. */
class Unlisted extends Error {
  constructor(method: string) {
    super(method === 'tools/list' ? 'the server does not list its tools' : 'the server does not list its prompts');
  }
}

/** Those who ask while an answer is under way share it. */
function shared(
  work: (callParams: JsonObject) => Promise<void>,
): (callParams: JsonObject, signal: AbortSignal) => Promise<void> {
  let running: Promise<void> | undefined;
  return (callParams, signal) => {
    running ??= work(callParams).finally(() => {
      running = undefined;
    });
    const mine = running;
    return new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      mine.then(resolve, reject);
    });
  };
}
