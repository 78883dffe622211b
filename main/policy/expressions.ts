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
const REPEAT = /^\{(\d{1,5})(,(\d{0,5}))?\}/;

/** How many instructions it has, or some more; never compiles. */
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
      const from = i;
      // A "]" that stands first is of the class.
      i += pattern[i + 1] === '^' ? 2 : 1;
      for (i++; i < pattern.length && pattern[i] !== ']'; i++) if (pattern[i] === '\\') i++;
      const classes = pattern.slice(from, i).split(/\\[pP]|\[:/).length - 1;
      sum += 1 + classes * CLASS_SIZE;
      last = 1;
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
      if (typeof next['regex'] === 'string') sum += expressionSize(next['regex']);
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
  const made = size > MAX_TOLD ? 'it is too large' : compile(pattern, ignoresCase ? RE2JS.CASE_INSENSITIVE : 0);
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
