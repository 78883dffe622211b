/**
 * What is sent with each request to a server over HTTP: the configured headers, the secret ones, the sign-in, the forwarded
 * identity; the later wins. Nothing that is configured can pass for a forwarded identity. Where one of them cannot be had, no
 * headers are given at all.
 */
import { isLoopbackHost, secretNameOf, secretPrefixOf, type HttpDefinition } from '../../preload/contract/connector.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { Authority } from '../transport/http-upstream/authority.ts';
import { headerValueUnusable, identityInTheClear, secretReserved, signInNeeded } from './identity-failures.ts';
import { isIdentityHeader, type IdentityForward } from './identity-forward.ts';
import type { OAuth } from './oauth.ts';
import { isSignInSecret } from './stored-sign-in.ts';

export interface AuthorityOptions {
  readonly connector: string;
  readonly definition: HttpDefinition;
  readonly vault: Pick<SecretVault, 'resolve'>;
  readonly live: Pick<LiveSecrets, 'add'>;
  /** Used where the definition says so. */
  readonly oauth: Pick<OAuth, 'authorization' | 'refused'>;
  readonly identity?: Pick<IdentityForward, 'headers'>;
}

export interface OpenAuthority {
  readonly authority: Authority;
  /** The session is over. */
  readonly release: () => void;
}

const HEADER_VALUE = /^[\x20-\x7e]*$/;

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

async function resolveHeaders(
  { definition, vault, live }: AuthorityOptions,
  releases: (() => void)[],
): Promise<Record<string, string>> {
  const resolved: Record<string, string> = {};
  for (const [header, reference] of Object.entries(withoutIdentity(definition.secrets))) {
    const name = secretNameOf(reference);
    if (isSignInSecret(name)) throw secretReserved(name);
    const value = await vault.resolve(`keychain:${name}`);
    releases.push(live.add(value));
    if (!HEADER_VALUE.test(value)) throw headerValueUnusable(header, name);
    resolved[header] = `${secretPrefixOf(reference)}${value}`;
  }
  return resolved;
}

/** Resolves the secrets once, for one session. Rejects where one cannot be had; then nothing is held. */
export async function oauthAuthority(options: AuthorityOptions): Promise<OpenAuthority> {
  const { connector, definition, oauth, identity } = options;
  const url = new URL(definition.url);
  const isPrivate = url.protocol === 'https:' || isLoopbackHost(url.hostname);
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const one of releases.splice(0)) one();
  };
  const secrets = await resolveHeaders(options, releases).catch((error: unknown) => {
    release();
    throw error;
  });
  const fixed = new HeaderSet().add(withoutIdentity(definition.headers)).add(secrets).toObject();

  async function headers(): Promise<Record<string, string>> {
    const sent = new HeaderSet().add(fixed);
    if (definition.oauth) {
      const authorization = await oauth.authorization();
      if (authorization === undefined) throw signInNeeded(connector);
      sent.add({ Authorization: authorization });
    }
    const forwarded = (await identity?.headers()) ?? {};
    if (Object.keys(forwarded).length > 0 && !isPrivate) throw identityInTheClear();
    return sent.add(forwarded).toObject();
  }

  const refused: Authority['refused'] = (facts) => {
    if (definition.oauth) return oauth.refused(facts);
    if (facts.status === 403) return Promise.resolve({ kind: 'refused', reason: 'the server does not allow this' });
    const reason =
      Object.keys(definition.secrets).length > 0
        ? `the server does not take the credentials of "${connector}": store them again with "runlayer secrets set"`
        : `the server asks for credentials: give some with "runlayer connectors edit ${connector}"`;
    return Promise.resolve({ kind: 'refused', reason });
  };

  return { authority: { headers, refused }, release };
}
