/** What a key looks like, and under which name the keychain holds it. */
import { createHash } from 'node:crypto';
import { CompanionError } from '../../preload/contract/index.ts';

const NAME_DIGITS = 32;

/** `rl_…` of a person, `rl_org_…` of an organisation; what a header can carry, and no white space. */
const KEY = /^rl_[\x21-\x7e]{1,4093}$/;

/** Keychain name of the key for exactly this origin. Reserved: see isSignInSecret in main/identity. */
export function tenantSecret(host: string): string {
  return `tenant.${createHash('sha256').update(host).digest('hex').slice(0, NAME_DIGITS)}`;
}

export function isTenantKey(key: string): boolean {
  return KEY.test(key);
}

export const notAKey = (): CompanionError =>
  new CompanionError(
    'E_TENANT_KEY',
    'This is not a key of a tenant; nothing was sent.',
    'A key begins with rl_ and is one word. Make one in the dashboard, or sign in with "runlayer login".',
    { exitCode: 2 },
  );
