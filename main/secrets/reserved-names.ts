/** Keychain name of the private key that signs the journal's checkpoints. */
export const AUDIT_KEY_SECRET = 'audit.signing-key';

/** Keychain name of what `audit verify` trusts: the public key, and how far each chain had come. */
export const AUDIT_HEAD_SECRET = 'audit.head';

/** Keychain name of a planted value. */
export const canarySecret = (id: string): string => `canary.${id}`;

const CANARY = /^canary\.[0-9a-f]{16}$/;

export const isCanarySecret = (name: string): boolean => CANARY.test(name);

/** Names under which the companion itself keeps things. As narrow as can be: a person may use any other name. */
const RESERVED: readonly RegExp[] = [
  // The sign-in of a connector: main/identity/stored-sign-in.ts.
  /^oauth\./,
  // The key of a tenant: main/backend/tenant-keys.ts.
  /^tenant\.[0-9a-f]{32}$/,
  // Planted values: canaries.ts.
  CANARY,
  // Both names above.
  /^audit\.(?:signing-key|head)$/,
];

/** Whether a secret is the companion's own: nobody sets it by name, and no definition refers to it, or it would be sent. */
export function isReservedSecret(name: string): boolean {
  const folded = name.toLowerCase();
  return RESERVED.some((pattern) => pattern.test(folded));
}
