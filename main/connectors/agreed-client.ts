import { isHttpDefinition, type Connector, type OAuthClient } from '../../preload/contract/connector.ts';
import { checkConsent } from './consent.ts';

/** The client id of a connector, where a person agreed to it: only then may its secret leave for an authorization server. */
export function agreedClient(connector: Connector): OAuthClient | undefined {
  const { definition } = connector;
  if (!isHttpDefinition(definition) || !checkConsent(connector, undefined).ok) return undefined;
  return definition.oauthClient;
}
