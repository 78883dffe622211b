/** One test of a condition as a line of a form: what can be typed, and the JSON that it stands for. */
import type { Condition } from '../../../preload/contract/policy.ts';

export const TEST_NAMES = [
  'path_under',
  'url_host',
  'eq',
  'in',
  'contains',
  'glob',
  'regex',
  'exists',
  'missing',
  'gt',
  'gte',
  'lt',
  'lte',
  'length',
] as const;
export type TestName = (typeof TEST_NAMES)[number];

/** As a person reads it, after the name of an argument. */
export const TEST_WORDS: Readonly<Record<TestName, string>> = {
  path_under: 'is a path below one of',
  url_host: 'is an address of one of these hosts',
  eq: 'is exactly',
  in: 'is one of',
  contains: 'holds',
  glob: 'looks like',
  regex: 'matches the expression',
  exists: 'is there',
  missing: 'is missing',
  gt: 'is more than',
  gte: 'is at least',
  lt: 'is less than',
  lte: 'is at most',
  length: 'has a length from … to',
};

export const TEST_HINTS: Readonly<Record<TestName, string>> = {
  path_under: 'One folder on each line. "~/" is your home folder.',
  url_host: 'One host on each line, such as example.com; "*.example.com" is everything below it.',
  eq: 'The whole value, as it stands.',
  in: 'One value on each line.',
  contains: 'A part of the text, or an entry of a list.',
  glob: 'The whole text; "*" is any run of characters, "?" any one.',
  regex: 'An expression in RE2 syntax; it may match anywhere unless "^" and "$" enclose it.',
  exists: 'Whatever its value is.',
  missing: 'The call does not give it.',
  gt: 'A number.',
  gte: 'A number.',
  lt: 'A number.',
  lte: 'A number.',
  length: 'Characters of a text, entries of a list. One of the two may be left empty.',
};

/** How a typed value is meant. */
export const VALUE_TYPES = ['text', 'number', 'boolean', 'null'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export interface ConditionRow {
  /** JSON Pointer of the argument. */
  readonly at: string;
  readonly test: TestName;
  /** One value, or one on each line. */
  readonly value: string;
  readonly type: ValueType;
  /** Of a length; the lower one is `value`. */
  readonly upTo: string;
  /** The line holds where the test does not. */
  readonly isNot: boolean;
}

export const EMPTY_ROW: ConditionRow = {
  at: '/path',
  test: 'path_under',
  value: '',
  type: 'text',
  upTo: '',
  isNot: false,
};

const LISTS: ReadonlySet<TestName> = new Set(['in', 'path_under', 'url_host']);
const NUMBERS: ReadonlySet<TestName> = new Set(['gt', 'gte', 'lt', 'lte']);
const TYPED: ReadonlySet<TestName> = new Set(['eq', 'in', 'contains']);

export const isList = (test: TestName): boolean => LISTS.has(test);
export const isTyped = (test: TestName): boolean => TYPED.has(test);

/** A text that is no number stays one, so that what is wrong is said at its place. */
function numberOf(text: string): unknown {
  const trimmed = text.trim();
  const value = Number(trimmed);
  return trimmed === '' || Number.isNaN(value) ? text : value;
}

function valueOf(text: string, type: ValueType): unknown {
  if (type === 'null') return null;
  if (type === 'number') return numberOf(text);
  return type === 'boolean' ? text.trim() === 'true' : text;
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

function testOf({ at, test, value, type, upTo }: ConditionRow): unknown {
  if (test === 'exists' || test === 'missing') return { at, exists: test === 'exists' };
  if (test === 'in') return { at, in: linesOf(value).map((line) => valueOf(line, type)) };
  if (LISTS.has(test)) return { at, [test]: linesOf(value).map((line) => line.trim()) };
  if (NUMBERS.has(test)) return { at, [test]: numberOf(value) };
  if (test === 'length') {
    const end = (text: string, name: string): object => (text.trim() === '' ? {} : { [name]: numberOf(text) });
    return { at, length: { ...end(value, 'min'), ...end(upTo, 'max') } };
  }
  return { at, [test]: TYPED.has(test) ? valueOf(value, type) : value };
}

/** What the line stands for; need not fit. */
export function rowToJson(row: ConditionRow): unknown {
  return row.isNot ? { not: testOf(row) } : testOf(row);
}

type Scalar = string | number | boolean | null;

/** JSON knows "-0", and so does a rule's text; `String` would drop its sign. */
const textOf = (value: Scalar): string => (Object.is(value, -0) ? '-0' : String(value));

function typeOf(value: Scalar): ValueType {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : 'boolean';
}

/** A line cannot tell a value with a line break in it from two. */
const isOneLine = (value: Scalar): boolean => {
  const text = String(value);
  return text !== '' && text.trim() === text && !/[\n\r]/.test(text);
};

function listRow(row: ConditionRow, test: TestName, values: readonly Scalar[]): ConditionRow | undefined {
  return values.every(isOneLine) ? { ...row, test, value: values.map(textOf).join('\n') } : undefined;
}

function valueRow(row: ConditionRow, test: TestName, value: Scalar): ConditionRow {
  const type = typeOf(value);
  return { ...row, test, type, value: type === 'null' ? '' : textOf(value) };
}

/** The line that stands for exactly this; undefined where none does. */
export function jsonToRow(condition: Condition): ConditionRow | undefined {
  if ('not' in condition) {
    const inner = 'not' in condition.not ? undefined : jsonToRow(condition.not);
    return inner === undefined ? undefined : { ...inner, isNot: true };
  }
  if ('and' in condition || 'or' in condition) return undefined;
  const row = { ...EMPTY_ROW, at: condition.at };
  if ('exists' in condition) return { ...row, test: condition.exists ? 'exists' : 'missing' };
  if ('length' in condition) {
    const { min, max } = condition.length;
    return {
      ...row,
      test: 'length',
      value: min === undefined ? '' : textOf(min),
      upTo: max === undefined ? '' : textOf(max),
    };
  }
  if ('path_under' in condition) return listRow(row, 'path_under', condition.path_under);
  if ('url_host' in condition) return listRow(row, 'url_host', condition.url_host);
  if ('in' in condition) {
    const [type, another] = new Set(condition.in.map(typeOf));
    if (type === 'null' || another !== undefined) return undefined;
    return listRow({ ...row, type: type ?? 'text' }, 'in', condition.in);
  }
  if ('eq' in condition) return valueRow(row, 'eq', condition.eq);
  if ('contains' in condition) return valueRow(row, 'contains', condition.contains);
  if ('glob' in condition) return { ...row, test: 'glob', value: condition.glob };
  if ('regex' in condition) return { ...row, test: 'regex', value: condition.regex };
  if ('gt' in condition) return { ...row, test: 'gt', value: textOf(condition.gt) };
  if ('gte' in condition) return { ...row, test: 'gte', value: textOf(condition.gte) };
  if ('lt' in condition) return { ...row, test: 'lt', value: textOf(condition.lt) };
  return { ...row, test: 'lte', value: textOf(condition.lte) };
}
