/**
 * What is sent with each request to a server over HTTP: the configured headers, the secret ones, the sign-in, the forwarded
 * identity; the later wins. Nothing that is configured can pass for a forwarded identity. Where one of them cannot be had, no
 * headers are given at all.
 */
import { isLoopbackHost, type HttpDefinition } from '../../preload/contract/connector.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { Authority } from '../transport/http-upstream/authority.ts';
import { identityInTheClear, signInNeeded } from './identity-failures.ts';
import { isIdentityHeader, type IdentityForward } from './identity-forward.ts';
import type { OAuth } from './oauth.ts';
import { createSecretHeaders } from './secret-headers.ts';

export interface AuthorityOptions {
  readonly connector: string;
  readonly definition: HttpDefinition;
  readonly vault: Pick<SecretVault, 'list' | 'resolve'>;
  readonly live: Pick<LiveSecrets, 'add'>;
  /** Used where the definition says so. */
  readonly oauth: Pick<OAuth, 'authorization' | 'refused'>;
  readonly identity?: Pick<IdentityForward, 'headers'>;
  /** A tenant's own, for its own address; whoever gives them has compared the two. */
  readonly credentials?: () => Promise<Readonly<Record<string, string>>>;
}

export interface OpenAuthority {
  readonly authority: Authority;
  /** The session is over. */
  readonly release: () => void;
}

/** Headers by their lower-case names, so that none is sent in two spellings. */
class HeaderSet {
  readonly #headers = new Map<string, readonly [string, string]>();

  add(headers: Readonly<Record<string, string>>): this {
    for (const [name, value] of Object.entries(headers)) this.#headers.set(name.toLowerCase(), [name, value]);
    return this;
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.#headers.values());
  }
}

function withoutIdentity(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isIdentityHeader(name)));
}

/** Resolves the secrets for one session. Rejects where one cannot be had; then nothing is held. */
export async function oauthAuthority(options: AuthorityOptions): Promise<OpenAuthority> {
  const { connector, definition, vault, live, oauth, identity, credentials } = options;
  const url = new URL(definition.url);
  const isPrivate = url.protocol === 'https:' || isLoopbackHost(url.hostname);
  const configured = withoutIdentity(definition.headers);
  const secrets = createSecretHeaders({ secrets: withoutIdentity(definition.secrets), vault, live });
  await secrets.current();

  async function headers(): Promise<Record<string, string>> {
    const sent = new HeaderSet().add(configured).add(await secrets.current());
    if (definition.oauth) {
      const authorization = await oauth.authorization();
      if (authorization === undefined) throw signInNeeded(connector);
      sent.add({ Authorization: authorization });
    }
    if (credentials !== undefined) sent.add(await credentials());
    const forwarded = (await identity?.headers()) ?? {};
    if (Object.keys(forwarded).length > 0 && !isPrivate) throw identityInTheClear();
    return sent.add(forwarded).toObject();
  }

  /** Stored anew since `sent` left: a request that was refused meanwhile is worth a second try. */
  async function hasOtherSecrets(sent: Readonly<Record<string, string>>): Promise<boolean> {
    const now = new HeaderSet().add(await secrets.current().catch(() => ({}))).toObject();
    return Object.entries(now).some(([name, value]) => Object.hasOwn(sent, name) && sent[name] !== value);
  }

  const refused: Authority['refused'] = async (facts) => {
    if (definition.oauth) return oauth.refused(facts);
    if (await hasOtherSecrets(facts.sent)) return { kind: 'retry' };
    if (facts.status === 403) return { kind: 'refused', reason: 'the server does not allow this' };
    // Nobody can give any here: what it is sent is the tenant's to say.
    if (identity !== undefined)
      return {
        kind: 'refused',
        reason: `the server asks for credentials that the tenant of "${connector}" does not give`,
      };
    const reason =
      Object.keys(definition.secrets).length > 0
        ? `the server does not take the credentials of "${connector}": store them again with "runlayer secrets set"`
        : `the server asks for credentials: give some with "runlayer connectors edit ${connector}"`;
    return { kind: 'refused', reason };
  };

  return { authority: { headers, refused }, release: () => secrets.release() };
}
