/** What the relay knows about methods; everything that is not named here passes untouched. */
import { isJsonObject } from '../../preload/contract/json.ts';
import type { Subject } from '../policy/decide.ts';
import type { CallSubject } from './call-record.ts';
import type { RequestMessage } from './parse-message.ts';

/** Without these no conversation can be had; they carry no call and are open under every default. */
const OPEN_UNDER_DENY: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'logging/setLevel',
  'tools/list',
]);

/** Questions that every server answers at once; one that does not is hanging. */
const INVENTORY: ReadonlySet<string> = new Set([
  'server/discover',
  'ping',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'logging/setLevel',
]);

export function passesDenyDefault(method: string): boolean {
  return OPEN_UNDER_DENY.has(method);
}

/** Methods that a gate concerns. Sent without an id they are no call that we could gate, yet some servers carry them out. */
const GATED: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get']);

export function mayBeNotification(method: string): boolean {
  return !GATED.has(method);
}

/** By their name, notifications of the protocol; every other method without an id asks the server for something. */
export function isNotificationName(method: string): boolean {
  return method.startsWith('notifications/');
}

export function hasInventoryDeadline(method: string): boolean {
  return INVENTORY.has(method);
}

/** What rules can name in a request that uses nothing yet: what it subscribes to, or completes the arguments of. */
export function subjectOf({ method, params }: RequestMessage): Subject | undefined {
  if (method === 'resources/subscribe' || method === 'resources/unsubscribe') {
    const { uri } = params;
    return typeof uri === 'string' ? { kind: 'resource', uri } : undefined;
  }
  if (method !== 'completion/complete') return undefined;
  const { ref } = params;
  if (!isJsonObject(ref)) return undefined;
  const { name, uri } = ref;
  if (typeof uri === 'string') return { kind: 'resource', uri };
  return typeof name === 'string' ? { kind: 'prompt', name, arguments: undefined } : undefined;
}

/** Methods besides tools/call that read something for the client and therefore leave a record. */
export function auditedMethod(message: RequestMessage): Partial<CallSubject> | undefined {
  if (message.method === 'resources/read') {
    const { uri } = message.params;
    return typeof uri === 'string' ? { uri } : {};
  }
  if (message.method === 'prompts/get') {
    const { name } = message.params;
    return typeof name === 'string' ? { prompt: name } : {};
  }
  return undefined;
}
