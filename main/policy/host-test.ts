/**
 * Whether the host of a URL is one of some. Read as browsers do (WHATWG: case, punycode, numbers for IP addresses). Programs
 * disagree about user names, backslashes and blanks in a URL: for deny and ask every host that one of them might take counts,
 * for allow such a URL is undecidable.
 */
import { globMatches, hasWildcard } from './glob.ts';
import type { Leaf } from './leaf.ts';
import { ANY, FALSE, TRUE, UNDECIDABLE, type Truth } from './truth.ts';

const MAX_CHARACTERS = 65_536;
const NETWORK_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:']);
/** Between the slashes and the path, as it is written. */
const AUTHORITY = /^\s*[a-z][a-z0-9+.-]*:[\\/]*([^/?#]*)/i;
// eslint-disable-next-line no-control-regex
const AMBIGUOUS = /[\u0000-\u0020\u007f\\]/;

function canonical(host: string): string | undefined {
  const parsed = URL.parse(`http://${host}/`);
  return parsed === null || parsed.hostname === '' ? undefined : plain(parsed.hostname);
}

/** Without the dot of the root; of IPv6 without brackets. */
function plain(host: string): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return bare.length > 1 && bare.endsWith('.') ? bare.slice(0, -1) : bare;
}

/** `::ffff:7f00:1` is 127.0.0.1 for whoever connects. */
function mapped(host: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/** A glob as hosts are written: ASCII, lower case. */
function hostGlob(glob: string): string {
  const bare = plain(glob.toLowerCase());
  if (!hasWildcard(bare)) return canonical(bare.includes(':') ? `[${bare}]` : bare) ?? bare;
  const label = (text: string): string => (/^[\u0021-\u007e]*$/.test(text) ? text : (canonical(text) ?? text));
  return bare.split('.').map(label).join('.');
}

interface Hosts {
  /** Every one that a program might read in the URL. */
  readonly hosts: readonly string[];
  /** `data:` and `mailto:` have none, whatever stands in them. */
  readonly hasOne: boolean;
  /** All programs read the same one. */
  readonly isSure: boolean;
}

function hostsIn(text: string): Hosts {
  const parsed = URL.parse(text);
  if (parsed === null) return { hosts: [], hasOne: false, isSure: false };
  const authority = AUTHORITY.exec(text)?.[1] ?? '';
  const isSure =
    NETWORK_SCHEMES.has(parsed.protocol) &&
    !AMBIGUOUS.test(text) &&
    !authority.includes('@') &&
    !authority.includes('%');
  const found = new Set<string>();
  const add = (host: string | undefined): void => {
    if (host === undefined || host === '') return;
    found.add(host);
    const inner = mapped(host);
    if (inner !== undefined) found.add(inner);
  };
  add(plain(parsed.hostname.toLowerCase()));
  // A scheme that WHATWG does not know keeps its host as it is written.
  if (parsed.hostname !== '') add(canonical(parsed.hostname));
  if (!isSure) for (const part of authority.split(/[@\\]/, 16)) add(canonical(part.trim()));
  return { hosts: [...found], hasOne: parsed.hostname !== '', isSure };
}

export function urlHost(globs: readonly string[], wide: boolean): Leaf {
  const patterns = globs.map(hostGlob);
  const judge = (text: string): Truth => {
    const { hosts, hasOne, isSure } = hostsIn(text);
    const fits = hosts.some((host) => patterns.some((pattern) => globMatches(pattern, host)));
    if (!fits) return hasOne ? FALSE : UNDECIDABLE;
    return wide || isSure ? TRUE : UNDECIDABLE;
  };
  return {
    needs: 'a URL',
    ofUnkeptText: ANY,
    judge: (value) => (typeof value === 'string' && value.length <= MAX_CHARACTERS ? judge(value) : UNDECIDABLE),
    why: (value) => (typeof value === 'string' ? 'is no URL whose host can be told for sure' : undefined),
  };
}
