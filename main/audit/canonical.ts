/** Deeper than any message the relay lets through (64); a cycle ends here too. */
const MAX_DEPTH = 512;

/**
 * The canonical JSON text of a value (RFC 8785, JCS): sorted keys, shortest numbers, no white space. Two values have the
 * same text exactly if they are the same JSON value, so the text may be hashed and compared.
 *
 * Our own, because it runs twice per call: ECMAScript's JSON.stringify already writes strings and numbers as RFC 8785 asks
 * (it refers to it), so only the order of keys is left to do, at a third of the time of the library that a test compares it
 * with.
 *
 * RFC 8785 has no text for a lone surrogate. It is written here as its `\udXXX` escape, which JSON.parse reads back
 * unchanged. Replacing it by U+FFFD would give two different arguments one hash, and an approval for the one would let
 * the other pass. (The journal replaces lone surrogates before it hashes, so its lines are plain RFC 8785.)
 *
 * Throws TypeError for what JSON cannot hold (NaN, infinities, bigint, undefined, cycles) and for more than 512 levels.
 */
export function canonical(value: unknown): string {
  const text = write(value, 0);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** Text that is its own JSON: printable ASCII without quote and backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function write(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('not a JSON number');
      return JSON.stringify(value);
    case 'object':
      break;
    case 'undefined':
      return undefined;
    case 'bigint':
    case 'function':
    case 'symbol':
      throw new TypeError('not a JSON value');
  }
  if (value === null) return 'null';
  if (depth > MAX_DEPTH) throw new TypeError('nested too deeply, or a cycle');
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value) items += `${items === '' ? '' : ','}${write(item, depth + 1) ?? 'null'}`;
    return `[${items}]`;
  }
  let members = '';
  // Without a comparison function strings are sorted by UTF-16 code units, which is the order of RFC 8785.
  for (const key of Object.keys(value).sort()) {
    const text = write(Reflect.get(value, key), depth + 1);
    if (text !== undefined) members += `${members === '' ? '' : ','}${quoted(key)}:${text}`;
  }
  return `{${members}}`;
}
