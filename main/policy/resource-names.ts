/**
 * Addresses of resources against globs. An address can be written in many ways: for deny and ask each way in which it may be
 * read counts, also the one without user and port and the file that a plain path is; for allow all of them must fit, and a
 * user stands in it only where the glob names one.
 */
import { foldText } from './fold.ts';
import { globMatches, hasWildcard } from './glob.ts';
import type { PathReader } from './path-test.ts';

/** Longer ones, and those that cannot be followed, are matched by every deny and ask, and by no allow. */
const MAX_CHARACTERS = 8192;
const MAX_DECODINGS = 3;
const AUTHORITY = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#\\]*)(.*)$/is;

function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function resolved(text: string, paths: PathReader): readonly string[] | undefined {
  try {
    return paths.resolve(text);
  } catch {
    return undefined;
  }
}

/** `db://user@prod.:5432/x` is `db://prod/x` to whoever reads only the host. */
function withoutUserAndPort(address: string): readonly string[] {
  const [, scheme = '', authority = '', rest = ''] = AUTHORITY.exec(address) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const bare = host.replace(/:\d*$/, '');
  return authority === '' ? [] : [host, bare, bare.replace(/\.$/, '')].map((one) => scheme + one + rest);
}

/** The ways in which a plain path may be read as the address of a file. */
function asFile(text: string, paths: PathReader | undefined): readonly string[] | undefined {
  if (!/^\s*[/\\~.]/.test(text)) return [];
  const real = paths === undefined ? [text] : resolved(text, paths);
  return real?.map((path) => `file://${path}`);
}

/** The ways in which the address may be read, as it stands first; undefined for one that is too long or leads nowhere. */
export function readingsOf(uri: string, paths: PathReader | undefined): readonly string[] | undefined {
  if (uri.length > MAX_CHARACTERS) return undefined;
  const found = new Set([uri]);
  let spelling = uri;
  for (let i = 0; i <= MAX_DECODINGS; i++) {
    const parsed = URL.parse(spelling);
    if (parsed !== null) {
      found.add(parsed.href);
      found.add(decoded(parsed.href));
      if (parsed.protocol === 'file:' && paths !== undefined) {
        const real = resolved(spelling, paths);
        if (real === undefined) return undefined;
        for (const path of real) found.add(`file://${path}`);
      }
    }
    // A backslash is a slash to some, and what stands before `..` then goes.
    const slashed = spelling.replaceAll('\\', '/');
    if (slashed !== spelling) {
      found.add(slashed);
      const href = URL.parse(slashed)?.href;
      if (href !== undefined) found.add(href);
    }
    const next = decoded(spelling);
    if (next === spelling) break;
    found.add(next);
    spelling = next;
  }
  return [...found];
}

export interface Readings {
  readonly raw: readonly string[] | undefined;
  /** What only deny and ask take it for; nothing where it is not known. */
  readonly others: readonly string[];
  readonly folded: readonly string[];
}

export function readAddress(uri: string, paths: PathReader | undefined): Readings {
  const raw = readingsOf(uri, paths);
  const file = URL.canParse(uri) ? [] : asFile(uri, paths);
  if (raw === undefined || file === undefined) return { raw: undefined, others: [], folded: [] };
  const others = [...new Set([...raw.flatMap(withoutUserAndPort), ...file])];
  return { raw, others, folded: [...new Set([...raw, ...others].map(foldText))] };
}

export function fitsWide(glob: string, foldedGlob: string, { raw, others, folded }: Readings): boolean {
  if (raw === undefined) return true;
  const fits = (text: string): boolean => globMatches(glob, text);
  return raw.some(fits) || others.some(fits) || folded.some((text) => globMatches(foldedGlob, text));
}

export function fitsNarrow(glob: string, { raw }: Readings): boolean {
  const [asItStands] = raw ?? [];
  if (raw === undefined || asItStands === undefined || !globMatches(glob, asItStands)) return false;
  const also = decoded(glob);
  const user = (text: string): boolean => AUTHORITY.exec(text)?.[2]?.includes('@') === true;
  if (!user(glob) && hasWildcard(glob) && raw.some(user)) return false;
  // Of a plain path nobody resolves the way up.
  if (!URL.canParse(asItStands) && raw.some((text) => text.split(/[\\/]/).includes('..'))) return false;
  return !hasWildcard(glob) || raw.every((text) => globMatches(glob, text) || globMatches(also, text));
}
