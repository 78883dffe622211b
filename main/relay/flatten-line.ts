const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/**
 * Takes line breaks out of a message that was parsed as valid JSON, where they can only stand between tokens: a receiver
 * that reads lines, some of them at a lone carriage return too (Python's universal newlines), must see one message and not
 * one that was nested in another. Changes `line` in place; the line's own end (`\n` or `\r\n`) stays.
 */
export function flattenLine(line: Buffer): void {
  let end = line.length;
  if (end > 0 && line[end - 1] === NEWLINE) end--;
  if (end > 0 && line[end - 1] === CARRIAGE_RETURN) end--;
  for (const byte of [NEWLINE, CARRIAGE_RETURN]) {
    for (let at = line.indexOf(byte); at >= 0 && at < end; at = line.indexOf(byte, at + 1)) line[at] = SPACE;
  }
}
