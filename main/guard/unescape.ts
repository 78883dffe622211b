/**
 * Texts written with escapes, as what they stand for: percent encoding, escapes of programming languages and JSON, character
 * references of HTML, quoted-printable. Only the surroundings of escapes are copied: the rest was searched already.
 */
import { isUtf8 } from 'node:buffer';
import { rewritten } from './rewritten.ts';
import type { View } from './view.ts';

/** Each alternative begins with a character of its own and repeats what cannot be read in two ways: linear. */
const ESCAPES =
  /(?:%[0-9a-f]{2})+|(?:\\{1,8}u[0-9a-f]{4})+|(?:\\{1,8}u\{[0-9a-f]{1,6}\})+|(?:\\{1,8}x[0-9a-f]{2})+|(?:\\{1,8}[0-3][0-7]{2})+|\\{1,8}["'/nrt]|&#\d{1,7};|&#x[0-9a-f]{1,6};|&[a-z]{2,8};|(?:=[0-9a-f]{2}){4,}/gi;

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  colon: ':',
  commat: '@',
  equals: '=',
  excl: '!',
  gt: '>',
  hyphen: '-',
  lowbar: '_',
  lpar: '(',
  lt: '<',
  nbsp: ' ',
  newline: '\n',
  num: '#',
  period: '.',
  plus: '+',
  quot: '"',
  rpar: ')',
  shy: '',
  sol: '/',
  tab: '\t',
  zwj: '',
  zwnj: '',
};

/** The surroundings of escapes with the escapes resolved, or undefined if there are none. */
export function unescaped(view: View): View | undefined {
  return /[%\\&=]/.test(view.text) ? rewritten(view, ESCAPES, readingOf) : undefined;
}

function readingOf(escape: string): string | undefined {
  if (escape.startsWith('&#')) {
    const isHex = /^&#x/i.test(escape);
    return characterOf(Number.parseInt(escape.slice(isHex ? 3 : 2, -1), isHex ? 16 : 10));
  }
  if (escape.startsWith('&')) {
    const name = escape.slice(1, -1).toLowerCase();
    return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  }
  if (escape.startsWith('%') || escape.startsWith('=')) return bytesOf(escape.replaceAll(/[%=]/g, ''));
  const body = escape.replace(/^\\+/, '');
  if (/^u\{/i.test(body)) return codes(escape, /[0-9a-f]{1,6}(?=\})/gi, 16, characterOf);
  if (/^u/i.test(body)) return codes(escape, /[0-9a-f]{4}/gi, 16, (code) => String.fromCharCode(code));
  if (/^x/i.test(body)) return bytesOf(escape.replaceAll(/[\\x]/gi, ''));
  if (/^\d/.test(body)) return codes(escape, /[0-7]{3}/g, 8, (code) => String.fromCharCode(code));
  if (body === 'n' || body === 'r') return '\n';
  if (body === 't') return '\t';
  return body.length === 1 && /["'/]/.test(body) ? body : undefined;
}

function codes(text: string, digits: RegExp, base: number, read: (code: number) => string): string {
  return Array.from(text.matchAll(digits), (found) => read(Number.parseInt(found[0], base))).join('');
}

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function bytesOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
