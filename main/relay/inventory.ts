/** What a server offers, asked of it by the relay itself: all pages, within the limits of lists. Reaches no client. */
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import type { WireLimits } from './limits.ts';
import type { OwnRequests } from './own-requests.ts';
import type { Inventory } from './tenant-gate.ts';

const METHOD_NOT_FOUND = -32_601;

/** `meta`: what modern requests carry; undefined in the legacy era. */
export async function takeInventory(
  own: OwnRequests,
  meta: JsonObject | undefined,
  limits: WireLimits,
): Promise<Inventory> {
  const all = async (method: string, member: string): Promise<JsonObject[]> => {
    const items: JsonObject[] = [];
    const seen = new Set<string>();
    let bytes = 0;
    let cursor: string | undefined;
    for (let page = 0; page < limits.maxToolPages; page++) {
      const { message, line } = await own.ask(method, {
        ...(cursor === undefined ? {} : { cursor }),
        ...(meta === undefined ? {} : { _meta: meta }),
      });
      if (message.error?.['code'] === METHOD_NOT_FOUND) return [];
      if (message.error !== undefined) throw new Error(`the server does not answer ${method}`);
      const found = isJsonObject(message.result) ? message.result[member] : undefined;
      if (!isJsonObject(message.result) || !Array.isArray(found) || !found.every(isJsonObject))
        throw new Error(`its answer to ${method} is no list`);
      items.push(...found);
      bytes += line.length;
      if (items.length > limits.maxTools || bytes > limits.maxToolListBytes)
        throw new Error(`its answer to ${method} is too long`);
      const next = message.result['nextCursor'];
      if (typeof next !== 'string') return items;
      if (seen.has(next)) throw new Error(`its pages of ${method} have no end`);
      seen.add(next);
      cursor = next;
    }
    throw new Error(`its answer to ${method} has too many pages`);
  };
  return {
    tools: await all('tools/list', 'tools'),
    resources: await all('resources/list', 'resources'),
    prompts: await all('prompts/list', 'prompts'),
  };
}
