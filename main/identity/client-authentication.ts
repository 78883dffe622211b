/**
 * How a client says who it is at an authorization server's endpoints: in the way that the server's metadata names, one at a
 * time (RFC 6749 §2.3). A client without a secret gives its id only.
 */
import { loadSdk } from './oauth-answers.ts';
import type { StoredClient } from './stored-sign-in.ts';

/** What is sent of a client; never kept. */
export type ClientCredentials = Pick<StoredClient, 'client_id' | 'client_secret' | 'token_endpoint_auth_method'>;

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined, so that an id may hold a colon. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/** Adds to a request; `methods`: what the server says it takes, undefined where it does not say. */
export async function authenticateClient(
  { client_id: id, client_secret: secret, token_endpoint_auth_method: registered }: ClientCredentials,
  methods: readonly string[] | undefined,
  headers: Headers,
  params: URLSearchParams,
): Promise<void> {
  const { selectClientAuthMethod } = await loadSdk();
  const client = {
    client_id: id,
    ...(secret === undefined ? {} : { client_secret: secret }),
    ...(registered === undefined ? {} : { token_endpoint_auth_method: registered }),
  };
  const method = selectClientAuthMethod(client, [...(methods ?? [])]);
  if (method === 'client_secret_basic' && secret !== undefined) {
    const pair = `${formEncoded(id)}:${formEncoded(secret)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair, 'latin1').toString('base64')}`);
    return;
  }
  params.set('client_id', id);
  if (method === 'client_secret_post' && secret !== undefined) params.set('client_secret', secret);
}
