export type Leaving =
  | { readonly kind: 'to'; readonly url: URL }
  /** Not an address of a web page, or one that misleads. */
  | { readonly kind: 'refused'; readonly address: string };

/** As much as the companion leads to; a longer one carries something. */
const MAX_LENGTH = 2048;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Reads where the interface wants to lead a person. Other schemes start programs, and a name before an "@" misleads about
 * where an address leads.
 * @param hash of this document's own address, such as `#leave=https%3A%2F%2Facme.example`.
 */
export function leavingTo(hash: string): Leaving | undefined {
  const encoded = /^#leave=(.*)$/s.exec(hash)?.[1];
  if (encoded === undefined) return undefined;
  let address = encoded;
  try {
    address = decodeURIComponent(encoded);
  } catch {
    return { kind: 'refused', address };
  }
  if (address.length > MAX_LENGTH || !URL.canParse(address)) return { kind: 'refused', address };
  const url = new URL(address);
  const isWebPage = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  return isWebPage && url.username === '' && url.password === '' ? { kind: 'to', url } : { kind: 'refused', address };
}
