/**
 * What brackets in a path may stand for. They are common in names (`[id]`, `[...slug]`), and a shell or a server may read them
 * as a class, which stands for one letter. Whatever can be read in several ways as a class is not told here.
 */

/** More are not looked up. */
const MAX_READINGS = 128;
const CLASS = /\[[^[\]/\\]+\]/g;
const ALNUM = /^[A-Za-z0-9]$/;

export function hasBrackets(text: string): boolean {
  const bracket = text.indexOf('[');
  return bracket >= 0 && text.lastIndexOf(']') > bracket + 1;
}

/** A range whose ends are letters or digits holds no dot; any other one might. */
function mayBeDot(inner: string): boolean {
  if (inner.includes('.') || /^[!^]/.test(inner)) return true;
  const letters = Array.from(inner);
  return letters.some(
    (letter, at) =>
      letter === '-' &&
      at > 0 &&
      at < letters.length - 1 &&
      !(ALNUM.test(letters[at - 1] ?? '') && ALNUM.test(letters[at + 1] ?? '')),
  );
}

/** A class is one letter, so a part is the way up only where it is two, and each of them may be a dot. */
function mayBeUp(part: string): boolean {
  if (part === '..') return true;
  if (!part.includes('[')) return false;
  // A hidden name, a class of classes, or one that begins with its own end.
  if (part.startsWith('.') || /\[[!^]?\]|[:.=]\]\]/.test(part) || /\[[^\]]*\[[:=]/.test(part)) return true;
  const letters = part.match(/\[[^\]]*\]|[^]/g) ?? [];
  const isDot = (letter: string): boolean => letter === '.' || (letter.length > 1 && mayBeDot(letter.slice(1, -1)));
  return letters.length === 2 && letters.every(isDot);
}

/** Whether an absolute path with brackets could lead out of the folder that stands before them, as far as its text says. */
export function mayLeadUp(text: string, separator: string): boolean {
  // An escape, or a pattern of a shell's own that holds a class.
  if ((separator === '/' && text.includes('\\')) || /[@!+]\(/.test(text)) return true;
  // Where it stands in a longer name too: what is left out between may be nothing.
  if (text.replace(/\[[^\]/\\]*\]/g, '').includes('..')) return true;
  return text.split(separator === '/' ? /\// : /[/\\]/).some(mayBeUp);
}

/** Every path that it stands for where its classes are letters only; undefined where that cannot be told or there are many. */
export function bracketReadings(text: string): readonly string[] | undefined {
  let readings = [''];
  let end = 0;
  for (const found of text.matchAll(CLASS)) {
    const inner = found[0].slice(1, -1);
    if (/^[!^]|-/.test(inner)) return undefined;
    const letters = [...new Set(inner)];
    if (readings.length * letters.length > MAX_READINGS) return undefined;
    const before = text.slice(end, found.index);
    readings = readings.flatMap((reading) => letters.map((letter) => reading + before + letter));
    end = found.index + found[0].length;
  }
  if (end === 0) return undefined;
  const rest = text.slice(end);
  const plain = text.replace(CLASS, '');
  return /[[\]{}]/.test(plain) ? undefined : readings.map((reading) => reading + rest);
}
