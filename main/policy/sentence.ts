/** Rules, chains and conditions in plain words for people. Says what is written, decides nothing. */
import type { Condition, NewChain, NewRule } from '../../preload/contract/index.ts';

const MAX_LISTED = 5;
const MAX_TEXT = 80;

function quoted(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function listed(values: readonly unknown[], word = 'or'): string {
  const shown = values.slice(0, MAX_LISTED).map(quoted);
  const rest = values.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} ${word} ${rest} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} ${word} ${last}`;
}

function sizeWords({ min, max }: { min?: number | undefined; max?: number | undefined }): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : min === max ? `${min}` : `${min} to ${max}`;
}

/** Of all arguments together: how many there are. */
function argumentCount(size: { min?: number | undefined; max?: number | undefined }): string {
  return size.min === 1 && size.max === 1 ? 'there is 1 argument' : `there are ${sizeWords(size)} arguments`;
}

function testSentence(test: Exclude<Condition, { and: unknown } | { or: unknown } | { not: unknown }>): string {
  const name = test.at === '' ? 'the arguments' : quoted(test.at);
  if ('eq' in test) return `${name} is ${quoted(test.eq)}`;
  if ('in' in test) return `${name} is ${listed(test.in)}`;
  if ('glob' in test) return `${name} looks like ${quoted(test.glob)}`;
  if ('regex' in test) return `${name} matches the expression ${quoted(test.regex)}`;
  if ('gt' in test) return `${name} is more than ${test.gt}`;
  if ('gte' in test) return `${name} is ${test.gte} or more`;
  if ('lt' in test) return `${name} is less than ${test.lt}`;
  if ('lte' in test) return `${name} is ${test.lte} or less`;
  if ('length' in test && test.at === '') return argumentCount(test.length);
  if ('length' in test) return `the length of ${name} is ${sizeWords(test.length)}`;
  if ('contains' in test) return `${name} holds ${quoted(test.contains)}`;
  if ('exists' in test) return `${name} is ${test.exists ? 'there' : 'missing'}`;
  if ('path_under' in test) return `${name} is a path below ${listed(test.path_under)}`;
  return `${name} is a URL of the host ${listed(test.url_host)}`;
}

/** Deeper ones are only counted: nobody reads them. */
const MAX_DEPTH = 4;

export function conditionSentence(condition: Condition, depth = 0): string {
  if (depth > MAX_DEPTH) return '(more conditions)';
  const inner = (parts: readonly Condition[], word: string): string => {
    const text = parts.map((part) => conditionSentence(part, depth + 1)).join(` ${word} `);
    return depth === 0 || parts.length === 1 ? text : `(${text})`;
  };
  if ('and' in condition) return inner(condition.and, 'and');
  if ('or' in condition) return inner(condition.or, 'or');
  if ('not' in condition) return `not (${conditionSentence(condition.not, depth + 1)})`;
  return testSentence(condition);
}

function named(word: string, glob: string, all: 'every' | 'any' = 'every'): string {
  return glob === '*' ? `${all} ${word}` : `the ${word} ${quoted(glob)}`;
}

const VERBS = { deny: 'Deny', ask: 'Ask before', allow: 'Allow' } as const;
/** A question comes before each one, not once before all of them. */
const ALL = { deny: 'every', ask: 'any', allow: 'every' } as const;

/** `Deny the tool "delete_*" on the connector "files" when "/path" is a path below "/etc".` */
export function ruleSentence(rule: NewRule): string {
  const all = ALL[rule.effect];
  const what =
    rule.resource !== undefined
      ? named('resource', rule.resource, all)
      : rule.prompt !== undefined
        ? named('prompt', rule.prompt, all)
        : named('tool', rule.tool ?? '*', all);
  const who = rule.client === undefined ? '' : ` for ${named('client', rule.client, all)}`;
  const when = rule.when === undefined ? '' : ` when ${conditionSentence(rule.when)}`;
  return `${VERBS[rule.effect]} ${what} on ${named('connector', rule.connector, all)}${who}${when}.`;
}

const HOLDING = {
  anything: 'a result',
  secret: 'a secret in a result',
  injection: 'injected instructions in a result',
};

export function chainSentence({ effect, after, before }: NewChain): string {
  const place = (tool: string, connector: string, all: 'every' | 'any'): string =>
    `${named('tool', tool, all)} on ${named('connector', connector, all)}`;
  const call = place(before.tool, before.connector, ALL[effect]);
  const source = place(after.tool, after.connector, 'any');
  return `${VERBS[effect]} ${call} after ${HOLDING[after.holding]} of ${source}.`;
}
