/**
 * Owns one {@link OAuth} for each connector, so that all its sessions share one renewal and one sign-in. A connector whose
 * address or client id changed gets a new one; nothing of the old address or id is used for it.
 */
import type { HttpDefinition, OAuthClient } from '../../preload/contract/connector.ts';
import { createOAuth, type OAuth, type OAuthOptions, type SignedOut } from './oauth.ts';

export interface OAuthRegistry {
  /** `definition`: one that a person agreed to. */
  of(connector: string, definition: Pick<HttpDefinition, 'url' | 'oauthClient'>): OAuth;
  /**
   * Also for a connector that is gone, or signs in no longer. Rejects where the keychain does.
   * @param client of the definition that a person agreed to; some servers forget tokens only for a client that names itself
   */
  signOut(connector: string, client?: OAuthClient): Promise<SignedOut>;
  close(): void;
}

/** Nothing is ever sent there: signing out goes by the address that is stored with the tokens. */
const NOWHERE = 'https://nowhere.invalid/';

interface Opened {
  readonly url: string;
  client: OAuthClient | undefined;
}

export function createOAuthRegistry(
  shared: Omit<OAuthOptions, 'connector' | 'url' | 'clientId' | 'clientSecret'>,
): OAuthRegistry {
  const opened = new Map<string, { readonly of: Opened; readonly oauth: OAuth }>();

  const create = (connector: string, of: Opened): OAuth =>
    createOAuth({
      ...shared,
      connector,
      url: of.url,
      ...(of.client === undefined ? {} : { clientId: of.client.id, clientSecret: () => of.client?.secret }),
    });

  return {
    of(connector, { url, oauthClient }) {
      const known = opened.get(connector);
      if (known?.of.url === url && known.of.client?.id === oauthClient?.id) {
        // The secret of the same id may be stored under another name by now; that ends no sign-in.
        known.of.client = oauthClient;
        return known.oauth;
      }
      known?.oauth.close();
      const of: Opened = { url, client: oauthClient };
      const oauth = create(connector, of);
      opened.set(connector, { of, oauth });
      return oauth;
    },
    signOut: (connector, client) =>
      (opened.get(connector)?.oauth ?? create(connector, { url: NOWHERE, client })).signOut(),
    close() {
      for (const { oauth } of opened.values()) oauth.close();
      opened.clear();
    },
  };
}
