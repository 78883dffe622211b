/**
 * How a failure and a JSON document are written where a person may be looking. Their words can come from a server, a
 * client's file or a command line: nothing in them may move a cursor, hide or reorder what is read.
 */
import type { Unreachable } from './connect.ts';

/** Control and format characters, what is not a character at all, and separators that are not a plain space. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** One line of JSON that means the same and is safe to look at: unseen characters stand in it as `\uXXXX`. */
export function jsonLine(value: unknown): string {
  const escapeUnits = (character: string): string =>
    Array.from(
      { length: character.length },
      (_unit, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('');
  return `${JSON.stringify(value).replace(UNSEEN, escapeUnits)}\n`;
}

/** One error as `--json`, or as two lines for a person. */
export function formatFailure({ code, message, next }: Unreachable, json: boolean): string {
  if (json) return jsonLine({ error: { code, message, next } });
  return `runlayer: ${visible(message)}\n${next === '' ? '' : `  ${visible(next)}\n`}`;
}
