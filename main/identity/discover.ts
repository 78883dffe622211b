/**
 * Finds out where one signs in to a server: its protected-resource metadata (RFC 9728), then its authorization server's
 * metadata (RFC 8414, OpenID). What names another issuer than the one that was asked, or another resource than this server,
 * is refused. Only "not found" leads to the older way, in which the server's own origin is the authorization server.
 */
import type { AuthorizationServerMetadata, OAuthProtectedResourceMetadata } from '@modelcontextprotocol/client';
import { CompanionError } from '../../preload/contract/failure.ts';
import { readScope, type Challenge } from './challenge.ts';
import type { FetchFunction } from './guarded-fetch.ts';
import { issuerMismatch, metadataUnreadable, signInUnsupported } from './identity-failures.ts';
import { loadSdk } from './oauth-answers.ts';

export interface AuthorizationServer {
  readonly issuer: string;
  /** Absent for servers from before metadata: their endpoints are /authorize, /token and /register of the issuer. */
  readonly metadata: AuthorizationServerMetadata | undefined;
}

export interface Discovered extends AuthorizationServer {
  /** RFC 8707, as the server writes it. */
  readonly resource: string;
  /** What the server says there is to ask for. */
  readonly scope: string | undefined;
}

/** The metadata of one issuer; throws E_SIGN_IN_ISSUER where it says that it is another. */
export async function readAuthorizationServer(issuer: string, fetch: FetchFunction): Promise<AuthorizationServer> {
  const { discoverAuthorizationServerMetadata } = await loadSdk();
  const metadata = await discoverAuthorizationServerMetadata(issuer, { fetchFn: fetch }).catch((error: unknown) => {
    if (error instanceof CompanionError) throw error;
    if (error instanceof Error && error.name === 'IssuerMismatchError') throw issuerMismatch();
    throw metadataUnreadable(new URL(issuer), 'cannot be read');
  });
  return { issuer: metadata?.issuer ?? issuer, metadata };
}

async function readResource(
  serverUrl: string,
  metadataUrl: string | undefined,
  fetch: FetchFunction,
): Promise<OAuthProtectedResourceMetadata | undefined> {
  const { checkResourceAllowed, discoverOAuthProtectedResourceMetadata } = await loadSdk();
  let status = 0;
  const watched: FetchFunction = async (url, init) => {
    const response = await fetch(url, init);
    ({ status } = response);
    return response;
  };
  const at = metadataUrl === undefined ? {} : { resourceMetadataUrl: metadataUrl };
  const found = await discoverOAuthProtectedResourceMetadata(serverUrl, at, watched).catch((error: unknown) => {
    if (error instanceof CompanionError) throw error;
    // There is none. A server that named the place itself has no such excuse.
    if (metadataUrl === undefined && status >= 400 && status < 500) return undefined;
    throw metadataUnreadable(new URL(metadataUrl ?? serverUrl), 'cannot be read');
  });
  if (found === undefined) return undefined;
  // A document for another server would make us ask for tokens that open that one.
  const isOurs =
    URL.canParse(found.resource) &&
    checkResourceAllowed({ requestedResource: serverUrl, configuredResource: found.resource });
  if (!isOurs) throw metadataUnreadable(new URL(serverUrl), 'is about another server');
  return found;
}

export async function discover(
  serverUrl: string,
  challenge: Challenge | undefined,
  fetch: FetchFunction,
): Promise<Discovered> {
  const { resourceUrlFromServerUrl } = await loadSdk();
  const resource = await readResource(serverUrl, challenge?.resourceMetadataUrl, fetch);
  const named = resource?.authorization_servers?.[0];
  const issuer = named ?? new URL('/', serverUrl).href;
  if (!URL.canParse(issuer)) throw metadataUnreadable(new URL(serverUrl), 'names no authorization server');
  const server = await readAuthorizationServer(issuer, fetch);
  // Who names an authorization server speaks of one that describes itself.
  if (named !== undefined && server.metadata === undefined)
    throw metadataUnreadable(new URL(issuer), 'cannot be found');
  const methods = server.metadata?.code_challenge_methods_supported;
  if (server.metadata !== undefined && methods?.includes('S256') !== true)
    throw signInUnsupported('it does not protect its codes (PKCE with S256)');
  return {
    ...server,
    resource: resource?.resource ?? resourceUrlFromServerUrl(serverUrl).href,
    scope: readScope(resource?.scopes_supported?.join(' ')),
  };
}
