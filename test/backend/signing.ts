/** The tenant's Ed25519 key: identity tokens for upstreams, and access tokens of agent accounts. Made anew at each start. */
import { exportJWK, generateKeyPair, jwtVerify, SignJWT, calculateJwkThumbprint, type JWTPayload } from 'jose';

export interface Signing {
  readonly jwks: { readonly keys: readonly object[] };
  sign(
    claims: JWTPayload,
    about: { readonly iss: string; readonly aud: string; readonly atS: number; readonly ttlS: number },
  ): Promise<string>;
  /** Rejects for whatever is not one of ours, or over. */
  verify(
    token: string,
    about: { readonly iss: string; readonly aud: string; readonly now: number },
  ): Promise<JWTPayload>;
}

export async function createSigning(newId: () => string): Promise<Signing> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    jwks: { keys: [{ ...jwk, kid, alg: 'EdDSA', use: 'sig' }] },
    sign: (claims, { iss, aud, atS, ttlS }) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'JWT' })
        .setIssuer(iss)
        .setAudience(aud)
        .setIssuedAt(atS)
        .setExpirationTime(atS + ttlS)
        .setJti(newId())
        .sign(privateKey),
    async verify(token, { iss, aud, now }) {
      const checks = { issuer: iss, audience: aud, currentDate: new Date(now), algorithms: ['EdDSA'] };
      return (await jwtVerify(token, publicKey, checks)).payload;
    },
  };
}
