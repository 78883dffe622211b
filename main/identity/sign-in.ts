/**
 * One sign-in to one server, from finding its authorization server to tokens in hand. Keeps nothing: the code verifier, the
 * state and the tokens are in memory only, and whoever asked for the sign-in decides what becomes of the tokens. Whatever does
 * not fit ends it; nothing is tried in a weaker way.
 */
import type { AuthorizationServerMetadata } from '@modelcontextprotocol/client';
import { CompanionError } from '../../preload/contract/failure.ts';
import { authenticateClient } from './client-authentication.ts';
import { joinScopes, readChallenge, type Challenge } from './challenge.ts';
import { configuredClient, type WithClient } from './configured-client.ts';
import { discover, type Discovered } from './discover.ts';
import type { FetchFunction, Guard } from './guarded-fetch.ts';
import {
  clientRefused,
  issuerChanged,
  issuerMismatch,
  signInRefused,
  signInUnsupported,
  unreachable,
} from './identity-failures.ts';
import type { OpenLoopback } from './loopback-callback.ts';
import { errorCodeOf, isAboutClient, keepTokens, loadSdk, shownErrorCode } from './oauth-answers.ts';
import { REGISTERED_PATH, REGISTERED_PORT } from './registered-address.ts';
import { registerClient } from './register-client.ts';
import type { StoredClient, StoredSignIn } from './stored-sign-in.ts';

export interface SignInRequest {
  readonly serverUrl: string;
  /** What the server asked for when it last refused us. */
  readonly challenge: Challenge | undefined;
  /** What a sign-in before this one was granted: asking for more must not lose it. */
  readonly grantedScope: string | undefined;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  readonly openLoopback: OpenLoopback;
  /** A fresh text that nobody can guess, of URL-safe characters. */
  readonly randomToken: () => string;
  readonly now: () => number;
  /** Where our client metadata document is, for authorization servers that read one instead of registering us. */
  readonly clientMetadataUrl?: string;
  /** What a person got from the provider; nothing is registered then, and no document is named. */
  readonly clientId?: string;
  /** Where somebody is signed in now as that client: it and its secret are for this one alone. */
  readonly clientIssuer?: string;
  readonly withClient: WithClient;
}

export interface BegunSignIn {
  /** For the person's browser. */
  readonly authorizationUrl: string;
  /** Rejects with a CompanionError; the browser's page waits until `shown` is called with how it ended. */
  readonly tokens: Promise<StoredSignIn>;
  readonly shown: (outcome: 'done' | 'failed', reason?: CompanionError) => Promise<void>;
}

/** Authorization servers write longer ones than browsers and terminals carry well. */
const MAX_LINK_CHARACTERS = 8192;

/** What a server says to a request without a token. Its answer to one with a token came by another way. */
async function askForChallenge(serverUrl: string, fetch: FetchFunction): Promise<Challenge | undefined> {
  const ping = { jsonrpc: '2.0', id: 'sign-in', method: 'ping' };
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  try {
    const response = await fetch(serverUrl, { method: 'POST', headers, body: JSON.stringify(ping) });
    return response.status === 401 ? readChallenge(response.headers.get('www-authenticate')) : undefined;
  } catch (error) {
    // It is there, and it says nothing about signing in.
    const isAnswer =
      error instanceof CompanionError && ['E_REDIRECT_REFUSED', 'E_ANSWER_TOO_LARGE'].includes(error.code);
    if (isAnswer) return undefined;
    throw error;
  }
}

function scopeToAsk(request: SignInRequest, challenge: Challenge | undefined, found: Discovered): string | undefined {
  const asked = challenge?.scope;
  const scope = asked === undefined ? (found.scope ?? request.grantedScope) : joinScopes(request.grantedScope, asked);
  const offline = found.metadata?.scopes_supported?.includes('offline_access') === true;
  return scope !== undefined && offline ? joinScopes(scope, 'offline_access') : scope;
}

/** Who we are there without registering; a person's word counts most. */
function knownClient({ clientId, clientMetadataUrl }: SignInRequest, found: Discovered): StoredClient | undefined {
  if (clientId !== undefined) return configuredClient(clientId);
  const readsDocuments = found.metadata?.client_id_metadata_document_supported === true;
  return clientMetadataUrl !== undefined && readsDocuments ? { client_id: clientMetadataUrl } : undefined;
}

/** Rejects where the sign-in cannot even begin; then nothing listens any more. */
export async function beginSignIn(request: SignInRequest): Promise<BegunSignIn> {
  const { serverUrl, guard, signal } = request;
  const { fetch } = guard;
  const refusal = guard.refuse(new URL(serverUrl));
  if (refusal !== undefined) throw refusal;
  const challenge = request.challenge ?? (await askForChallenge(serverUrl, fetch));
  const found = await discover(serverUrl, challenge, fetch);
  const { clientIssuer } = request;
  if (clientIssuer !== undefined && found.issuer !== clientIssuer) throw issuerChanged(new URL(found.issuer));
  // Before anybody goes to a browser: where the code will be sent.
  const unsafeToken = found.metadata && guard.refuse(new URL(found.metadata.token_endpoint));
  if (unsafeToken !== undefined) throw unsafeToken;
  const scope = scopeToAsk(request, challenge, found);
  const known = knownClient(request, found);

  const state = request.randomToken();
  // Of a client that is known already the redirect address is too.
  const path = known === undefined ? `/callback/${request.randomToken()}` : REGISTERED_PATH;
  const port = known?.configured === true ? { port: REGISTERED_PORT } : {};
  signal.throwIfAborted();
  const loopback = await request.openLoopback({ path, state, ...port });
  const giveUp = (): void => void loopback.close('failed', asReason(signal));
  try {
    signal.throwIfAborted();
    signal.addEventListener('abort', giveUp, { once: true });
    const { redirectUri } = loopback;
    const client = known ?? (await registerClient(found, redirectUri, scope, fetch));
    const { startAuthorization } = await loadSdk();
    const { authorizationUrl, codeVerifier } = await startAuthorization(found.issuer, {
      clientInformation: { client_id: client.client_id },
      redirectUrl: redirectUri,
      resource: found.resource,
      state,
      ...(found.metadata === undefined ? {} : { metadata: found.metadata }),
      ...(scope === undefined ? {} : { scope }),
    }).catch(() => {
      throw signInUnsupported('it does not give out codes');
    });
    const unsafe = guard.refuse(authorizationUrl);
    if (unsafe !== undefined) throw unsafe;
    if (authorizationUrl.href.length > MAX_LINK_CHARACTERS) throw signInUnsupported('its link is too long');
    signal.throwIfAborted();
    const tokens = loopback.received.then((sent) =>
      redeem(request, { found, client, redirectUri, codeVerifier }, sent),
    );
    tokens.catch(() => undefined);
    const shown = (outcome: 'done' | 'failed', reason?: CompanionError): Promise<void> => {
      signal.removeEventListener('abort', giveUp);
      return loopback.close(outcome, reason);
    };
    return { authorizationUrl: authorizationUrl.href, tokens, shown };
  } catch (error) {
    signal.removeEventListener('abort', giveUp);
    await loopback.close('failed');
    throw error;
  }
}

function asReason(signal: AbortSignal): CompanionError | undefined {
  return signal.reason instanceof CompanionError ? signal.reason : undefined;
}

/** RFC 9207: an answer of another authorization server is refused before anything else in it is looked at. */
async function checkIssuer(metadata: AuthorizationServerMetadata | undefined, sent: URLSearchParams): Promise<void> {
  const { validateAuthorizationResponseIssuer } = await loadSdk();
  try {
    validateAuthorizationResponseIssuer({
      iss: sent.get('iss') ?? undefined,
      expectedIssuer: metadata?.issuer,
      issParameterSupported: metadata?.authorization_response_iss_parameter_supported === true,
    });
  } catch {
    throw issuerMismatch();
  }
}

interface Begun {
  readonly found: Discovered;
  readonly client: StoredClient;
  readonly redirectUri: string;
  readonly codeVerifier: string;
}

async function redeem(request: SignInRequest, begun: Begun, sent: URLSearchParams): Promise<StoredSignIn> {
  const { found, client, redirectUri, codeVerifier } = begun;
  const { issuer, metadata, resource } = found;
  await checkIssuer(metadata, sent);
  const code = sent.get('code');
  if (code === null) throw signInRefused(shownErrorCode(sent.get('error') ?? ''));
  const iss = sent.get('iss');
  const methods = metadata?.token_endpoint_auth_methods_supported;
  const { exchangeAuthorization } = await loadSdk();
  const exchange = request.withClient(client, (told) =>
    exchangeAuthorization(issuer, {
      clientInformation: { client_id: told.client_id },
      addClientAuthentication: (headers, params) => authenticateClient(told, methods, headers, params),
      authorizationCode: code,
      codeVerifier,
      redirectUri,
      resource,
      fetchFn: request.guard.fetch,
      ...(iss === null ? {} : { iss }),
      ...(metadata === undefined ? {} : { metadata }),
    }),
  );
  const tokens = await exchange.catch((error: unknown) => {
    if (error instanceof CompanionError) throw error;
    const refused = errorCodeOf(error);
    if (client.configured === true && isAboutClient(refused)) throw clientRefused();
    throw refused === undefined ? unreachable(new URL(issuer), 'gave no tokens') : signInRefused(refused);
  });
  return {
    version: 1,
    serverUrl: request.serverUrl,
    issuer,
    resource,
    client,
    tokens: keepTokens(tokens, request.now()),
  };
}
