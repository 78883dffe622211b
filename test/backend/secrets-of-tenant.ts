/** Keys and codes that the tenant gives out. Only hashes are stored. */
import { createHash, randomBytes, randomInt } from 'node:crypto';

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export const newUserKey = (): string => `rl_${randomBytes(24).toString('base64url')}`;
export const newOrganisationKey = (): string => `rl_org_${randomBytes(24).toString('base64url')}`;
export const newDeviceCode = (): string => randomBytes(32).toString('base64url');
export const newClientSecret = (): string => `rlas_${randomBytes(24).toString('base64url')}`;

/** Without letters and digits that look alike. */
const CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

export function newUserCode(): string {
  const letters = Array.from({ length: 8 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)] ?? 'B').join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
