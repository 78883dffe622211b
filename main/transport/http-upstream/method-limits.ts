/** How long a server may take, and what may be sent twice. */
import type { WireLimits } from '../../relay/limits.ts';
import { hasInventoryDeadline, isNotificationName } from '../../relay/methods.ts';
import { HEADERS_MS } from './resumable-stream.ts';

/** Reads and introductions: a server that gets one twice has done nothing twice. */
const REPEATABLE: ReadonlySet<string> = new Set([
  'initialize',
  'notifications/initialized',
  'server/discover',
  'ping',
  'tools/list',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
  'logging/setLevel',
]);

export interface MethodLimits {
  /** Until the response begins. Only where a server has nothing to work on; a tool or a task may take as long as it likes. */
  readonly headersMs: number | undefined;
  /** Until the answer is whole; the relay has given the request up by then. */
  readonly totalMs: number | undefined;
  readonly repeatable: boolean;
}

export function methodLimits(method: string | undefined, limits: WireLimits): MethodLimits {
  if (method === undefined) return { headersMs: HEADERS_MS, totalMs: undefined, repeatable: false };
  const repeatable = REPEATABLE.has(method);
  if (method === 'initialize') return { headersMs: HEADERS_MS, totalMs: limits.initializeMs, repeatable };
  if (hasInventoryDeadline(method)) return { headersMs: HEADERS_MS, totalMs: limits.inventoryMs, repeatable };
  if (isNotificationName(method)) return { headersMs: HEADERS_MS, totalMs: undefined, repeatable };
  return { headersMs: undefined, totalMs: method === 'tools/call' ? limits.callMs : undefined, repeatable };
}
