/**
 * Owns the sign-in to one connector's server: begins it, keeps its tokens in the keychain, has them renewed, and forgets them.
 * Tokens are used for the exact server address and issuer that they were made for. One sign-in at a time. What cannot be read
 * or renewed is a refusal that says to sign in; nothing is ever sent without a token instead.
 */
import { randomBytes } from 'node:crypto';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { After } from '../secrets/backend.ts';
import type { Authority } from '../transport/http-upstream/authority.ts';
import { authorityReason } from '../transport/http-upstream/failure-words.ts';
import { joinChallenges, readChallenge, type Challenge } from './challenge.ts';
import { configuredClient, createWithClient, type ConfiguredClientOptions } from './configured-client.ts';
import { createGuard, type Guard, type GuardOptions } from './guarded-fetch.ts';
import * as failures from './identity-failures.ts';
import { keepSignIn, type KeptSignInOptions } from './kept-sign-in.ts';
import { createLoopback, type OpenLoopback } from './loopback-callback.ts';
import { createRenewal, isForPerson } from './renewal.ts';
import { beginSignIn, type BegunSignIn } from './sign-in.ts';
import { secretsOf } from './stored-sign-in.ts';
import { revoke } from './token-requests.ts';

export interface SignedIn {
  readonly connector: string;
  /** What the tokens are good for, in the authorization server's words. */
  readonly scope: string | undefined;
  /** When it ends for good, in milliseconds since 1970; undefined where it is renewed, or nobody said. */
  readonly endsAt: number | undefined;
}

export interface SignIn {
  /** To be opened in the person's browser. */
  readonly authorizationUrl: string;
  /** Rejects with a CompanionError. */
  readonly done: Promise<SignedIn>;
  cancel(): void;
}

export interface SignedOut {
  readonly wasSignedIn: boolean;
  /** The authorization server said that it forgot the tokens too. */
  readonly revoked: boolean;
}

export interface OAuth {
  /** `Bearer …`; undefined when nobody is signed in. Rejects where the keychain or a renewal does. */
  authorization(): Promise<string | undefined>;
  /** What to do after a refusal: see {@link Authority}. Never rejects. */
  refused: Authority['refused'];
  /** Rejects where it cannot begin. One that is under way ends with E_SIGN_IN_REPLACED. */
  signIn(): Promise<SignIn>;
  /** Forgets the tokens, then asks the authorization server to do so too. Rejects where the keychain does. */
  signOut(): Promise<SignedOut>;
  /** Ends a sign-in that is under way; what is stored stays. */
  close(): void;
}

/** `url`: exactly as the definition has it. */
export interface OAuthOptions extends KeptSignInOptions, ConfiguredClientOptions {
  readonly now?: () => number;
  readonly after?: After;
  readonly openLoopback?: OpenLoopback;
  readonly openGuard?: (options: GuardOptions) => Guard;
  readonly randomToken?: () => string;
  /** Where our client metadata document is, for authorization servers that read one instead of registering us. */
  readonly clientMetadataUrl?: string;
}

export function createOAuth(options: OAuthOptions): OAuth {
  const { connector, url, clientId, vault, live, after } = options;
  const now = options.now ?? Date.now;
  const openGuard = options.openGuard ?? createGuard;
  const openLoopback = options.openLoopback ?? createLoopback(after);
  const randomToken = options.randomToken ?? ((): string => randomBytes(32).toString('base64url'));
  const signInReason = `sign in with "${failures.loginCommand(connector)}"`;

  let challenge: Challenge | undefined;
  let attempt: AbortController | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = tail.then(task, task);
    tail = turn.catch(() => undefined);
    return turn;
  }

  const guardFor = (serverUrl: string, signal?: AbortSignal): Guard =>
    openGuard({
      server: new URL(serverUrl),
      ...(after === undefined ? {} : { after }),
      ...(signal === undefined ? {} : { signal }),
    });

  const kept = keepSignIn(options);
  const withClient = createWithClient(options);
  const renewal = createRenewal({ ...options, kept, inTurn, now, withClient, openGuard: () => guardFor(url) });

  const refused: Authority['refused'] = async ({ status, challenge: header, sent }) => {
    const asked = readChallenge(header);
    if (asked !== undefined) challenge = joinChallenges(challenge, asked);
    if (status === 403) {
      const reason =
        asked?.insufficientScope === true
          ? `the server wants more rights than the sign-in has: ${signInReason} again`
          : 'the server does not allow this to whoever is signed in';
      return { kind: 'refused', reason };
    }
    try {
      if (await renewal.betterThan(headerOf(sent, 'authorization'))) return { kind: 'retry' };
      return { kind: 'refused', reason: signInReason };
    } catch (error) {
      const reason = isForPerson(error) ? authorityReason(error) : 'the sign-in could not be renewed, try again later';
      return { kind: 'refused', reason };
    }
  };

  async function begin(signal: AbortSignal): Promise<BegunSignIn> {
    // Nobody should go through a sign-in whose tokens cannot be kept.
    const { state, detail } = await vault.state({ again: true });
    if (state !== 'ready') throw failures.keychainNotReady(state === 'locked', detail);
    // Nor one that ends without the secret that its last step needs.
    if (clientId !== undefined) await withClient(configuredClient(clientId), () => Promise.resolve());
    const before = await kept.current().catch(() => undefined);
    signal.throwIfAborted();
    return beginSignIn({
      serverUrl: url,
      challenge,
      grantedScope: before?.tokens.scope,
      guard: guardFor(url, signal),
      signal,
      openLoopback,
      randomToken,
      now,
      withClient,
      ...(clientId === undefined ? {} : { clientId }),
      ...(clientId === undefined || before === undefined ? {} : { clientIssuer: before.issuer }),
      ...(options.clientMetadataUrl === undefined ? {} : { clientMetadataUrl: options.clientMetadataUrl }),
    });
  }

  async function finish(begun: BegunSignIn, signal: AbortSignal): Promise<SignedIn> {
    try {
      const signedIn = await begun.tokens;
      await inTurn(async () => {
        signal.throwIfAborted();
        await kept.begin(signedIn);
        challenge = undefined;
      });
      await begun.shown('done');
      const { refresh, scope, expiresAt } = signedIn.tokens;
      return { connector, scope, endsAt: refresh === undefined ? expiresAt : undefined };
    } catch (error) {
      await begun.shown('failed', error instanceof CompanionError ? error : undefined);
      throw error;
    }
  }

  return {
    authorization: () => renewal.authorization(),
    refused,

    async signIn() {
      attempt?.abort(failures.signInReplaced());
      const mine = new AbortController();
      attempt = mine;
      const begun = await begin(mine.signal);
      const done = finish(begun, mine.signal);
      done.catch(() => undefined);
      return {
        authorizationUrl: begun.authorizationUrl,
        done,
        cancel: () => mine.abort(failures.signInCancelled()),
      };
    },

    async signOut() {
      attempt?.abort(failures.signInCancelled());
      const before = await inTurn(() => kept.end());
      if (before === undefined) return { wasSignedIn: false, revoked: false };
      const releases = secretsOf(before).map((text) => live.add(text));
      try {
        return { wasSignedIn: true, revoked: await revoke(before, { guard: guardFor(before.serverUrl), withClient }) };
      } finally {
        for (const release of releases) release();
      }
    },

    close() {
      attempt?.abort(failures.signInCancelled());
      kept.drop();
    },
  };
}

function headerOf(headers: Readonly<Record<string, string>>, wanted: string): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
