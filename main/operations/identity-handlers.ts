import { agreedClient } from '../connectors/agreed-client.ts';
import { checkConsent } from '../connectors/consent.ts';
import { unknownConnector } from '../connectors/startable-connector.ts';
import { signInNotNeeded, signInUnknown } from '../identity/identity-failures.ts';
import type { OAuth, SignedIn } from '../identity/oauth.ts';
import type { OAuthRegistry } from '../identity/oauth-registry.ts';
import { signInSecret } from '../identity/stored-sign-in.ts';
import { verifyIdentity } from '../identity/verify-identity.ts';
import { CompanionError, isHttpDefinition, type Connector } from '../../preload/contract/index.ts';
import type { Handlers } from './dispatch.ts';

export interface IdentityParts {
  readonly find: (name: string) => Connector | undefined;
  readonly oauth: OAuthRegistry;
  /** Names a sign-in for whoever waits for it. */
  readonly newSignInId: () => string;
  readonly recordSecret: (name: string, change: 'set' | 'removed', by: string) => void;
  readonly verify?: typeof verifyIdentity;
}

type IdentityHandlers = Pick<
  Handlers,
  'connectors.signIn' | 'connectors.signInResult' | 'connectors.signOut' | 'identity.verify'
>;

/** How many sign-ins are remembered; one lasts five minutes at most. */
const MAX_REMEMBERED = 32;

export function identityHandlers(parts: IdentityParts): IdentityHandlers {
  const { find, oauth, verify = verifyIdentity } = parts;
  const begun = new Map<string, Promise<SignedIn>>();

  function oauthOf(name: string): OAuth {
    const connector = find(name);
    if (connector === undefined) throw unknownConnector(name);
    const { definition } = connector;
    if (!isHttpDefinition(definition) || !definition.oauth) throw signInNotNeeded(name);
    // Nobody is sent to an address that a person never agreed to.
    const check = checkConsent(connector, undefined);
    if (!check.ok) {
      const { code, message, next } = check.failure;
      throw new CompanionError(code, message, next, { exitCode: check.exitCode });
    }
    return oauth.of(name, definition);
  }

  return {
    'connectors.signIn': async ({ name }, context) => {
      const { authorizationUrl, done } = await oauthOf(name).signIn();
      const id = parts.newSignInId();
      const recorded = done.then((signedIn) => {
        parts.recordSecret(signInSecret(name), 'set', context.by);
        return signedIn;
      });
      recorded.catch(() => undefined);
      begun.set(id, recorded);
      for (const old of [...begun.keys()].slice(0, -MAX_REMEMBERED)) begun.delete(old);
      return { id, authorizationUrl };
    },
    'connectors.signInResult': async ({ id }) => {
      const done = begun.get(id);
      if (done === undefined) throw signInUnknown();
      const { connector, scope, endsAt } = await done;
      return {
        connector,
        scope: scope ?? null,
        endsAt: endsAt === undefined ? null : new Date(endsAt).toISOString(),
      };
    },
    'connectors.signOut': async ({ name }, context) => {
      const connector = find(name);
      if (connector === undefined) throw unknownConnector(name);
      const out = await oauth.signOut(name, agreedClient(connector));
      if (out.wasSignedIn) parts.recordSecret(signInSecret(name), 'removed', context.by);
      return out;
    },
    'identity.verify': async ({ token, serverId, jwksUrl, issuer }) =>
      verify({ token, serverId, jwksUrl, ...(issuer === undefined ? {} : { issuer }) }),
  };
}
