import { afterEach } from 'vitest';
import { createGuard, type GuardOptions } from '../../main/identity/guarded-fetch.ts';
import { createLoopback } from '../../main/identity/loopback-callback.ts';
import { createOAuth, type OAuth, type OAuthOptions, type SignedIn } from '../../main/identity/oauth.ts';
import { createFileVault } from '../../main/secrets/file-vault.ts';
import { createKeychain } from '../../main/secrets/keychain.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { createSecretVault, type SecretVault } from '../../main/secrets/vault.ts';
import type { SecretEntry } from '../../preload/contract/secret.ts';
import { openOAuthServer, type OAuthServer, type OAuthServerOptions } from '../fixtures/servers/oauth-server.ts';
import { FakeStore, asKeytar, fakeTimers } from '../secrets/fakes.ts';

export const NOW = Date.parse('2026-11-21T08:00:00.000Z');

const toClose: (() => Promise<unknown> | void)[] = [];

/** Runs after the test, the last one first. */
export function closing(close: () => Promise<unknown> | void): void {
  toClose.push(close);
}

afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});

export interface VaultRig {
  readonly vault: SecretVault;
  readonly store: FakeStore;
  readonly live: LiveSecrets;
  /** The stored sign-in of a connector as it is, or undefined. */
  readonly stored: (connector?: string) => string | undefined;
}

/** The real vault over a keychain in memory. */
export function aVault(): VaultRig {
  const store = new FakeStore('keytar');
  const live = new LiveSecrets();
  let entries: readonly SecretEntry[] = [];
  let written = 0;
  const vault = createSecretVault({
    installId: 'inst',
    index: { read: () => entries, write: (next) => void (entries = next) },
    keychain: createKeychain({
      installId: 'inst',
      platform: 'linux',
      after: () => () => undefined,
      loadKeytar: () => Promise.resolve(asKeytar(store)),
      loadKeyring: () => Promise.reject(new Error('absent')),
    }),
    file: createFileVault('/nonexistent/home'),
    live,
    clock: () => new Date(NOW + ++written),
    after: () => () => undefined,
  });
  return { vault, store, live, stored: (connector = 'demo') => store.items.get(`inst/oauth.${connector}`) };
}

export interface Rig extends VaultRig {
  readonly server: OAuthServer;
  readonly oauth: OAuth;
  readonly clock: { now: number };
  readonly timers: ReturnType<typeof fakeTimers>;
  readonly warnings: string[];
  /** Every request that was made, as `METHOD path`. */
  readonly requests: string[];
  /** Another companion on the same keychain. */
  readonly another: (over?: Partial<OAuthOptions>) => OAuth;
  /** A whole sign-in, with a browser that does as it is told. */
  readonly signIn: (oauth?: OAuth) => Promise<SignedIn>;
}

/** A server behind OAuth, and who signs in to it. */
export async function aRig(options: OAuthServerOptions & { readonly over?: Partial<OAuthOptions> } = {}): Promise<Rig> {
  const clock = { now: NOW };
  const server = await openOAuthServer({ now: () => clock.now, ...options });
  closing(() => server.close());
  const vaultRig = aVault();
  const { vault, live } = vaultRig;
  const timers = fakeTimers();
  const warnings: string[] = [];
  const requests: string[] = [];
  const openGuard = (given: GuardOptions): ReturnType<typeof createGuard> => {
    const guard = createGuard(given);
    return {
      ...guard,
      fetch: (url, init) => {
        requests.push(`${init?.method ?? 'GET'} ${new URL(url).pathname}`);
        return guard.fetch(url, init);
      },
    };
  };
  const another = (over: Partial<OAuthOptions> = {}): OAuth => {
    const oauth = createOAuth({
      connector: 'demo',
      url: server.url,
      vault,
      live,
      now: () => clock.now,
      after: timers.after,
      openGuard,
      openLoopback: createLoopback(timers.after),
      warn: (text) => warnings.push(text),
      ...options.over,
      ...over,
    });
    closing(() => oauth.close());
    return oauth;
  };
  const oauth = another();
  return {
    ...vaultRig,
    server,
    oauth,
    clock,
    timers,
    warnings,
    requests,
    another,
    async signIn(who = oauth) {
      const { authorizationUrl, done } = await who.signIn();
      await browse(authorizationUrl);
      return done;
    },
  };
}

/** Where the authorization server sends the browser, for a person who says yes. */
export async function agree(authorizationUrl: string): Promise<URL> {
  const answer = await fetch(authorizationUrl, { redirect: 'manual' });
  const back = answer.headers.get('location');
  if (back === null) throw new Error(`no way back: ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
  return new URL(back);
}

/** Opens the link, says yes, and comes back; the page that the person sees then. */
export async function browse(authorizationUrl: string): Promise<{ readonly status: number; readonly text: string }> {
  return visit(await agree(authorizationUrl));
}

export async function visit(url: URL): Promise<{ readonly status: number; readonly text: string }> {
  const page = await fetch(url, { redirect: 'manual' });
  return { status: page.status, text: await page.text() };
}
