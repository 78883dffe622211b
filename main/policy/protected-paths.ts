/**
 * Built in and not removable: an argument that resolves into our own home, the keychain's files or a client's
 * configuration is denied, because with it an agent could rewrite the policy that governs it.
 * It sees paths, not programs: a shell command that hides a path is not recognised here.
 */
import { isJsonObject } from '../../preload/contract/json.ts';

/** Each is looked up in the file system; more in one call is refused rather than let it hold everything else. */
const MAX_STRINGS = 1000;
/** Of all of them together, at about half a microsecond; of each no more than a path has. */
const MAX_CHARACTERS = 800_000;
/** What is longer as it is opened is content. */
const MAX_PATH_CHARACTERS = 4096;
/** As long as a path can be where it was encoded three times, each letter as `%252541`. */
const MAX_ENCODED_CHARACTERS = 7 * MAX_PATH_CHARACTERS;
/** Each is a letter that is decoded several times. */
const MAX_ESCAPES = 50_000;
/** Parts of a path that mean nothing, encoded or not: it may be longer by them. */
const NOTHING = /((?:[/\\]|%(?:25)*(?:2f|5c))(?:(?:\.|%(?:25)*2e)(?=[/\\]|%(?:25)*(?:2f|5c)))?){2,}/gi;

const BLANKS = /^(?:\s|%(?:25)*(?:20|0[9a-d]))+/i;
const UP = /(?:\.|%(?:25)*2e){2}/i;

/** Content: with escapes and longer than any path, and nothing that a reader drops would make one of it. */
function isContent(text: string): boolean {
  if (text.length <= MAX_ENCODED_CHARACTERS || !text.includes('%')) return false;
  const [named = ''] = text.replace(BLANKS, '').split(/\0|%(?:25)*00/, 1);
  // A URL loses its query; what leads up again may be any length.
  if (/:|%(?:25)*3a/i.test(named.slice(0, 64)) || UP.test(named)) return false;
  return named.replace(NOTHING, '/').trimEnd().length > MAX_ENCODED_CHARACTERS;
}

function escapesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 1)) {
    if (/^[0-9a-f]{2}$/i.test(text.slice(at + 1, at + 3))) count++;
  }
  return count;
}

export interface ProtectedPaths {
  /** Absolute directories and files, as realpath gives them; a directory protects everything below it. */
  readonly roots: readonly string[];
  /**
   * The person's home, as it is named and as it really is: a folder in it that holds a root cannot be named either, or the
   * root would be moved or removed with it.
   */
  readonly homes: readonly string[];
  /** `/` or `\`. */
  readonly separator: string;
  /** True where the file system ignores case (macOS, Windows). */
  readonly foldsCase: boolean;
  /**
   * Every absolute path that this argument text could mean, links followed as far as the path exists; empty when it
   * cannot be one. Throws when it cannot tell.
   */
  resolve(text: string): readonly string[];
}

function looksLikePath(text: string): boolean {
  return text.includes('/') || text.includes('\\') || text.includes('%') || /^\s*[~.]/.test(text);
}

function isInside(path: string, root: string, paths: ProtectedPaths): boolean {
  const a = paths.foldsCase ? path.toLowerCase() : path;
  const b = paths.foldsCase ? root.toLowerCase() : root;
  return a === b || a.startsWith(b.endsWith(paths.separator) ? b : b + paths.separator);
}

function touches(path: string, root: string, paths: ProtectedPaths): boolean {
  if (isInside(path, root, paths)) return true;
  return (
    isInside(root, path, paths) &&
    paths.homes.some((home) => isInside(path, home, paths) && !isInside(home, path, paths))
  );
}

/** The protected root that some string in `args` (values and keys, any depth) resolves into, or undefined. */
export function protectedPathIn(args: unknown, paths: ProtectedPaths): string | undefined {
  const queue: unknown[] = [args];
  const seen = new Set<string>();
  let strings = 0;
  let characters = 0;
  let escapes = 0;
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i];
    if (typeof node === 'string') {
      if (seen.has(node) || !looksLikePath(node)) continue;
      seen.add(node);
      if (isContent(node)) continue;
      const found = escapesIn(node);
      const isWhole = escapes + found <= MAX_ESCAPES || node.length <= MAX_ENCODED_CHARACTERS;
      const text = isWhole ? node : node.replace(NOTHING, '/').slice(0, MAX_ENCODED_CHARACTERS);
      escapes += isWhole ? found : escapesIn(text);
      characters += Math.min(node.length, MAX_PATH_CHARACTERS);
      if (++strings > MAX_STRINGS || characters > MAX_CHARACTERS || escapes > MAX_ESCAPES)
        throw new Error('too many path-like arguments to check');
      for (const path of paths.resolve(text)) {
        const root = paths.roots.find((candidate) => touches(path, candidate, paths));
        if (root !== undefined) return root;
      }
    } else if (Array.isArray(node)) {
      for (const item of node) queue.push(item);
    } else if (isJsonObject(node)) {
      for (const [key, value] of Object.entries(node)) queue.push(key, value);
    }
  }
  return undefined;
}
