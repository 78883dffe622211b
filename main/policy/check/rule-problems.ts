/** What is wrong with a rule or a chain as it is typed. Takes anything; nothing is wrong exactly where the schema says so too. */
import { NewChain, NewRule, type RuleProblem } from '../../../preload/contract/index.ts';
import { isJsonObject } from '../../../preload/contract/json.ts';
import { conditionProblems } from './condition-problems.ts';
import { MAX_PROBLEMS, valueProblems } from './value-problems.ts';

export type Read<T> =
  { readonly kind: 'fits'; readonly value: T } | { readonly kind: 'not'; readonly problems: readonly RuleProblem[] };

const SUBJECTS = ['tool', 'resource', 'prompt'] as const;

function subjectProblems(given: Readonly<Record<string, unknown>>): RuleProblem[] {
  const named = SUBJECTS.filter((subject) => given[subject] !== undefined);
  if (named.length === 0) return [{ path: '', text: 'Name what it is about: "tool", "resource" or "prompt".' }];
  if (named.length > 1) return [{ path: '', text: 'Name one thing only: "tool", "resource" or "prompt".' }];
  return named[0] === 'resource' && given['when'] !== undefined
    ? [{ path: 'when', text: 'A rule about a resource has no conditions: name its address instead.' }]
    : [];
}

export function readRule(given: unknown): Read<NewRule> {
  if (!isJsonObject(given)) return { kind: 'not', problems: [{ path: '', text: 'A rule is an object in { }.' }] };
  const { when, ...rest } = given;
  const ofCondition = when === undefined ? [] : conditionProblems(when, ['when']);
  // The schema says of a condition only that none of its alternatives fits.
  const { data, success, error } = NewRule.safeParse(ofCondition.length === 0 ? given : rest);
  const ofRest = success ? [] : valueProblems(error).filter(({ path }) => path !== '' || hasForeign(rest));
  const problems = [...ofRest, ...subjectProblems(given), ...ofCondition].slice(0, MAX_PROBLEMS);
  if (problems.length === 0 && success) return { kind: 'fits', value: data };
  return {
    kind: 'not',
    problems: problems.length === 0 ? [{ path: '', text: 'It does not fit.' }] : problems,
  };
}

const MEMBERS: ReadonlySet<string> = new Set(['effect', 'client', 'connector', ...SUBJECTS, 'when', 'note']);

function hasForeign(given: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(given).some((key) => !MEMBERS.has(key));
}

export function readChain(given: unknown): Read<NewChain> {
  if (!isJsonObject(given)) return { kind: 'not', problems: [{ path: '', text: 'A chain is an object in { }.' }] };
  const { data, success, error } = NewChain.safeParse(given);
  return success ? { kind: 'fits', value: data } : { kind: 'not', problems: valueProblems(error) };
}
