/** Passwords inside addresses: `scheme://user:password@host`, of databases, queues, proxies and web servers alike. */
import type { Match } from '../match.ts';
import { isWordForSecret } from './made-up-passwords.ts';
import { secretMatch } from './secret-match.ts';

const SCHEME = /[A-Za-z][A-Za-z0-9+.-]{1,30}$/;
const USER_INFO = /([^\s:/@"'`<>\\]{0,100}):([^\s/@"'`<>\\]{4,200})@(?=[A-Za-z0-9[_-])/y;
/** GitHub's and others' way to put a token where the user stands. */
const TOKEN_AS_USER = /([^\s:/@"'`<>\\]{16,200}):x-oauth-basic@/y;

export function findAddressPasswords(text: string): readonly Match[] {
  const matches: Match[] = [];
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const from = at + 3;
    if (!SCHEME.test(text.slice(Math.max(0, at - 32), at))) continue;
    USER_INFO.lastIndex = from;
    const found = USER_INFO.exec(text);
    if (found === null) continue;
    const [whole, user = '', password = ''] = found;
    const end = from + whole.length - 1;
    TOKEN_AS_USER.lastIndex = from;
    if (TOKEN_AS_USER.test(text)) matches.push(secretMatch('address-token', from, end));
    else if (isSecretIn(user, password)) matches.push(secretMatch('address-password', from + user.length + 1, end));
  }
  return matches;
}

function isSecretIn(user: string, password: string): boolean {
  return (
    password !== user && password !== 'x-oauth-basic' && !/^[0-9]{1,5}$/.test(password) && !isWordForSecret(password)
  );
}
