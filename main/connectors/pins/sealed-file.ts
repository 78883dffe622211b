/**
 * How pins lie on disk: a line that names the form and the SHA-256 of all that follows, then one JSON document. Any changed
 * byte is noticed. It is tamper evidence against accidents and casual edits, not against a program that runs as the same user.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';

export type Unsealed =
  | { readonly kind: 'none' }
  /** `hash`: of the whole file. */
  | { readonly kind: 'good'; readonly value: unknown; readonly hash: string }
  | { readonly kind: 'bad'; readonly reason: string };

const FORM = 'rl-pins-v1';
/** The largest pins (8 MiB), each character of them escaped, fit. */
const MAX_BYTES = 64 * 1024 * 1024;

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const header = (hash: string): string => `{"form":"${FORM}","sha256":"${hash}"}`;

export interface Sealed {
  readonly bytes: Buffer;
  readonly hash: string;
}

export function seal(value: unknown): Sealed {
  const body = `${JSON.stringify(value)}\n`;
  const bytes = Buffer.from(`${header(sha256(body))}\n${body}`);
  return { bytes, hash: sha256(bytes) };
}

export function unseal(bytes: Buffer): Unsealed {
  const end = bytes.indexOf(0x0a);
  if (end < 0 || end > 256) return { kind: 'bad', reason: 'it is not of our form' };
  const first = bytes.toString('latin1', 0, end);
  const body = bytes.subarray(end + 1);
  if (first !== header(sha256(body))) {
    const newer = /^\{"form":"rl-pins-v(?:[2-9]|[1-9]\d{1,3})"/.test(first);
    return { kind: 'bad', reason: newer ? 'it is of a newer companion' : 'it was changed outside the companion' };
  }
  return { kind: 'good', value: JSON.parse(body.toString('utf8')) as unknown, hash: sha256(bytes) };
}

/** Never throws: what keeps a file from being read makes it a bad one. */
export function readSealed(path: string): Unsealed {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { kind: 'none' };
    // Through a link, a write would go to wherever somebody aimed it.
    if (!stat.isFile()) return { kind: 'bad', reason: 'it is no file' };
    if (stat.size > MAX_BYTES) return { kind: 'bad', reason: 'it is too large' };
    return unseal(readFileSync(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { kind: 'bad', reason: `it cannot be read (${code})` };
  }
}
