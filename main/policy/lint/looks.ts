/** Rules that do more or less than they seem to say. */
import type { Condition, LintFinding, Rule, ValueTest } from '../../../preload/contract/index.ts';
import { compileCondition } from '../condition.ts';
import { expressionProblem } from '../expressions.ts';
import { isHostGlob } from '../host-test.ts';
import { isPlainFolder } from '../path-test.ts';
import { isUnsafe } from '../scalar-tests.ts';
import { UNDECIDABLE } from '../truth.ts';
import { contradiction } from './contradictions.ts';
import type { LintWork } from './lint-work.ts';

type Kind = LintFinding['kind'];

function tests(condition: Condition, depth = 0): readonly ValueTest[] {
  if (depth > 32) return [];
  if ('and' in condition) return condition.and.flatMap((part) => tests(part, depth + 1));
  if ('or' in condition) return condition.or.flatMap((part) => tests(part, depth + 1));
  return 'not' in condition ? tests(condition.not, depth + 1) : [condition];
}

/** True where a `|` stands outside of all brackets: then `^` and `$` bind only to one side of it. */
function hasOpenAlternative(pattern: string): boolean {
  let depth = 0;
  let isClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (isClass) isClass = c !== ']';
    else if (c === '[') isClass = true;
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === '|' && depth === 0) return true;
  }
  return false;
}

function isAnchored(pattern: string): boolean {
  return /^(?:\(\?[is]+\))?(?:\^|\\A)/.test(pattern) && /(?:\$|\\z)$/.test(pattern) && !hasOpenAlternative(pattern);
}

const WIDE_FOLDERS: ReadonlySet<string> = new Set(['/', '~', '~/', '~\\', 'C:\\', 'C:/']);

/** A test that allows more than whoever wrote it may think. */
function looseTest(test: ValueTest): string | undefined {
  if ('glob' in test && /\*[^*]/.test(test.glob)) {
    return `in ${JSON.stringify(test.glob)} the "*" also stands for "/", "." and everything else`;
  }
  if ('regex' in test && !isAnchored(test.regex)) {
    return `the expression ${JSON.stringify(test.regex)} may match anywhere in the text; let "^" and "$" enclose all of it`;
  }
  if ('url_host' in test) {
    const loose = test.url_host.find((glob) => /^[*?]+(?:[^.*?]|$)|^\*\.[^.]*$|[*?].*[*?]|[^.*?][*?]/.test(glob));
    if (loose !== undefined) return `the host ${JSON.stringify(loose)} is also one that anybody can register`;
  }
  if ('path_under' in test) {
    const all = test.path_under.find((folder) => WIDE_FOLDERS.has(folder));
    if (all !== undefined) return `nearly everything lies below ${JSON.stringify(all)}`;
  }
  return undefined;
}

interface Looking {
  readonly work: LintWork;
  readonly separator: string;
  /** Whether expressions are used at all. */
  readonly compiles: boolean;
}

/** A test that never says yes or no. */
function brokenTest(test: ValueTest, { separator, compiles }: Looking): string | undefined {
  if ('regex' in test && compiles) {
    const problem = expressionProblem(test.regex);
    if (problem !== undefined) return `${JSON.stringify(test.regex)} is no expression: ${problem}`;
  }
  if ('path_under' in test) {
    const folder = test.path_under.find((one) => !isPlainFolder(one, separator));
    if (folder !== undefined) return `the folder ${JSON.stringify(folder)} is neither absolute nor below "~/"`;
  }
  if ('url_host' in test) {
    const glob = test.url_host.find((one) => !isHostGlob(one));
    if (glob !== undefined) return `${JSON.stringify(glob)} is no host; it has no scheme, user, port or path`;
  }
  return undefined;
}

/** A number of the rule that stands for its neighbours too. */
function largeNumber(test: ValueTest): number | undefined {
  if ('in' in test) return test.in.find(isUnsafe);
  const values = [
    'eq' in test ? test.eq : undefined,
    'contains' in test ? test.contains : undefined,
    'gt' in test ? test.gt : undefined,
    'gte' in test ? test.gte : undefined,
    'lt' in test ? test.lt : undefined,
    'lte' in test ? test.lte : undefined,
  ];
  return values.find(isUnsafe);
}

function ofCondition(rule: Rule, when: Condition, looking: Looking, say: (kind: Kind, text: string) => void): void {
  const { effect } = rule;
  const isWide = effect !== 'allow';
  const verb = effect === 'deny' ? 'denies' : 'asks before';
  const broken = tests(when)
    .map((test) => brokenTest(test, looking))
    .find((one) => one !== undefined);
  if (broken !== undefined) {
    if (isWide) say('wider_than_it_looks', `cannot be evaluated, and so ${verb} every call: ${broken}`);
    else say('never_matches', `cannot be evaluated, and so allows nothing: ${broken}`);
    return;
  }
  const large = tests(when)
    .map(largeNumber)
    .find((one) => one !== undefined);
  if (large !== undefined) {
    const what = `names a number beyond ${Number.MAX_SAFE_INTEGER}, which cannot be told from its neighbours`;
    if (isWide) say('wider_than_it_looks', `${what}: it ${verb} those too`);
    else say('narrower_than_it_looks', `${what}: it does not allow a call with it`);
  }
  const why = contradiction(when, isWide, looking.work);
  if (why !== undefined) {
    const rest = isWide ? '; it counts only where that value is missing or of another type' : '';
    say('never_matches', `never holds: ${why}${rest}`);
    return;
  }
  if (!isWide) {
    const loose = tests(when).map(looseTest);
    for (const one of new Set(loose))
      if (one !== undefined) say('wider_than_it_looks', `may allow more than it says: ${one}`);
    return;
  }
  const condition = compileCondition(when, { wide: true, usesExpressions: looking.compiles });
  if (condition.test({}) === UNDECIDABLE) {
    const missing = condition.why({});
    say(
      'wider_than_it_looks',
      `${verb} also what cannot be evaluated: a call in which ${missing ?? 'the value is missing'} (join it with "exists" if such a call is fine)`,
    );
  }
}

/** What is remarkable about one rule by itself. */
export function looks(rule: Rule, separator: string, work: LintWork, compiles = true): LintFinding[] {
  const found: LintFinding[] = [];
  const say = (kind: Kind, text: string): void => {
    found.push({ kind, rules: [rule.id], text: `Rule ${rule.id} ${text}.` });
  };
  const isAllow = rule.effect === 'allow';
  if (rule.when !== undefined) ofCondition(rule, rule.when, { separator, compiles, work }, say);
  else if (isAllow && rule.connector === '*' && (rule.tool === '*' || rule.resource === '*')) {
    say('wider_than_it_looks', 'allows everything of every connector, also of those that are added later');
  }
  if (rule.effect === 'ask' && rule.connector === '*') {
    say('wider_than_it_looks', 'opens also connectors that are added later with the default deny, to a question');
  }
  if (rule.client !== undefined && rule.client !== '*') {
    say(
      'narrower_than_it_looks',
      isAllow
        ? 'counts only for clients that the hub knows by their token: what a client calls itself is no proof'
        : 'goes by what a client calls itself: one that gives another name is not caught',
    );
  }
  return found;
}
