/**
 * Whether a text is a path into one of some folders. One text can be read in several ways (percent escapes, `..` before or
 * after links, a home folder), and every reading is looked at: for deny and ask one of them is enough, for allow all of
 * them must lie inside. What depends on where the server stands allows nothing, and closes where it leads upwards.
 */
import { bracketReadings, hasBrackets, mayLeadUp } from './brackets.ts';
import type { Leaf } from './leaf.ts';
import type { ProtectedPaths } from './protected-paths.ts';
import { ANY, FALSE, TRUE, UNDECIDABLE, type Truth } from './truth.ts';
import { Work } from './work.ts';

/** How paths are read on this machine. */
export type PathReader = Pick<ProtectedPaths, 'resolve' | 'separator' | 'foldsCase'>;

/** What a program between here and the file may put something else in place of. */
// eslint-disable-next-line no-control-regex
const EXPANDED = /[\u0000-\u001f\u007f$`*?]/;

/** Braces around a list or a range, and brackets around letters: a shell or a server makes other paths of them. */
function isPattern(text: string): boolean {
  const brace = text.indexOf('{');
  const inner = brace < 0 ? '' : text.slice(brace + 1, Math.max(brace + 1, text.lastIndexOf('}')));
  return inner.includes(',') || inner.includes('..') || hasBrackets(text);
}

const isExpanded = (text: string): boolean => EXPANDED.test(text) || isPattern(text);

function isAbsolute(text: string, separator: string): boolean {
  if (/^file:\/\//i.test(text)) return true;
  return separator === '/' ? /^~?\//.test(text) || text === '~' : /^(?:~$|~[\\/]|[A-Za-z]:[\\/]|\\\\)/.test(text);
}

/** Windows drops blanks and dots at the end of a part, and so makes another path of it. */
function losesEnds(text: string): boolean {
  return text.split(/[\\/]/).some((part) => /[. ]$/.test(part) && part !== '.' && part !== '..');
}

/** One way to read it, whoever opens it from wherever. */
function isSure(text: string, { separator }: PathReader): boolean {
  if (isExpanded(text) || text.trim() !== text || !isAbsolute(text, separator)) return false;
  return separator === '/' ? !text.includes('\\') : !losesEnds(text);
}

/** It may lead anywhere, though no reading of ours does: where the server stands decides, or what it puts in place. */
function mayLeadAnywhere(text: string, { separator }: PathReader): boolean {
  const plain = text.trim();
  if (isExpanded(plain) || (separator === '\\' && losesEnds(plain))) return true;
  if (isAbsolute(plain, separator)) return false;
  return plain.startsWith('~') || plain.includes('%') || plain.split(/[\\/]/).includes('..');
}

/**
 * The folder that everything lies in which brackets could stand for, undefined where that cannot be told. A link below it is not
 * seen: brackets are common in names, and to close for each would close for every project that has some.
 */
function folderOfPattern(text: string, { separator }: PathReader): string | undefined {
  const plain = text.trim();
  // Braces may be written to become the way up, and what stands for more than one letter too.
  if (EXPANDED.test(plain) || /[%{}]/.test(plain) || !isAbsolute(plain, separator)) return undefined;
  if (mayLeadUp(plain, separator) || (separator === '\\' && losesEnds(plain))) return undefined;
  const at = plain.indexOf('[');
  const end = at < 0 ? -1 : Math.max(plain.lastIndexOf('/', at), plain.lastIndexOf(separator, at));
  return end < 0 ? undefined : plain.slice(0, end + 1);
}

function isInside(path: string, folder: string, reader: PathReader): boolean {
  const plain = (text: string): string => (reader.foldsCase ? text.normalize('NFC').toLowerCase() : text);
  const a = plain(path);
  const b = plain(folder);
  return a === b || a.startsWith(b.endsWith(reader.separator) ? b : b + reader.separator);
}

const undecidable = (problem: string): Leaf => ({
  needs: 'a path',
  ofUnkeptText: UNDECIDABLE,
  judge: () => UNDECIDABLE,
  why: () => `cannot be compared with folders: ${problem}`,
});

/** Folders of a rule that mean the same wherever it is read; false for the others. */
export function isPlainFolder(folder: string, separator: string): boolean {
  return (
    isAbsolute(folder, separator) &&
    !/^file:/i.test(folder) &&
    !EXPANDED.test(folder) &&
    folder.trim() === folder &&
    !folder.includes('%')
  );
}

export function pathUnder(folders: readonly string[], wide: boolean, reader: PathReader | undefined): Leaf {
  if (reader === undefined) return undecidable('paths are not read here');
  if (!folders.every((folder) => isPlainFolder(folder, reader.separator))) {
    return undecidable('a folder of the rule is not an absolute path or below "~/"');
  }
  const rootsNow = (work: Work): readonly string[] => folders.flatMap((folder) => work.resolve(folder, reader));
  // An allow keeps to what its folders were: a link that is laid later opens nothing.
  let roots: readonly string[];
  try {
    roots = rootsNow(new Work());
  } catch {
    return undecidable('a folder of the rule cannot be followed');
  }
  const judge = (text: string, work: Work): Truth => {
    const readings = work.resolve(text, reader);
    if (readings.length === 0) return UNDECIDABLE;
    if (wide) {
      const all = new Set([...roots, ...rootsNow(work)]);
      if (readings.some((path) => [...all].some((root) => isInside(path, root, reader)))) return TRUE;
      if (!mayLeadAnywhere(text, reader)) return FALSE;
      const folder = folderOfPattern(text, reader);
      const starts = folder === undefined ? [] : work.resolve(folder, reader);
      const mayMeet = (start: string): boolean =>
        [...all].some((root) => isInside(start, root, reader) || isInside(root, start, reader));
      return starts.length > 0 && !starts.some((start) => mayMeet(start)) ? FALSE : UNDECIDABLE;
    }
    const inside = readings.filter((path) => roots.some((root) => isInside(path, root, reader))).length;
    if (inside === 0) return FALSE;
    if (inside < readings.length) return UNDECIDABLE;
    if (isSure(text, reader)) return TRUE;
    const meant = bracketReadings(text) ?? [];
    const isKept = (one: string): boolean =>
      isSure(one, reader) &&
      work.resolve(one, reader).every((path) => roots.some((root) => isInside(path, root, reader)));
    return meant.length > 0 && meant.every(isKept) ? TRUE : UNDECIDABLE;
  };
  return {
    needs: 'a path',
    ofUnkeptText: ANY,
    judge: (value, work) => {
      if (typeof value !== 'string') return UNDECIDABLE;
      try {
        return judge(value, work);
      } catch {
        return UNDECIDABLE;
      }
    },
    why: (value) => (typeof value === 'string' ? 'is no path that can be told for sure' : undefined),
  };
}
