/**
 * Whether the host of a URL is one of some. Read as browsers do (WHATWG: case, punycode, numbers for IP addresses). Programs
 * disagree about user names, backslashes and blanks in a URL: for deny and ask every host that one of them might take counts,
 * for allow such a URL is undecidable. A glob that is no host (a port, a path, a scheme) makes the test undecidable.
 */
import { globMatches, hasWildcard } from './glob.ts';
import type { Leaf } from './leaf.ts';
import { ANY, FALSE, TRUE, UNDECIDABLE, type Truth } from './truth.ts';
import type { Work } from './work.ts';

const MAX_CHARACTERS = 65_536;
const NETWORK_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:']);
/** Between the slashes and the path, as it is written; some programs end it with "?" and "#", others do not. */
const AUTHORITY = /^\s*[a-z][a-z0-9+.-]*:[\\/]*([^/]*)/i;
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

function dotted(high: string, low: string): string {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/** `::ffff:7f00:1` is 127.0.0.1 for whoever connects. */
function mapped(host: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? [];
  return high === undefined || low === undefined ? undefined : dotted(high, low);
}

/** What else some machines connect to: an older form, a translated one, and the own machine for "any". */
function perhaps(host: string): readonly string[] {
  if (host === '0.0.0.0' || host === '::') return ['127.0.0.1', '::1', 'localhost'];
  const [, high, low] =
    /^(?:::|::ffff:0:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ??
    /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(host) ??
    [];
  return high === undefined || low === undefined ? [] : [dotted(high, low)];
}

const LABELS = /^[\w\u0080-\u{10ffff}-]+$/u;

/** A glob as hosts are written: ASCII, lower case. Undefined for what no host can be. */
function hostGlob(glob: string): string | undefined {
  const bare = plain(glob.toLowerCase());
  if (/^[0-9a-f:.*?]*:[0-9a-f:.*?]*:[0-9a-f:.*?]*$/.test(bare)) {
    return hasWildcard(bare) ? bare : canonical(`[${bare}]`);
  }
  const labels = bare.split('.');
  if (!labels.every((label) => LABELS.test(label.replaceAll(/[*?]/g, 'x')))) return undefined;
  if (!hasWildcard(bare)) return canonical(bare);
  const ascii = labels.map((label) =>
    /^[\u0021-\u007e]*$/.test(label) ? label : hasWildcard(label) ? undefined : canonical(label),
  );
  return ascii.includes(undefined) ? undefined : ascii.join('.');
}

/** True for what names hosts: `example.com`, `*.example.com`, an address; without a scheme, a port, a path or a user. */
export function isHostGlob(glob: string): boolean {
  return hostGlob(glob) !== undefined;
}

interface Hosts {
  /** Every one that a program reads in the URL where it is sure. */
  readonly hosts: readonly string[];
  /** What else it may be. */
  readonly others: readonly string[];
  /** `data:` and `mailto:` have none, whatever stands in them. */
  readonly hasOne: boolean;
  /** All programs read the same one. */
  readonly isSure: boolean;
}

function hostsIn(text: string): Hosts {
  const parsed = URL.parse(text);
  if (parsed === null) return { hosts: [], others: [], hasOne: false, isSure: false };
  const authority = AUTHORITY.exec(text)?.[1] ?? '';
  const isSure =
    NETWORK_SCHEMES.has(parsed.protocol) &&
    !AMBIGUOUS.test(text) &&
    !authority.includes('@') &&
    !/^[^?#]*%/.test(authority);
  const found = new Set<string>();
  const others = new Set<string>();
  const add = (host: string | undefined): void => {
    if (host === undefined || host === '') return;
    found.add(host);
    const inner = mapped(host);
    if (inner !== undefined) found.add(inner);
    for (const other of perhaps(host)) others.add(other);
  };
  add(plain(parsed.hostname.toLowerCase()));
  // A scheme that WHATWG does not know keeps its host as it is written.
  if (parsed.hostname !== '') add(canonical(parsed.hostname));
  if (!isSure) for (const part of authority.split(/[@\\?#]/, 16)) add(canonical(part.trim()));
  return { hosts: [...found], others: [...others], hasOne: parsed.hostname !== '', isSure };
}

export function urlHost(globs: readonly string[], wide: boolean): Leaf {
  const patterns = globs.flatMap((glob) => hostGlob(glob) ?? []);
  const isUsable = patterns.length === globs.length;
  const fits = (hosts: readonly string[]): boolean =>
    hosts.some((host) => patterns.some((pattern) => globMatches(pattern, host)));
  const judge = (text: string): Truth => {
    const { hosts, others, hasOne, isSure } = hostsIn(text);
    if (fits(hosts)) return wide || isSure ? TRUE : UNDECIDABLE;
    if (fits(others)) return wide ? TRUE : UNDECIDABLE;
    return hasOne ? FALSE : UNDECIDABLE;
  };
  return {
    needs: 'a URL',
    ofUnkeptText: isUsable ? ANY : UNDECIDABLE,
    judge: (value, work: Work) =>
      isUsable && typeof value === 'string' && value.length <= MAX_CHARACTERS && work.spend(500 + 10 * value.length)
        ? judge(value)
        : UNDECIDABLE,
    why: (value) => {
      if (!isUsable) return 'cannot be compared with hosts: the rule names something that is no host';
      return typeof value === 'string' ? 'is no URL whose host can be told for sure' : undefined;
    },
  };
}
