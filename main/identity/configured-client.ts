/**
 * The client id that a person got from a provider, and its secret. The secret is read from the keychain for each request that
 * needs it, is live for redaction meanwhile, and is kept nowhere else. It is never sent for another id than the one it was
 * given with; where it cannot be had, nothing is sent at all.
 */
import { secretNameOf, type OAuthClient } from '../../preload/contract/connector.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { ClientCredentials } from './client-authentication.ts';
import { clientSecretUnusable, secretReserved } from './identity-failures.ts';
import { isSignInSecret, type SignInVault, type StoredClient } from './stored-sign-in.ts';

export interface ConfiguredClientOptions {
  readonly vault: SignInVault;
  readonly live: Pick<LiveSecrets, 'add'>;
  /** Of the connector; without one, the authorization server registers this program itself. */
  readonly clientId?: string;
  /** Looked at for each request, because a person may store the secret under another name. */
  readonly clientSecret?: () => OAuthClient['secret'];
}

/** Runs one request with what an authorization server is told of a client. Rejects where the secret cannot be had. */
export type WithClient = <T>(client: StoredClient, request: (told: ClientCredentials) => Promise<T>) => Promise<T>;

/** RFC 6749, appendix A.2. */
const SECRET = /^[\x20-\x7e]{1,8192}$/;

export function configuredClient(id: string): StoredClient {
  return { client_id: id, configured: true };
}

/** Whether a sign-in was made as the client that a connector has now: tokens of one id are of no use to another. */
export function isClientOf(client: StoredClient, configuredId: string | undefined): boolean {
  return client.configured === true ? client.client_id === configuredId : configuredId === undefined;
}

export function createWithClient(options: ConfiguredClientOptions): WithClient {
  const { vault, live, clientId, clientSecret } = options;
  return async (client, request) => {
    const { configured, ...told } = client;
    const reference = isClientOf(client, clientId) ? clientSecret?.() : undefined;
    if (configured !== true || reference === undefined) return request(told);
    const name = secretNameOf(reference);
    if (isSignInSecret(name)) throw secretReserved(name);
    const secret = await vault.resolve(reference);
    const release = live.add(secret);
    try {
      if (!SECRET.test(secret)) throw clientSecretUnusable(name);
      return await request({ ...told, client_secret: secret });
    } finally {
      release();
    }
  };
}
