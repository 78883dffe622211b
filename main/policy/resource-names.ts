/**
 * Addresses of resources against globs. An address can be written in many ways: for deny and ask each way in which it may be
 * read counts, for allow all of them must fit.
 */
import { foldText } from './fold.ts';
import { globMatches, hasWildcard } from './glob.ts';
import type { PathReader } from './path-test.ts';

/** Longer ones, and those that cannot be followed, are matched by every deny and ask, and by no allow. */
const MAX_CHARACTERS = 8192;
const MAX_DECODINGS = 3;

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
    const next = decoded(spelling);
    if (next === spelling) break;
    found.add(next);
    spelling = next;
  }
  return [...found];
}

export interface Readings {
  readonly raw: readonly string[] | undefined;
  readonly folded: readonly string[];
}

export function readAddress(uri: string, paths: PathReader | undefined): Readings {
  const raw = readingsOf(uri, paths);
  return { raw, folded: raw?.map(foldText) ?? [] };
}

export function fitsWide(glob: string, foldedGlob: string, { raw, folded }: Readings): boolean {
  if (raw === undefined) return true;
  return raw.some((text) => globMatches(glob, text)) || folded.some((text) => globMatches(foldedGlob, text));
}

export function fitsNarrow(glob: string, { raw }: Readings): boolean {
  const [asItStands] = raw ?? [];
  if (raw === undefined || asItStands === undefined || !globMatches(glob, asItStands)) return false;
  const also = decoded(glob);
  return !hasWildcard(glob) || raw.every((text) => globMatches(glob, text) || globMatches(also, text));
}
