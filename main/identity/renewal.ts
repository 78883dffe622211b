/**
 * Owns when tokens are renewed: before they end, or once after a refusal; one renewal at a time for all who wait. A sign-in
 * that is over is removed. What cannot be renewed now is still used as long as it lives, and never after.
 */
import { CompanionError } from '../../preload/contract/failure.ts';
import type { WithClient } from './configured-client.ts';
import type { Guard } from './guarded-fetch.ts';
import { renewalFailed } from './identity-failures.ts';
import type { KeptSignIn } from './kept-sign-in.ts';
import type { StoredSignIn } from './stored-sign-in.ts';
import { renew } from './token-requests.ts';

/** Tokens are renewed this long before they end; short-lived ones when half of their life is over. */
const RENEW_BEFORE_MS = 60_000;
/** After a renewal that failed. */
const RETRY_MS = 15_000;
/** A token that came of a refusal and is refused too within this time is the server's last word. */
const LAST_WORD_MS = 60_000;

export interface RenewalOptions {
  readonly connector: string;
  readonly kept: KeptSignIn;
  /** Runs what changes the stored sign-in one after the other. */
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
  readonly openGuard: () => Guard;
  readonly withClient: WithClient;
  readonly now: () => number;
  readonly warn?: (text: string) => void;
}

export interface Renewal {
  /** A token that works for a moment at least; undefined when nobody is signed in. */
  authorization(): Promise<string | undefined>;
  /** Whether there are other credentials than the ones that a server refused. */
  betterThan(sent: string | undefined): Promise<boolean>;
}

/** Says itself what a person can do about it: unlock the keychain, store a secret, correct the client id. */
export function isForPerson(error: unknown): boolean {
  return error instanceof CompanionError && /^E_(?:KEYCHAIN|VAULT|SECRET|SIGN_IN_CLIENT)/.test(error.code);
}

const bearerOf = (signIn: StoredSignIn): string => `Bearer ${signIn.tokens.access}`;

export function createRenewal(options: RenewalOptions): Renewal {
  const { connector, kept, inTurn, openGuard, withClient, now, warn } = options;
  let renewing: Promise<StoredSignIn | undefined> | undefined;
  /** Of which token, so that a new sign-in starts afresh. */
  let failure: { readonly bearer: string; readonly error: CompanionError; readonly until: number } | undefined;
  let forced: { readonly bearer: string; readonly until: number } | undefined;

  async function renewNow(stale: StoredSignIn): Promise<StoredSignIn | undefined> {
    // Another host of this home may have renewed it, and then the refresh token in memory is spent.
    const before = await kept.reload();
    if (before === undefined || before.tokens.access !== stale.tokens.access) return before;
    if (before.tokens.refresh === undefined) return undefined;
    const renewal = await renew(before, { guard: openGuard(), withClient, now });
    if (renewal.kind === 'renewed') {
      const renewed = { ...before, tokens: renewal.tokens };
      await kept.renew(renewed);
      return renewed;
    }
    const again = await kept.reload();
    if (again !== undefined && again.tokens.refresh !== before.tokens.refresh) return again;
    await kept.end().catch(() => {
      kept.drop();
      warn?.(`The sign-in to "${connector}" is over, but it could not be removed from the keychain.`);
    });
    return undefined;
  }

  function renewOnce(stale: StoredSignIn): Promise<StoredSignIn | undefined> {
    renewing ??= inTurn(() => renewNow(stale)).finally(() => (renewing = undefined));
    return renewing;
  }

  function isDue({ tokens: { issuedAt, expiresAt } }: StoredSignIn): boolean {
    if (expiresAt === undefined) return false;
    return now() >= expiresAt - Math.min(RENEW_BEFORE_MS, (expiresAt - issuedAt) / 2);
  }

  function asFailure(error: unknown): CompanionError {
    if (!(error instanceof CompanionError)) return renewalFailed(connector, 'something went wrong.');
    return isForPerson(error) ? error : renewalFailed(connector, error.message);
  }

  return {
    async authorization() {
      const signIn = await kept.current();
      if (signIn === undefined) return undefined;
      const bearer = bearerOf(signIn);
      if (!isDue(signIn)) return bearer;
      const { expiresAt, refresh } = signIn.tokens;
      const isOver = expiresAt !== undefined && now() >= expiresAt;
      if (refresh === undefined) return isOver ? undefined : bearer;
      if (failure === undefined || failure.bearer !== bearer || now() >= failure.until) {
        try {
          const renewed = await renewOnce(signIn);
          return renewed === undefined ? undefined : bearerOf(renewed);
        } catch (error) {
          failure = { bearer, error: asFailure(error), until: now() + RETRY_MS };
        }
      }
      if (isOver) throw failure.error;
      return bearer;
    },

    async betterThan(sent) {
      const signIn = await kept.current();
      if (signIn === undefined) return false;
      if (bearerOf(signIn) !== sent) return true;
      if (signIn.tokens.refresh === undefined) return false;
      if (forced?.bearer === sent && now() < forced.until) return false;
      const renewed = await renewOnce(signIn);
      if (renewed === undefined || bearerOf(renewed) === sent) return false;
      forced = { bearer: bearerOf(renewed), until: now() + LAST_WORD_MS };
      return true;
    },
  };
}
