/**
 * Turns what the SDK's OAuth functions give or throw into what we keep or say. Their errors quote whole answers of a server,
 * tokens perhaps, so only an error code of RFC 6749's form is ever taken from one.
 */
import type * as Sdk from '@modelcontextprotocol/client';
import { CompanionError } from '../../preload/contract/failure.ts';
import { readScope } from './challenge.ts';
import { tokenUnusable } from './identity-failures.ts';
import { StoredTokens } from './stored-sign-in.ts';

const ERROR_CODE = /^[a-z][a-z0-9_]{0,39}$/;
const MAX_LIFE_S = 10 * 365 * 24 * 3600;

/** The SDK, loaded when somebody signs in or a token ends: most companions never need it. */
export const loadSdk = (): Promise<typeof Sdk> => import('@modelcontextprotocol/client');

/** An OAuth error code that can be shown, else `unknown_error`. */
export function shownErrorCode(code: string): string {
  return ERROR_CODE.test(code) ? code : 'unknown_error';
}

/** The error code of an authorization server's answer; undefined where it was none. */
export function errorCodeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || thrown instanceof CompanionError) return undefined;
  if (thrown.name !== 'OAuthError' || !('code' in thrown) || typeof thrown.code !== 'string') return undefined;
  return shownErrorCode(thrown.code);
}

/** What authorization servers say of a client that they do not know, or whose secret is wrong. The last one is GitHub's word. */
const ABOUT_CLIENT = new Set(['invalid_client', 'incorrect_client_credentials']);

export function isAboutClient(code: string | undefined): boolean {
  return code !== undefined && ABOUT_CLIENT.has(code);
}

/** Throws E_SIGN_IN_TOKEN where a server could not be called with them. `before`: what they replace. */
export function keepTokens(tokens: Sdk.OAuthTokens, now: number, before?: StoredTokens): StoredTokens {
  if (tokens.token_type.toLowerCase() !== 'bearer') throw tokenUnusable('a token that is not a bearer token');
  const life = tokens.expires_in;
  const lives = life !== undefined && Number.isFinite(life) && life >= 0;
  const refresh = tokens.refresh_token ?? before?.refresh;
  const scope = readScope(tokens.scope) ?? before?.scope;
  const kept = StoredTokens.safeParse({
    access: tokens.access_token,
    issuedAt: now,
    ...(refresh === undefined || refresh === '' ? {} : { refresh }),
    ...(scope === undefined ? {} : { scope }),
    ...(lives ? { expiresAt: now + Math.floor(Math.min(life, MAX_LIFE_S) * 1000) } : {}),
  });
  if (!kept.success) throw tokenUnusable('a token that cannot be sent');
  return kept.data;
}
