/** Checksums that the makers of tokens put into them. */
import { crc32 } from './crc32.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** In base 62, of six digits, as GitHub and npm write it. */
export function base62Checksum(body: string): string {
  let rest = crc32(body);
  let out = '';
  for (let digit = 0; digit < 6; digit += 1) {
    out = DIGITS.charAt(rest % 62) + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

/** `prefix_` and 36 characters of which the last six are the checksum of the thirty before: GitHub and npm. */
export function hasBase62Checksum(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1);
  return body.length === 36 && base62Checksum(body.slice(0, 30)) === body.slice(30);
}
