/** Has everything at hand that a server over HTTP needs: its credentials for this session, and the transport it speaks. */
import type { OAuth } from '../identity/oauth.ts';
import type { OAuthRegistry } from '../identity/oauth-registry.ts';
import { oauthAuthority } from '../identity/authority.ts';
import type { ParseLarge } from '../relay/lane.ts';
import type { WireLimits } from '../relay/limits.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { SecretVault } from '../secrets/vault.ts';
import { openLegacySse } from '../transport/http-upstream/legacy-sse.ts';
import type { Schedule } from '../transport/http-upstream/link.ts';
import { openStreamableHttp } from '../transport/http-upstream/streamable-http.ts';
import type { PrepareDependencies } from './prepare-server.ts';

export interface OpenHttpParts {
  readonly oauth: OAuthRegistry;
  readonly vault: Pick<SecretVault, 'list' | 'resolve'>;
  readonly live: LiveSecrets;
  readonly limits: WireLimits;
  readonly parseLarge: ParseLarge;
  readonly schedule: Schedule;
  readonly version: string;
}

const NO_SIGN_IN: Pick<OAuth, 'authorization' | 'refused'> = {
  authorization: () => Promise.resolve(undefined),
  refused: () => Promise.resolve({ kind: 'refused', reason: 'the server asks for a sign-in' }),
};

export function createOpenHttp(parts: OpenHttpParts): PrepareDependencies['openHttp'] {
  const { oauth, vault, live, limits, parseLarge, schedule, version } = parts;
  return async (name, definition, extras = {}) => {
    const { identity, credentials, application } = extras;
    const { authority, release } = await oauthAuthority({
      connector: name,
      definition,
      vault,
      live,
      // A hub config may bear the name of a connector: only who signs in has a sign-in.
      oauth: definition.oauth ? oauth.of(name, definition) : NO_SIGN_IN,
      ...(identity === undefined ? {} : { identity }),
      ...(credentials === undefined ? {} : { credentials }),
    });
    const options = {
      url: application?.url ?? definition.url,
      authority: application?.authority(authority) ?? authority,
      limits,
      parseLarge,
      now: () => performance.now(),
      schedule,
      userAgent: `runlayer-companion/${version}`,
    };
    const open = definition.transport === 'sse' ? openLegacySse(options) : openStreamableHttp(options);
    return { open: application?.open(open) ?? open, release };
  };
}
