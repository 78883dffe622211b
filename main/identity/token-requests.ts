/**
 * What is asked of an authorization server after a sign-in: new tokens for a refresh token, and to forget tokens. Both go only
 * to the endpoints that the issuer of the tokens names itself, read anew each time.
 */
import { z } from 'zod';
import { CompanionError } from '../../preload/contract/failure.ts';
import { authenticateClient } from './client-authentication.ts';
import type { WithClient } from './configured-client.ts';
import { readAuthorizationServer } from './discover.ts';
import type { Guard } from './guarded-fetch.ts';
import { clientRefused, unreachable } from './identity-failures.ts';
import { errorCodeOf, isAboutClient, keepTokens, loadSdk } from './oauth-answers.ts';
import type { StoredSignIn, StoredTokens } from './stored-sign-in.ts';

export type Renewal = { readonly kind: 'renewed'; readonly tokens: StoredTokens } | { readonly kind: 'refused' };

/** With these the sign-in itself is over; anything else may work a moment later. The last one is GitHub's word. */
const FINAL = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client', 'bad_refresh_token']);

export interface TokenRequestParts {
  readonly guard: Guard;
  readonly withClient: WithClient;
  readonly now: () => number;
}

/** Rejects where no answer can be had; a sign-in that is over is `refused`. */
export async function renew(signIn: StoredSignIn, { guard, withClient, now }: TokenRequestParts): Promise<Renewal> {
  const { client, issuer, resource, tokens } = signIn;
  const { refresh } = tokens;
  if (refresh === undefined) return { kind: 'refused' };
  const { metadata } = await readAuthorizationServer(issuer, guard.fetch);
  const methods = metadata?.token_endpoint_auth_methods_supported;
  const { refreshAuthorization } = await loadSdk();
  try {
    const renewed = await withClient(client, (told) =>
      refreshAuthorization(issuer, {
        clientInformation: { client_id: told.client_id },
        addClientAuthentication: (headers, params) => authenticateClient(told, methods, headers, params),
        refreshToken: refresh,
        resource,
        fetchFn: guard.fetch,
        ...(metadata === undefined ? {} : { metadata }),
      }),
    );
    return { kind: 'renewed', tokens: keepTokens(renewed, now(), tokens) };
  } catch (error) {
    if (error instanceof CompanionError) throw error;
    const code = errorCodeOf(error);
    // The provider changed the secret, or ours is a wrong one: with the right one the sign-in goes on.
    if (client.configured === true && isAboutClient(code)) throw clientRefused();
    if (FINAL.has(code ?? '')) return { kind: 'refused' };
    throw unreachable(new URL(issuer), 'gave no new tokens');
  }
}

/** OpenID metadata carries them too, though the SDK's type for it does not. */
const RevocationMetadata = z.object({
  revocation_endpoint: z.url(),
  revocation_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});

/** RFC 7009. True where the authorization server said yes for every token; never rejects. */
export async function revoke(
  signIn: StoredSignIn,
  { guard, withClient }: Omit<TokenRequestParts, 'now'>,
): Promise<boolean> {
  const { client, issuer, tokens } = signIn;
  try {
    const { metadata } = await readAuthorizationServer(issuer, guard.fetch);
    const named = RevocationMetadata.safeParse(metadata);
    if (!named.success) return false;
    const { revocation_endpoint: endpoint, revocation_endpoint_auth_methods_supported: methods } = named.data;
    const supported = methods ?? metadata?.token_endpoint_auth_methods_supported;
    // The refresh token first: without it the other one ends by itself.
    const all = [
      ['refresh_token', tokens.refresh],
      ['access_token', tokens.access],
    ] as const;
    return await withClient(client, async (told) => {
      for (const [hint, token] of all) {
        if (token === undefined) continue;
        const body = new URLSearchParams({ token, token_type_hint: hint });
        const headers = new Headers({
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        });
        await authenticateClient(told, supported, headers, body);
        const response = await guard.fetch(endpoint, { method: 'POST', headers, body });
        if (!response.ok) return false;
      }
      return true;
    });
  } catch {
    return false;
  }
}
