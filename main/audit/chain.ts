import { createHash } from 'node:crypto';

/** `prev` of the first record of a chain. */
export const GENESIS = '0'.repeat(64);

/** Names what is hashed, so that a hash of the journal can never be taken for one of another format or version. */
const DOMAIN = 'rl-audit-v1';

/**
 * The longest line that is ever written, and ever read: a longer one in a file is damage. The journal's own limits on
 * strings and arguments keep records far below it.
 */
export const MAX_LINE_BYTES = 512 * 1024;

/**
 * SHA-256 (hex) over the domain, the previous hash (64 hex digits, ASCII) and the canonical record (UTF-8). Both prefixes
 * have a fixed length, so no two inputs run together.
 */
export function hashRecord(prev: string, record: string): string {
  return createHash('sha256').update(`${DOMAIN}${prev}${record}`, 'utf8').digest('hex');
}

/** One line of a segment file, newline included; `record` is canonical text. */
export function lineOf(hash: string, prev: string, record: string): string {
  return `{"hash":"${hash}","prev":"${prev}","record":${record}}\n`;
}
