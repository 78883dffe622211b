/** Credentials in headers: `Authorization: Bearer …`, `Basic …`, `Cookie`-less; and on command lines as `-u user:password`. */
import { Buffer } from 'node:buffer';
import type { Match } from '../match.ts';
import { isWordForSecret } from './made-up-passwords.ts';
import { entropyOf, kindsIn } from './placeholders.ts';
import { secretMatch } from './secret-match.ts';

const BEARER = /\b(?:bearer|token|apikey|api-key|bot)(?:\s{1,4}|%20|\+)["']?([A-Za-z0-9_.~+/=:-]{16,2000})/gi;
const BASIC = /\bbasic(?:\s{1,4}|%20|\+)([A-Za-z0-9+/_-]{8,400}={0,2})/gi;
const COMMAND_LINE = /(?:\s|^)(?:-u|--user|--proxy-user)[\s=]{1,4}["']?([^\s:"'\\]{1,64}):(?!\/\/)([^\s"'\\]{4,128})/g;

const MIN_ENTROPY = 3.2;

export function findAuthorization(text: string): readonly Match[] {
  return [...bearers(text), ...basics(text), ...commandLines(text)];
}

function bearers(text: string): Match[] {
  const matches: Match[] = [];
  for (const found of text.matchAll(BEARER)) {
    const [whole, value = ''] = found;
    const named =
      /^bearer/i.test(whole) ||
      /authorization\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?$/i.test(text.slice(Math.max(0, found.index - 24), found.index));
    if (!named || value.includes('://') || !isOpaque(value)) continue;
    const end = found.index + whole.length;
    matches.push(secretMatch('authorization-bearer', end - value.length, end));
  }
  return matches;
}

/** Long and mixed, and no words joined by signs. */
function isOpaque(value: string): boolean {
  return (
    kindsIn(value) >= 2 &&
    /[0-9]/.test(value) &&
    /[A-Za-z]/.test(value) &&
    entropyOf(value) >= MIN_ENTROPY &&
    !isWordForSecret(value)
  );
}

function basics(text: string): Match[] {
  const matches: Match[] = [];
  for (const found of text.matchAll(BASIC)) {
    const [whole, value = ''] = found;
    const pair = /^([\x20-\x39\x3b-\x7e]{0,100}):([\x20-\x7e]{3,200})$/.exec(
      Buffer.from(value, 'base64').toString('latin1'),
    );
    const [, user = '', password = ''] = pair ?? [];
    if (pair === null || password === user || isWordForSecret(password)) continue;
    const end = found.index + whole.length;
    matches.push(secretMatch('authorization-basic', end - value.length, end));
  }
  return matches;
}

function commandLines(text: string): Match[] {
  if (!text.includes('curl') && !text.includes('wget') && !text.includes('http')) return [];
  return Array.from(text.matchAll(COMMAND_LINE))
    .filter(([, user = '', password = '']) => user !== password && kindsIn(password) >= 2 && !isWordForSecret(password))
    .map((found) => {
      const end = found.index + found[0].length;
      return secretMatch('command-line-password', end - (found[2]?.length ?? 0), end);
    });
}
