import type { JsonObject } from '../../preload/contract/json.ts';
import type { ClientFacts } from '../policy/call-facts.ts';
import type { SessionOptions } from './session-options.ts';

/** Who calls, as rules may look at it; `params` are those of the request, where clients share a session. */
export function clientFacts(
  { claimed, provenClient }: Pick<SessionOptions, 'claimed' | 'provenClient'>,
  params?: JsonObject,
): ClientFacts {
  const { client: name } = claimed(params);
  return { name, isProven: name !== undefined && name === provenClient };
}
