/*
 * Private keys as text: PEM of every label (PKCS#1, PKCS#8, SEC1, DSA, OpenSSH, PGP, SSH2), on lines, on one line, with
 * `\n` escapes once or more, as pieces of code; PuTTY files; JSON Web Keys. A key that is cut off counts too: half of one
 * is more than enough to tell. A frame with nothing of a key in it does not count.
 */
import type { Match } from '../match.ts';
import { isPlaceholder } from './placeholders.ts';
import { secretMatch } from './secret-match.ts';

const PEM_LABEL = /-{4,5} ?BEGIN (?:[A-Z0-9]{1,12}[ -]){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const MIN_BODY = 32;
const MIN_VARIETY = 12;

export function findPrivateKeys(text: string): readonly Match[] {
  return [...pemKeys(text), ...puttyKeys(text), ...jsonWebKeys(text)];
}

function pemKeys(text: string): Match[] {
  const matches: Match[] = [];
  if (!text.includes('PRIVATE KEY')) return matches;
  for (const label of text.matchAll(PEM_LABEL)) {
    const from = label.index + label[0].length;
    // The next dashes are those of the end, or another beginning; either way each character is looked at once.
    const dashes = text.indexOf('----', from);
    const bodyEnd = dashes < 0 ? text.length : dashes;
    if (!isKeyBody(text.slice(from, bodyEnd))) continue;
    matches.push(secretMatch('private-key', label.index, endOfFrame(text, dashes) ?? endOfBody(text, from, bodyEnd)));
  }
  return matches;
}

const END_LABEL = /-{4,5} ?END [A-Z0-9 -]{0,48}PRIVATE KEY(?: BLOCK)? ?-{4,5}/y;

function endOfFrame(text: string, dashes: number): number | undefined {
  if (dashes < 0) return undefined;
  END_LABEL.lastIndex = dashes;
  return END_LABEL.test(text) ? END_LABEL.lastIndex : undefined;
}

const BODY = /(?:[A-Za-z0-9+/=:,.\s"'\\()<>-]|[+;]){0,20000}/y;

function endOfBody(text: string, from: number, bodyEnd: number): number {
  BODY.lastIndex = from;
  BODY.test(text);
  return Math.min(Math.max(BODY.lastIndex, from), bodyEnd);
}

/** Whether base64 of some length begins there, behind headers; its line ends, or what joins its pieces in code, taken away. */
function isKeyBody(body: string): boolean {
  const bare = body.slice(0, 4000).replaceAll(/\\+[nrt]|[\s"'`+,;]|[A-Z][A-Za-z-]{2,20}: [^\n\\]{0,80}/g, '');
  const run = /^[A-Za-z0-9/=]*/.exec(bare)?.[0] ?? '';
  return run.length >= MIN_BODY && new Set(run).size >= MIN_VARIETY && !isPlaceholder(run.slice(0, 200));
}

const PUTTY = /PuTTY-User-Key-File-[1-9]: /g;
const LINE_END = String.raw`(?:\r?\n|(?:\\{1,4}r)?\\{1,4}n)`;
const PUTTY_PRIVATE = new RegExp(
  `Private-Lines: [0-9]{1,3}${LINE_END}(?:[A-Za-z0-9+/=]{1,76}(?:${LINE_END}|(?![A-Za-z0-9+/=:-]))){1,200}`,
  'g',
);

function puttyKeys(text: string): Match[] {
  if (!text.includes('PuTTY-User-Key-File-')) return [];
  const [first] = text.matchAll(PUTTY);
  if (first === undefined) return [];
  return Array.from(text.matchAll(PUTTY_PRIVATE), (found) =>
    secretMatch('putty-private-key', found.index, found.index + found[0].length),
  );
}

const JWK_PRIVATE = /\\{0,3}"d\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"([A-Za-z0-9_-]{40,800})\\{0,3}"/g;

function jsonWebKeys(text: string): Match[] {
  if (!text.includes('"kty') && !text.includes('"crv')) return [];
  return Array.from(text.matchAll(JWK_PRIVATE))
    .filter((found) => !isPlaceholder(found[1] ?? ''))
    .map((found) => secretMatch('json-web-key', found.index, found.index + found[0].length));
}
