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
import { anyOf, compared, containing, sized } from './scalar-tests.ts';
import { globbed, matched } from './text-tests.ts';
import { and, FALSE, not, or, TRUE, UNDECIDABLE, type Truth } from './truth.ts';

export interface CompiledCondition {
  test(args: unknown): Truth;
  /** Which value could not be evaluated and why, of the first such test; undefined where there is none. */
  why(args: unknown): string | undefined;
}

export interface ConditionOptions {
  /** True for deny and ask. */
  readonly wide: boolean;
  /** Without one no path can be told. */
  readonly paths?: PathReader | undefined;
}

const MAX_DEPTH = 32;
const MAX_TESTS = 1000;

function unknown(why: string): CompiledCondition {
  return { test: () => UNDECIDABLE, why: () => why };
}

function leafOf(test: Exclude<ValueTest, { exists: boolean }>, { wide, paths }: ConditionOptions): Leaf {
  if ('eq' in test) return anyOf([test.eq], wide);
  if ('in' in test) return anyOf(test.in, wide);
  if ('glob' in test) return globbed(test.glob, wide);
  if ('regex' in test) return matched(test.regex, wide);
  if ('length' in test) return sized(test.length);
  if ('contains' in test) return containing(test.contains, wide);
  if ('path_under' in test) return pathUnder(test.path_under, wide, paths);
  if ('url_host' in test) return urlHost(test.url_host, wide);
  return compared(test);
}

function compileTest(value: unknown, options: ConditionOptions): CompiledCondition {
  const { success, data: test } = ValueTest.safeParse(value);
  const parts = success ? pointerParts(test.at) : undefined;
  if (!success || parts === undefined) return unknown('the rule holds a condition that is not known here');
  if ('exists' in test) {
    return { test: (args) => judgeExists(test.exists, valueAt(args, parts)), why: () => undefined };
  }
  const leaf = leafOf(test, options);
  return {
    test: (args) => judge(leaf, valueAt(args, parts)),
    why: (args) => {
      const found = valueAt(args, parts);
      return judge(leaf, found) === UNDECIDABLE ? whyNot(leaf, test.at, found) : undefined;
    },
  };
}

function all(parts: readonly CompiledCondition[]): CompiledCondition {
  return {
    test: (args) => {
      let result = TRUE;
      for (const part of parts) {
        result = and(result, part.test(args));
        if (result === FALSE) break;
      }
      return result;
    },
    why: (args) => firstWhy(parts, args),
  };
}

function any(parts: readonly CompiledCondition[]): CompiledCondition {
  return {
    test: (args) => {
      let result = FALSE;
      for (const part of parts) {
        result = or(result, part.test(args));
        if (result === TRUE) break;
      }
      return result;
    },
    why: (args) => firstWhy(parts, args),
  };
}

function firstWhy(parts: readonly CompiledCondition[], args: unknown): string | undefined {
  for (const part of parts) {
    const why = part.why(args);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Never throws for a condition of whatever shape. */
export function compileCondition(condition: unknown, options: ConditionOptions): CompiledCondition {
  let left = MAX_TESTS;
  const compile = (value: unknown, wide: boolean, depth: number): CompiledCondition => {
    if (depth > MAX_DEPTH || --left < 0) return unknown('the condition of the rule is too large');
    if (!isJsonObject(value)) return unknown('the rule holds a condition that is not known here');
    const [key, ...more] = Object.keys(value);
    const inner = key === undefined ? undefined : value[key];
    if (more.length === 0 && key === 'not') {
      const part = compile(inner, !wide, depth + 1);
      return { test: (args) => not(part.test(args)), why: (args) => part.why(args) };
    }
    if (more.length === 0 && (key === 'and' || key === 'or') && Array.isArray(inner) && inner.length > 0) {
      const parts = inner.map((part) => compile(part, wide, depth + 1));
      return key === 'and' ? all(parts) : any(parts);
    }
    return compileTest(value, { ...options, wide });
  };
  return compile(condition, options.wide, 0);
}
