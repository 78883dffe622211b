import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyIdentity, type IdentityQuestion } from '../../main/identity/verify-identity.ts';
import { codeOf, failureOf } from '../secrets/fakes.ts';
import { NOW } from './rig.ts';

const ISSUER = 'https://acme.runlayer.com';
const JWKS = 'https://acme.runlayer.com/.well-known/runlayer-identity-forward.jwks.json';
const SECONDS = NOW / 1000;

let ours: CryptoKey;
let others: CryptoKey;
let published: JWK;

beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  ours = pair.privateKey;
  published = { ...(await exportJWK(pair.publicKey)), kid: 'k1', use: 'sig', alg: 'EdDSA' };
  others = (await generateKeyPair('EdDSA')).privateKey;
});

function claims(over: JWTPayload = {}): JWTPayload {
  return {
    iss: ISSUER,
    aud: 'runlayer:identity-forward:srv-1',
    sub: 'user-1',
    subject_type: 'user',
    organization_id: 'org-1',
    jti: 'j1',
    iat: SECONDS,
    exp: SECONDS + 300,
    ...over,
  };
}

function sign(payload: JWTPayload, key = ours, header: Record<string, string> = {}): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid: 'k1', ...header }).sign(key);
}

const serving =
  (body: unknown, status = 200) =>
  () =>
    Promise.resolve(Response.json(body, { status }));

function verify(token: string, over: Partial<IdentityQuestion> = {}) {
  const fetch = serving({ keys: [{ kty: 'RSA', kid: 'k0' }, published] });
  return verifyIdentity({ token, serverId: 'srv-1', jwksUrl: JWKS, now: () => NOW, fetch, ...over });
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token that is genuine', () => {
  it('gives its claims', async () => {
    expect(await verify(await sign(claims()), { issuer: ISSUER })).toEqual({ kid: 'k1', claims: claims() });
  });

  it('may name its one server in a list, and be 30 s early or late', async () => {
    await verify(await sign(claims({ aud: ['runlayer:identity-forward:srv-1'] })));
    await verify(await sign(claims({ exp: SECONDS - 29 })));
    await verify(await sign(claims({ nbf: SECONDS + 30 })));
  });
});

describe('a token that is not', () => {
  it.each<[string, string, JWTPayload]>([
    ['is for another server', 'AUDIENCE', { aud: 'runlayer:identity-forward:srv-2' }],
    ['is for a server whose id only begins so', 'AUDIENCE', { aud: 'runlayer:identity-forward:srv-10' }],
    [
      'is for several servers',
      'AUDIENCE',
      { aud: ['runlayer:identity-forward:srv-1', 'runlayer:identity-forward:srv-2'] },
    ],
    ['is for the bare id', 'AUDIENCE', { aud: 'srv-1' }],
    ['is over', 'EXPIRED', { exp: SECONDS - 31 }],
    ['does not count yet', 'NOT_YET', { nbf: SECONDS + 31 }],
    ['is from another tenant', 'ISSUER', { iss: 'https://evil.runlayer.com' }],
  ])('%s: %s', async (_what, check, over) => {
    expect(await codeOf(verify(await sign(claims(over)), { issuer: ISSUER }))).toBe(`E_IDENTITY_${check}`);
  });

  it.each(['exp', 'iss', 'sub', 'subject_type', 'aud'])('lacks %s', async (name) => {
    const rest = claims();
    delete rest[name];
    expect(await codeOf(verify(await sign(rest)))).toBe('E_IDENTITY_CLAIMS');
  });

  it('was signed by somebody else, or changed', async () => {
    expect(await codeOf(verify(await sign(claims(), others)))).toBe('E_IDENTITY_SIGNATURE');
    const [header, , signature] = (await sign(claims())).split('.');
    const changed = [header, base64(claims({ sub: 'the-boss' })), signature].join('.');
    expect(await codeOf(verify(changed))).toBe('E_IDENTITY_SIGNATURE');
  });

  it.each(['none', 'HS256', 'RS256', 'ES256', 'Ed25519'])('says that it is signed with %s', async (alg) => {
    const [, payload, signature] = (await sign(claims())).split('.');
    const forged = [base64({ alg, kid: 'k1' }), payload, signature].join('.');
    expect(await codeOf(verify(forged))).toBe('E_IDENTITY_ALGORITHM');
  });

  it('was signed with HMAC and the public key', async () => {
    const key = new TextEncoder().encode(published.x);
    const forged = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(key);
    expect(await codeOf(verify(forged))).toBe('E_IDENTITY_ALGORITHM');
  });

  it.each([
    '',
    'a',
    'a.b',
    'a.b.c',
    'a.b.c.d',
    'eyJhbGciOiJFZERTQSJ9..',
    `${'a'.repeat(20_000)}.b.c`,
    'null.null.null',
    ' ',
  ])('is none at all: %#', async (text) => {
    expect(await codeOf(verify(text))).toMatch(/^E_IDENTITY_MALFORMED$/);
  });

  it('carries its own key', async () => {
    const pair = await generateKeyPair('EdDSA', { extractable: true });
    const jwk = await exportJWK(pair.publicKey);
    const forged = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', jwk })
      .sign(pair.privateKey);
    expect(await codeOf(verify(forged))).toBe('E_IDENTITY_SIGNATURE');
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['another key', { kid: 'k2' }],
    ['none', { kid: undefined }],
    ['an empty one', { kid: '' }],
  ])('names %s', async (_what, header) => {
    expect(await codeOf(verify(await sign(claims(), ours, header as Record<string, string>)))).toBe('E_IDENTITY_KEY');
  });
});

describe('keys', () => {
  it.each<[string, unknown, string]>([
    ['no keys', { keys: [] }, 'KEY'],
    ['not the shape', { keys: 'k1' }, 'KEYS'],
    ['no object', 'keys', 'KEYS'],
    ['too many', { keys: Array.from({ length: 201 }, () => ({ kty: 'OKP' })) }, 'KEYS'],
    ['another kind of key', { keys: [{ kty: 'EC', crv: 'P-256', kid: 'k1', x: 'a', y: 'b' }] }, 'KEY'],
    ['a shared key', { keys: [{ kty: 'oct', kid: 'k1', k: 'c2VjcmV0' }] }, 'KEY'],
    ['a curve that does not sign', { keys: [{ kty: 'OKP', crv: 'X25519', kid: 'k1', x: 'AA' }] }, 'KEY'],
    ['half a key', { keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'k1' }] }, 'KEY'],
  ])('that are %s', async (_what, keys, check) => {
    const token = await sign(claims());
    expect(await codeOf(verify(token, { fetch: serving(keys) }))).toBe(`E_IDENTITY_${check}`);
  });

  it('that are two of one name, or for encryption, are none', async () => {
    const token = await sign(claims());
    expect(await codeOf(verify(token, { fetch: serving({ keys: [published, published] }) }))).toBe('E_IDENTITY_KEY');
    expect(await codeOf(verify(token, { fetch: serving({ keys: [{ ...published, use: 'enc' }] }) }))).toBe(
      'E_IDENTITY_KEY',
    );
    expect(await codeOf(verify(token, { fetch: serving({ keys: [published] }, 500) }))).toBe('E_IDENTITY_KEYS');
  });

  it('are not fetched in the clear, and not for a token that cannot be one', async () => {
    const token = await sign(claims());
    const question = { token, serverId: 'srv-1', now: () => NOW };
    const failure = await failureOf(verifyIdentity({ ...question, jwksUrl: 'http://acme.example/jwks' }));
    expect(failure.code).toBe('E_ADDRESS_REFUSED');
    expect(await codeOf(verifyIdentity({ ...question, jwksUrl: 'acme/jwks' }))).toBe('E_IDENTITY_KEYS');
    const fetch = (): Promise<never> => Promise.reject(new Error('must not be asked'));
    expect(await codeOf(verify('a.b.c', { fetch }))).toBe('E_IDENTITY_MALFORMED');
  });
});
