/**
 * Regular expressions, compiled once for all that use them. To compile one is what costs: so its size is told from its text
 * first, and what is too large, or more than a set of rules may hold, is not compiled at all.
 */
import { RE2JS } from 're2js';
import { isJsonObject } from '../../preload/contract/json.ts';

/** Of instructions, about 2 µs each. */
const MAX_SIZE = 2500;
/** What is told from the text is up to twice as much. */
const MAX_TOLD = 2 * MAX_SIZE;
/** Of all expressions of a set of rules together: below half a second, once. */
export const MAX_SET_SIZE = 100_000;
/** A class of Unicode takes as long to read as so many instructions. */
const CLASS_SIZE = 60;
/** So many characters of a class take as long to read as one instruction. */
const CLASS_CHARACTERS = 8;
const REPEAT = /^\{(\d{1,5})(,(\d{0,5}))?\}/;

/** Where the class that begins at `from` ends; undefined where it does not, and so is none. */
function endOfClass(pattern: string, from: number): number | undefined {
  let i = from + (pattern[from + 1] === '^' ? 2 : 1);
  // A "]" that stands first is of the class.
  if (pattern[i] === ']') i++;
  while (i < pattern.length) {
    if (pattern[i] === ']') return i;
    // The end of a range, or a named class: it depends on what stands before.
    if (pattern.startsWith('-[:', i)) return undefined;
    const named = pattern.startsWith('[:', i) ? pattern.indexOf(':]', i + 2) : -1;
    if (named >= 0) i = named + 2;
    else i += pattern[i] === '\\' ? 2 : 1;
  }
  return undefined;
}

/** How many instructions it has, or some more; `Infinity` where it is none. Never compiles. */
export function expressionSize(pattern: string): number {
  const open: number[] = [];
  let sum = 0;
  let last = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    const repeat = c === '{' ? REPEAT.exec(pattern.slice(i, i + 14)) : null;
    if (c === '(') {
      open.push(sum);
      sum += 2;
      last = 2;
    } else if (c === ')') {
      last = sum - (open.pop() ?? 0);
    } else if (repeat !== null) {
      const times = Math.max(Number(repeat[1]), Number(repeat[3] ?? 0), 1);
      const more = last * times * (repeat[2] === undefined ? 1 : 2);
      sum += more - last;
      last = more;
      i += repeat[0].length - 1;
    } else if (c === '[') {
      const end = endOfClass(pattern, i);
      if (end === undefined) return Infinity;
      const inner = pattern.slice(i, end);
      const classes = inner.split(/\\[pP]|\[:/).length - 1;
      sum += 1 + classes * CLASS_SIZE + Math.floor(inner.length / CLASS_CHARACTERS);
      i = end;
      last = 1;
    } else if (c === '\\' && pattern[i + 1] === 'Q') {
      // Letters, as they stand, up to the end of the quote or of the text.
      const end = pattern.indexOf('\\E', i + 2);
      const letters = (end < 0 ? pattern.length : end) - i - 2;
      sum += letters;
      if (letters > 0) last = 1;
      i = end < 0 ? pattern.length : end + 1;
    } else if (c === '\\') {
      i++;
      const isClass = pattern[i] === 'p' || pattern[i] === 'P';
      if (isClass && pattern[i + 1] === '{') i = Math.max(i, pattern.indexOf('}', i));
      sum += isClass ? 1 + CLASS_SIZE : 1;
      last = 1;
    } else {
      sum += 1;
      if (c !== '*' && c !== '+' && c !== '?' && c !== '|') last = 1;
    }
  }
  return sum;
}

/** Of all expressions in these conditions, of whatever shape. */
export function expressionsSize(conditions: readonly unknown[]): number {
  let sum = 0;
  const pending: unknown[] = [...conditions];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (Array.isArray(next)) for (const item of next) pending.push(item);
    else if (isJsonObject(next)) {
      if (typeof next['regex'] === 'string') {
        // What is none is never compiled, and takes no room from the others.
        const size = expressionSize(next['regex']);
        if (size !== Infinity) sum += size;
      }
      for (const key of ['and', 'or', 'not']) if (next[key] !== undefined) pending.push(next[key]);
    }
  }
  return sum;
}

const known = new Map<string, RE2JS | string>();
let held = 0;

/** The expression, or why it cannot be used. */
export function compiledExpression(pattern: string, ignoresCase: boolean): RE2JS | string {
  const key = (ignoresCase ? 'i' : 'c') + pattern;
  const before = known.get(key);
  if (before !== undefined) return before;
  const size = expressionSize(pattern);
  const problem =
    size === Infinity ? 'a class in it has no end that can be told' : size > MAX_TOLD ? 'it is too large' : undefined;
  const made = problem ?? compile(pattern, ignoresCase ? RE2JS.CASE_INSENSITIVE : 0);
  held += Math.min(size, MAX_TOLD);
  if (held > 2 * MAX_SET_SIZE) {
    known.clear();
    held = Math.min(size, MAX_TOLD);
  }
  known.set(key, made);
  return made;
}

function compile(pattern: string, flags: number): RE2JS | string {
  try {
    const made = RE2JS.compile(pattern, flags);
    return made.programSize() > MAX_SIZE ? 'it is too large' : made;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why the expression cannot be used; undefined where it can. */
export function expressionProblem(pattern: string): string | undefined {
  const found = compiledExpression(pattern, true);
  return typeof found === 'string' ? found : undefined;
}
