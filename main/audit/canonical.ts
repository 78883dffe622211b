import canonicalize from 'canonicalize';

/** Deeper than any message the relay lets through (64); only the rare fallback below recurses at all. */
const MAX_FALLBACK_DEPTH = 512;

/**
 * The canonical JSON text of a value (RFC 8785, JCS): sorted keys, shortest numbers, no white space. Two values have the
 * same text exactly if they are the same JSON value, so the text may be hashed and compared.
 *
 * RFC 8785 has no text for a lone surrogate. It is written here as its `\udXXX` escape, which JSON.parse reads back
 * unchanged. Replacing it by U+FFFD would give two different arguments one hash, and an approval for the one would let
 * the other pass. (The journal replaces lone surrogates before it hashes, so its lines are plain RFC 8785.)
 *
 * Throws TypeError or Error for what JSON cannot hold: NaN, infinities, bigint, undefined, cycles.
 */
export function canonical(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) throw error;
    // The library's errors carry no code; the fallback throws again for everything but a lone surrogate.
    text = write(value, 0);
  }
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

function write(value: unknown, depth: number): string | undefined {
  if (depth > MAX_FALLBACK_DEPTH) throw new TypeError('nested too deeply, or a cycle');
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
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
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1) ?? 'null').join(',')}]`;
  const members: string[] = [];
  // The default sort compares UTF-16 code units, which is the order of RFC 8785.
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = write(member, depth + 1);
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${members.join(',')}}`;
}
