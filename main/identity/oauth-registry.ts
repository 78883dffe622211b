/**
 * Owns one {@link OAuth} for each connector, so that all its sessions share one renewal and one sign-in. A connector whose
 * address changed gets a new one; nothing of the old address is used for it.
 */
import type { HttpDefinition } from '../../preload/contract/connector.ts';
import { createOAuth, type OAuth, type OAuthOptions, type SignedOut } from './oauth.ts';

export interface OAuthRegistry {
  of(connector: string, definition: Pick<HttpDefinition, 'url'>): OAuth;
  /** Also for a connector that is gone, or signs in no longer. Rejects where the keychain does. */
  signOut(connector: string): Promise<SignedOut>;
  close(): void;
}

/** Nothing is ever sent there: signing out goes by the address that is stored with the tokens. */
const NOWHERE = 'https://nowhere.invalid/';

export function createOAuthRegistry(shared: Omit<OAuthOptions, 'connector' | 'url'>): OAuthRegistry {
  const opened = new Map<string, { readonly url: string; readonly oauth: OAuth }>();

  return {
    of(connector, { url }) {
      const known = opened.get(connector);
      if (known?.url === url) return known.oauth;
      known?.oauth.close();
      const oauth = createOAuth({ ...shared, connector, url });
      opened.set(connector, { url, oauth });
      return oauth;
    },
    signOut: (connector) =>
      (opened.get(connector)?.oauth ?? createOAuth({ ...shared, connector, url: NOWHERE })).signOut(),
    close() {
      for (const { oauth } of opened.values()) oauth.close();
      opened.clear();
    },
  };
}
