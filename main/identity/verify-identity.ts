/**
 * Says whether an identity token was made by a tenant for one server, for whoever runs that server. EdDSA only, one audience,
 * a key that the tenant publishes now. Any doubt is a refusal that names the check; nothing of a token that failed is believed.
 */
import { decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { CompanionError } from '../../preload/contract/failure.ts';
import { createGuard, type FetchFunction } from './guarded-fetch.ts';
import { identityRefused } from './identity-failures.ts';

const SKEW_S = 30;
const MAX_TOKEN_CHARACTERS = 16_384;
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

export interface IdentityQuestion {
  readonly token: string;
  /** Id of the server that the token must be for. */
  readonly serverId: string;
  readonly jwksUrl: string;
  /** The tenant's URL, where that is to be checked too. */
  readonly issuer?: string;
  /** Without one, a guarded fetch that goes by where `jwksUrl` is. */
  readonly fetch?: FetchFunction;
  readonly now?: () => number;
}

export interface VerifiedIdentity {
  readonly kid: string;
  readonly claims: Record<string, unknown>;
}

const ASK_AGAIN = 'Ask the tenant for a new one; they live five minutes.';

const Key = z.looseObject({
  kty: z.string(),
  kid: z.string().optional(),
  crv: z.string().optional(),
  use: z.string().optional(),
  x: z.string().optional(),
});
const Keys = z.object({ keys: z.array(Key).max(200) });

function kidOf(token: string): string {
  const malformed = identityRefused(
    'MALFORMED',
    'This is not an identity token.',
    'Give the whole token, and nothing else.',
  );
  if (token.length > MAX_TOKEN_CHARACTERS || !COMPACT.test(token)) throw malformed;
  let header;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    throw malformed;
  }
  if (header.alg !== 'EdDSA')
    throw identityRefused('ALGORITHM', 'The token is not signed with EdDSA.', 'Do not accept it: no tenant signs so.');
  if (header.kid === undefined || header.kid === '')
    throw identityRefused('KEY', 'The token does not say which key signed it.', 'Do not accept it.');
  return header.kid;
}

async function keyOf(
  kid: string,
  jwksUrl: string,
  fetch: FetchFunction,
): Promise<Awaited<ReturnType<typeof importJWK>>> {
  const unreadable = identityRefused(
    'KEYS',
    'The tenant’s keys cannot be read there.',
    'Check the address of the keys.',
  );
  let found: readonly z.infer<typeof Key>[];
  try {
    const response = await fetch(jwksUrl, { headers: { accept: 'application/json' } });
    if (!response.ok) throw unreadable;
    found = Keys.parse(await response.json()).keys.filter((key) => key.kid === kid);
  } catch (error) {
    throw error instanceof CompanionError ? error : unreadable;
  }
  const [key, ...more] = found;
  if (key === undefined || more.length > 0)
    throw identityRefused(
      'KEY',
      'The tenant publishes no such key.',
      'Do not accept it; keys that changed need a new token.',
    );
  const signs = key.kty === 'OKP' && key.crv === 'Ed25519' && (key.use === undefined || key.use === 'sig');
  try {
    if (signs)
      return await importJWK({ kty: 'OKP', crv: 'Ed25519', ...(key.x === undefined ? {} : { x: key.x }) }, 'EdDSA');
  } catch {
    // Said below.
  }
  throw identityRefused('KEY', 'The key that the token names does not sign with EdDSA.', 'Do not accept it.');
}

function refusalOf(error: unknown, question: IdentityQuestion): CompanionError {
  if (error instanceof errors.JWTExpired) return identityRefused('EXPIRED', 'The token is over.', ASK_AGAIN);
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return identityRefused('CLAIMS', `The token lacks "${error.claim}".`, ASK_AGAIN);
    if (error.claim === 'aud')
      return identityRefused(
        'AUDIENCE',
        `The token is not for server "${question.serverId}".`,
        'Check the server’s id.',
      );
    if (error.claim === 'iss')
      return identityRefused(
        'ISSUER',
        'The token is from another tenant.',
        'Check the issuer, and whose keys you named.',
      );
    if (error.claim === 'nbf')
      return identityRefused('NOT_YET', 'The token does not count yet.', 'Check this machine’s clock.');
    return identityRefused('CLAIMS', `The token's "${error.claim}" is not what it should be.`, ASK_AGAIN);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return identityRefused('SIGNATURE', 'The signature does not fit.', 'Do not accept it: it was changed or made up.');
  return identityRefused('MALFORMED', 'This is not an identity token.', 'Give the whole token, and nothing else.');
}

/** Rejects with E_IDENTITY_… or, where the keys cannot be fetched, with what guarded-fetch.ts says. */
export async function verifyIdentity(question: IdentityQuestion): Promise<VerifiedIdentity> {
  const { token, serverId, jwksUrl, issuer, now = Date.now } = question;
  const kid = kidOf(token);
  if (!URL.canParse(jwksUrl))
    throw identityRefused('KEYS', 'The address of the keys is none.', 'Give the whole address: https://…');
  const server = new URL(jwksUrl);
  const key = await keyOf(kid, jwksUrl, question.fetch ?? createGuard({ server }).fetch);
  const audience = `runlayer:identity-forward:${serverId}`;
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      audience,
      clockTolerance: SKEW_S,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'iss', 'sub', 'subject_type'],
      ...(issuer === undefined ? {} : { issuer }),
    });
    // A token for several servers could be carried from one to the other.
    if (payload.aud !== audience && !(Array.isArray(payload.aud) && payload.aud.length === 1))
      throw new errors.JWTClaimValidationFailed('several audiences', payload, 'aud');
    return { kid, claims: { ...payload } };
  } catch (error) {
    throw refusalOf(error, question);
  }
}
