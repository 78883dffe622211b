/**
 * What is kept of a sign-in: one JSON document in the keychain, under a name that nothing else uses. It belongs to one exact
 * server address; for another one, and for a document that does not fit, nobody is signed in. Never in a file, never shown.
 */
import { z } from 'zod';
import { CompanionError } from '../../preload/contract/failure.ts';
import { isReservedSecret } from '../secrets/reserved-names.ts';
import type { SecretVault } from '../secrets/vault.ts';

/** The first word of every name that holds a sign-in. */
const RESERVED = 'oauth.';

export type SignInVault = Pick<SecretVault, 'list' | 'set' | 'resolve' | 'remove' | 'state'>;

/** Keychain name of a connector's sign-in. */
export function signInSecret(connector: string): string {
  return `${RESERVED}${connector}`;
}

/** Whether a secret is the companion's own: no definition may refer to it, or a sign-in would go to another server. */
export const isSignInSecret = isReservedSecret;

/** What a header can carry after `Bearer `. */
const Token = z.string().regex(/^[\x21-\x7e]{1,32768}$/);
const Text = z.string().max(8192);

export const StoredClient = z.strictObject({
  client_id: Text.min(1),
  client_secret: Text.min(1).optional(),
  token_endpoint_auth_method: Text.optional(),
  /** The id was given by a person; its secret, where it has one, is never part of this document. */
  configured: z.literal(true).optional(),
});
export type StoredClient = z.infer<typeof StoredClient>;

export const StoredTokens = z.strictObject({
  access: Token,
  refresh: Text.min(1).optional(),
  scope: Text.optional(),
  /** Milliseconds since 1970. */
  issuedAt: z.number().int(),
  /** Absent where the authorization server did not say when it ends. */
  expiresAt: z.number().int().optional(),
});
export type StoredTokens = z.infer<typeof StoredTokens>;

export const StoredSignIn = z.strictObject({
  version: z.literal(1),
  serverUrl: Text,
  issuer: Text,
  /** RFC 8707: whom the tokens are for. */
  resource: Text,
  client: StoredClient,
  tokens: StoredTokens,
});
export type StoredSignIn = z.infer<typeof StoredSignIn>;

function parse(text: string): StoredSignIn | undefined {
  try {
    const read = StoredSignIn.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/** The document as it is, whichever address it is for. Rejects where the keychain does. */
export async function readSignIn(vault: SignInVault, connector: string): Promise<StoredSignIn | undefined> {
  const name = signInSecret(connector);
  if (storedSince(vault, connector) === undefined) return undefined;
  try {
    return parse(await vault.resolve(`keychain:${name}`));
  } catch (error) {
    // Removed since, or its keychain is empty: nobody is signed in.
    const isGone = error instanceof CompanionError && ['E_SECRET_UNKNOWN', 'E_SECRET_MISSING'].includes(error.code);
    if (isGone) return undefined;
    throw error;
  }
}

/** Tells two documents apart without opening the keychain; undefined where there is none. */
export function storedSince(vault: SignInVault, connector: string): string | undefined {
  const name = signInSecret(connector);
  return vault.list().find((entry) => entry.name === name)?.updatedAt;
}

/** Resolves with what {@link storedSince} says from now on. */
export async function writeSignIn(vault: SignInVault, connector: string, document: StoredSignIn): Promise<string> {
  const entry = await vault.set(signInSecret(connector), JSON.stringify(StoredSignIn.parse(document)));
  return entry.updatedAt;
}

export async function removeSignIn(vault: SignInVault, connector: string): Promise<void> {
  if (storedSince(vault, connector) !== undefined) await vault.remove(signInSecret(connector));
}

/** Every text in a sign-in that must not show anywhere. */
export function secretsOf({ client, tokens }: StoredSignIn): string[] {
  return [tokens.access, tokens.refresh, client.client_secret].filter((text) => text !== undefined);
}
