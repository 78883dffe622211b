/**
 * Conditions that cannot hold together. Looks at what must hold at once (tests joined by `and`) of one value: two values, a
 * range without numbers, a length without texts, text and number. What hides in `or` and `not` is not looked at.
 */
import type { Condition, ValueTest } from '../../../preload/contract/index.ts';
import { foldText } from '../fold.ts';
import { globMatches } from '../glob.ts';
import type { LintWork } from './lint-work.ts';

function joined(condition: Condition, depth = 0): readonly ValueTest[] {
  if (depth > 32 || 'or' in condition || 'not' in condition) return [];
  return 'and' in condition ? condition.and.flatMap((part) => joined(part, depth + 1)) : [condition];
}

type Kind = 'string' | 'number' | 'other';

/** The types of value for which the test can hold. */
function kinds(test: ValueTest): readonly string[] | undefined {
  if ('eq' in test) return [kindOf(test.eq)];
  if ('in' in test) return test.in.map(kindOf);
  if ('glob' in test || 'regex' in test || 'path_under' in test || 'url_host' in test) return ['string'];
  if ('gt' in test || 'gte' in test || 'lt' in test || 'lte' in test) return ['number'];
  return undefined;
}

function kindOf(value: unknown): Kind {
  return typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'other';
}

function commonValues(tests: readonly ValueTest[], wide: boolean): readonly unknown[] | undefined {
  const key = (value: unknown): unknown => (wide && typeof value === 'string' ? foldText(value) : value);
  let common: readonly unknown[] | undefined;
  for (const test of tests) {
    const values = 'eq' in test ? [test.eq] : 'in' in test ? test.in : undefined;
    if (values === undefined) continue;
    const keys = new Set(values.map(key));
    common = common === undefined ? values : common.filter((one) => keys.has(key(one)));
  }
  return common;
}

function inRange(tests: readonly ValueTest[], value: number): boolean {
  return tests.every((test) => {
    if ('gt' in test) return value > test.gt;
    if ('gte' in test) return value >= test.gte;
    if ('lt' in test) return value < test.lt;
    return 'lte' in test ? value <= test.lte : true;
  });
}

/** Some number is in the range, or nothing says that it must be one. */
function hasNumber(tests: readonly ValueTest[]): boolean {
  const low = Math.max(...tests.map((test) => ('gt' in test ? test.gt : 'gte' in test ? test.gte : -Infinity)));
  const high = Math.min(...tests.map((test) => ('lt' in test ? test.lt : 'lte' in test ? test.lte : Infinity)));
  return low < high || (low === high && inRange(tests, low));
}

function hasLength(tests: readonly ValueTest[]): boolean {
  const low = Math.max(0, ...tests.map((test) => ('length' in test ? (test.length.min ?? 0) : 0)));
  const high = Math.min(...tests.map((test) => ('length' in test ? (test.length.max ?? Infinity) : Infinity)));
  return low <= high;
}

function problem(tests: readonly ValueTest[], wide: boolean, work: LintWork): string | undefined {
  const exists = new Set(tests.flatMap((test) => ('exists' in test ? [test.exists] : [])));
  if (exists.has(false) && tests.some((test) => !('exists' in test) || test.exists)) {
    return 'must be missing and is tested all the same';
  }
  const types = tests.flatMap((test) => {
    const found = kinds(test);
    return found === undefined ? [] : [found];
  });
  const [first, ...rest] = types;
  if (first?.every((type) => rest.some((other) => !other.includes(type))) === true)
    return 'must be of two types at once';
  const values = commonValues(tests, wide);
  if (values?.length === 0) return 'must be two values at once';
  if (!hasNumber(tests)) return 'must be a number in a range without any';
  if (!hasLength(tests)) return 'must be of a length that none has';
  if (values?.every((value) => typeof value === 'number' && !inRange(tests, value)) === true) {
    return 'must be a number outside of the range that it must be in';
  }
  const globs = wide ? [] : tests.flatMap((test) => ('glob' in test ? [test.glob] : []));
  const fits = (value: unknown): boolean =>
    typeof value === 'string' &&
    globs.every((glob) => !work.spend(glob.length * value.length) || globMatches(glob, value));
  if (globs.length > 0 && values?.every((value) => !fits(value)) === true) return 'must be a text that it cannot be';
  return undefined;
}

/** What contradicts itself, in words; undefined where nothing is seen to. */
export function contradiction(condition: Condition, wide: boolean, work: LintWork): string | undefined {
  const byPointer = new Map<string, ValueTest[]>();
  for (const test of joined(condition)) byPointer.set(test.at, [...(byPointer.get(test.at) ?? []), test]);
  for (const [at, tests] of byPointer) {
    const found = problem(tests, wide, work);
    if (found !== undefined) return `${at === '' ? 'the arguments as a whole' : JSON.stringify(at)} ${found}`;
  }
  return undefined;
}
