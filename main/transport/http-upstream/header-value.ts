/** How a value of a message is written into an HTTP header (MCP 2026-07-28, Streamable HTTP, "Value Encoding"). */
const PREFIX = '=?base64?';
const SUFFIX = '?=';
const PLAIN = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;

/** Plain where it is safe ASCII without white space around it and does not look encoded itself; else base64 of its UTF-8. */
export function encodeHeaderValue(value: string): string {
  if (PLAIN.test(value) && !(value.startsWith(PREFIX) && value.endsWith(SUFFIX))) return value;
  return `${PREFIX}${Buffer.from(value).toString('base64')}${SUFFIX}`;
}
