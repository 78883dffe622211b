/*
 * `password = …`, `"api_key": "…"`, `SECRET_TOKEN=…`: a name that says it is a secret, and a value that looks like one. Without
 * a format of its own a value must be random enough; names for values, variables, code and cursors pass.
 */
import type { Match } from '../match.ts';
import { isWordForSecret } from './made-up-passwords.ts';
import { entropyOf, kindsIn } from './placeholders.ts';
import { secretMatch } from './secret-match.ts';

const ASSIGNMENT =
  /(pass(?:word|wd|phrase)|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|account[_-]?key|secret[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|master[_-]?key|credential|auth)(?:s|_?(?:id|value|base64|string|key))?\\{0,3}["'`\]]{0,2}\s{0,3}(?::=|=>|=|:)\s{0,3}\\{0,3}(["'`]?)([^\s"'`<>,;\\(){}[\]&|]{8,512})(\(?)/gi;

/** What stands before the name: cursors, counters and check values are no secrets. */
const HARMLESS_BEFORE =
  /(?:next|prev|previous|page|continuation|sync|resume|cursor|csrf|xsrf|change|delta|max|min|num|stop|bos|eos|pad|unk|mask|special|input|output|prompt|total|public|foreign|primary|sort|partition|cache|idempotency|etag|anti)[a-z]{0,12}[_-]?$/i;
const BEFORE = 32;

export function findAssignments(text: string): readonly Match[] {
  const matches: Match[] = [];
  for (const found of text.matchAll(ASSIGNMENT)) {
    const [whole, name = '', quote = '', value = '', call = ''] = found;
    if (call !== '') continue;
    const before = text.slice(Math.max(0, found.index - BEFORE), found.index);
    if (HARMLESS_BEFORE.test(before)) continue;
    // Outside quotes the end of a sentence is not part of it.
    const bare = quote === '' ? value.replace(/[.:!?*]{1,3}$/, '') : value;
    if (!looksSecret(name.toLowerCase(), bare, quote !== '')) continue;
    const start = found.index + whole.length - value.length;
    matches.push(secretMatch('assigned-secret', start, start + bare.length));
  }
  return matches;
}

const ADDRESS = /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|\.{0,2}\/|~\/|[a-z]:\\|@|#|\$|%|arn:|urn:|data:|sha[0-9]{1,3}-)/i;
const CODE = /^[A-Za-z_$][A-Za-z0-9_$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][A-Za-z0-9_$]*)+$|^[A-Za-z_]+\$[0-9]{1,3}$/;
const WORDS = /^[A-Za-z]+(?:[-_.:/ ][A-Za-z]+)*[0-9]{0,2}$/;
const LOWER_WORDS = /^[a-z]+[0-9]{0,3}(?:[-_.:/](?:[a-z]+[0-9]{0,3}|[0-9]{1,4}))*$/;
const NUMBER_OR_DATE = /^[0-9.,:+\-TZ/]+$/;

function looksSecret(name: string, value: string, quoted: boolean): boolean {
  if (value.length < 8 || ADDRESS.test(value) || CODE.test(value) || WORDS.test(value)) return false;
  if (NUMBER_OR_DATE.test(value) || LOWER_WORDS.test(value.replaceAll(/%[0-9A-F]{2}/gi, '-')) || isWordForSecret(value))
    return false;
  if (!/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (name.startsWith('pass') || name === 'pwd') return kindsIn(value) >= 3 && entropyOf(value) >= (quoted ? 2.7 : 3);
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 32 && entropyOf(value) >= 3;
  if (value.length < 16) return false;
  return entropyOf(value) >= (kindsIn(value) >= 3 ? 3.3 : 3.6);
}
