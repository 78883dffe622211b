/** JSON Web Tokens: three parts of which the first is decoded and must be a JOSE header. The well-known example passes. */
import { Buffer } from 'node:buffer';
import type { Match } from '../match.ts';
import { secretMatch } from './secret-match.ts';
import { standsAlone } from './token-format.ts';

// A run ends where another may begin, so a long one is read once.
const TOKEN =
  /(?:(?<![A-Za-z0-9_-])|(?<=\\[bfnrt])|(?<=%[0-9A-Fa-f]{2}))eyJ[A-Za-z0-9_-]{12,4000}\.[A-Za-z0-9_-]{2,16000}\.[A-Za-z0-9_-]{0,2000}(?:\.[A-Za-z0-9_-]{1,16000}\.[A-Za-z0-9_-]{1,200})?/g;
const MIN_SIGNATURE = 20;
/** Begins the signature of the token that jwt.io shows, which half of all documentation repeats. */
const EXAMPLE_SIGNATURE = 'SflKxwRJSMeKKF2QT4fw';

export function findTokens(text: string): readonly Match[] {
  if (!text.includes('eyJ')) return [];
  const matches: Match[] = [];
  for (const found of text.matchAll(TOKEN)) {
    const [header = '', , signature = ''] = found[0].split('.');
    if (signature.length < MIN_SIGNATURE || signature.startsWith(EXAMPLE_SIGNATURE)) continue;
    if (standsAlone(text, found.index) && isJoseHeader(header)) {
      matches.push(secretMatch('json-web-token', found.index, found.index + found[0].length));
    }
  }
  return matches;
}

function isJoseHeader(part: string): boolean {
  const text = Buffer.from(part, 'base64url').toString('utf8');
  try {
    const header: unknown = JSON.parse(text);
    return typeof header === 'object' && header !== null && 'alg' in header && typeof header.alg === 'string';
  } catch {
    return false;
  }
}
