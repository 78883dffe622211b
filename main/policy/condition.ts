/**
 * Compiles conditions. `wide` follows what the rule does: for deny and ask a test takes everything that might be meant, for
 * allow only what surely is; under `not` it is the other way round, so that a wide reading never opens anything.
 * What is not known here (another operator, too deep, a broken expression) is undecidable: it closes and never opens.
 */
import { ValueTest } from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import { urlHost } from './host-test.ts';
import { judge, judgeExists, whyNot, type Leaf } from './leaf.ts';
import { pathUnder, type PathReader } from './path-test.ts';
import { pointerParts, valueAt } from './pointer.ts';
import { anyOf, compared, containing } from './scalar-tests.ts';
import { sized } from './size-test.ts';
import { globbed, matched } from './text-tests.ts';
import { and, FALSE, not, or, TRUE, UNDECIDABLE, type Truth } from './truth.ts';
import { Work } from './work.ts';

export interface CompiledCondition {
  /** `work`: of the decision that it is part of; its own where there is none. */
  test(args: unknown, work?: Work): Truth;
  /** Which value could not be evaluated and why, of the first such test; undefined where there is none. */
  why(args: unknown): string | undefined;
}

export interface ConditionOptions {
  /** True for deny and ask. */
  readonly wide: boolean;
  /** Without one no path can be told. */
  readonly paths?: PathReader | undefined;
  /** False where the set that it is part of has more regular expressions than are used. */
  readonly usesExpressions?: boolean | undefined;
}

interface Polarity extends ConditionOptions {
  /** Of the rule as a whole: `wide`, before any `not`. */
  readonly closes: boolean;
}

interface Part {
  test(args: unknown, work: Work): Truth;
  why(args: unknown): string | undefined;
}

const MAX_DEPTH = 32;
const MAX_TESTS = 1000;

function unknown(why: string): Part {
  return { test: () => UNDECIDABLE, why: () => why };
}

function leafOf(test: Exclude<ValueTest, { exists: boolean }>, options: Polarity): Leaf {
  const { wide, paths } = options;
  if ('eq' in test) return anyOf([test.eq], wide);
  if ('in' in test) return anyOf(test.in, wide);
  if ('glob' in test) return globbed(test.glob, wide);
  if ('regex' in test) return matched(test.regex, wide, options.usesExpressions);
  if ('length' in test) return sized(test.length, wide || options.closes);
  if ('contains' in test) return containing(test.contains, wide);
  if ('path_under' in test) return pathUnder(test.path_under, wide, paths);
  if ('url_host' in test) return urlHost(test.url_host, wide);
  return compared(test, wide);
}

function compileTest(value: unknown, options: Polarity): Part {
  const { success, data: test } = ValueTest.safeParse(value);
  const parts = success ? pointerParts(test.at) : undefined;
  if (!success || parts === undefined) return unknown('the rule holds a condition that is not known here');
  if ('exists' in test) {
    return { test: (args) => judgeExists(test.exists, valueAt(args, parts)), why: () => undefined };
  }
  const leaf = leafOf(test, options);
  return {
    test: (args, work) => judge(leaf, valueAt(args, parts), work),
    why: (args) => {
      const found = valueAt(args, parts);
      return judge(leaf, found, new Work()) === UNDECIDABLE ? whyNot(leaf, test.at, found) : undefined;
    },
  };
}

function all(parts: readonly Part[]): Part {
  return {
    test: (args, work) => {
      let result = TRUE;
      for (const part of parts) {
        result = and(result, part.test(args, work));
        if (result === FALSE) break;
      }
      return result;
    },
    why: (args) => firstWhy(parts, args),
  };
}

function any(parts: readonly Part[]): Part {
  return {
    test: (args, work) => {
      let result = FALSE;
      for (const part of parts) {
        result = or(result, part.test(args, work));
        if (result === TRUE) break;
      }
      return result;
    },
    why: (args) => firstWhy(parts, args),
  };
}

function firstWhy(parts: readonly Part[], args: unknown): string | undefined {
  for (const part of parts) {
    const why = part.why(args);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Never throws for a condition of whatever shape. */
export function compileCondition(condition: unknown, options: ConditionOptions): CompiledCondition {
  let left = MAX_TESTS;
  const compile = (value: unknown, wide: boolean, depth: number): Part => {
    if (depth > MAX_DEPTH || --left < 0) return unknown('the condition of the rule is too large');
    if (!isJsonObject(value)) return unknown('the rule holds a condition that is not known here');
    const [key, ...more] = Object.keys(value);
    const inner = key === undefined ? undefined : value[key];
    if (more.length === 0 && key === 'not') {
      const part = compile(inner, !wide, depth + 1);
      return { test: (args, work) => not(part.test(args, work)), why: (args) => part.why(args) };
    }
    if (more.length === 0 && (key === 'and' || key === 'or') && Array.isArray(inner) && inner.length > 0) {
      const parts = inner.map((part) => compile(part, wide, depth + 1));
      return key === 'and' ? all(parts) : any(parts);
    }
    return compileTest(value, { ...options, wide, closes: options.wide });
  };
  const whole = compile(condition, options.wide, 0);
  return { test: (args, work = new Work()) => whole.test(args, work), why: (args) => whole.why(args) };
}
