/**
 * Makes this program known to an authorization server (RFC 7591), for one sign-in and its exact redirect address. Only what a
 * later renewal needs is kept of the answer.
 */
import type { OAuthClientMetadata } from '@modelcontextprotocol/client';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { Discovered } from './discover.ts';
import type { FetchFunction } from './guarded-fetch.ts';
import { registrationByHand, signInUnsupported } from './identity-failures.ts';
import { loadSdk } from './oauth-answers.ts';
import { StoredClient } from './stored-sign-in.ts';

/** Throws E_SIGN_IN_UNSUPPORTED where the authorization server does not take us. */
export async function registerClient(
  found: Discovered,
  redirectUri: string,
  scope: string | undefined,
  fetch: FetchFunction,
): Promise<StoredClient> {
  const { issuer, metadata } = found;
  if (metadata !== undefined && metadata.registration_endpoint === undefined) throw registrationByHand();
  const isPublic = metadata?.token_endpoint_auth_methods_supported?.includes('none') ?? metadata === undefined;
  const clientMetadata: OAuthClientMetadata = {
    client_name: 'Runlayer Companion',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: 'native',
    ...(isPublic ? { token_endpoint_auth_method: 'none' } : {}),
  };
  const sdk = await loadSdk();
  const registered = await sdk
    .registerClient(issuer, {
      clientMetadata,
      fetchFn: fetch,
      ...(metadata === undefined ? {} : { metadata }),
      ...(scope === undefined ? {} : { scope }),
    })
    .catch((error: unknown) => {
      if (error instanceof CompanionError) throw error;
      throw signInUnsupported('it did not register this program');
    });
  return storedClient(registered);
}

function storedClient({ client_id, client_secret, token_endpoint_auth_method }: StoredClient): StoredClient {
  const client = StoredClient.safeParse({
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    ...(token_endpoint_auth_method === undefined ? {} : { token_endpoint_auth_method }),
  });
  if (!client.success) throw signInUnsupported('its registration of this program cannot be used');
  return client.data;
}
