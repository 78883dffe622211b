/** Rules that do more or less than they seem to say. */
import type { Condition, LintFinding, Rule, ValueTest } from '../../../preload/contract/index.ts';
import { compileCondition } from '../condition.ts';
import { isPlainFolder } from '../path-test.ts';
import { regexProblem } from '../text-tests.ts';
import { UNDECIDABLE } from '../truth.ts';
import { contradiction } from './contradictions.ts';

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

/** A test that never says yes or no. */
function brokenTest(test: ValueTest, separator: string): string | undefined {
  if ('regex' in test) {
    const problem = regexProblem(test.regex);
    if (problem !== undefined) return `${JSON.stringify(test.regex)} is no expression: ${problem}`;
  }
  if ('path_under' in test) {
    const folder = test.path_under.find((one) => !isPlainFolder(one, separator));
    if (folder !== undefined) return `the folder ${JSON.stringify(folder)} is neither absolute nor below "~/"`;
  }
  return undefined;
}

function ofCondition(rule: Rule, when: Condition, separator: string, say: (kind: Kind, text: string) => void): void {
  const { effect } = rule;
  const isWide = effect !== 'allow';
  const verb = effect === 'deny' ? 'denies' : 'asks before';
  const broken = tests(when)
    .map((test) => brokenTest(test, separator))
    .find((one) => one !== undefined);
  if (broken !== undefined) {
    if (isWide) say('wider_than_it_looks', `cannot be evaluated, and so ${verb} every call: ${broken}`);
    else say('never_matches', `cannot be evaluated, and so allows nothing: ${broken}`);
    return;
  }
  const why = contradiction(when, isWide);
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
  const condition = compileCondition(when, { wide: true });
  if (condition.test({}) === UNDECIDABLE) {
    const missing = condition.why({});
    say(
      'wider_than_it_looks',
      `${verb} also what cannot be evaluated: a call in which ${missing ?? 'the value is missing'} (join it with "exists" if such a call is fine)`,
    );
  }
}

/** What is remarkable about one rule by itself. */
export function looks(rule: Rule, separator: string): LintFinding[] {
  const found: LintFinding[] = [];
  const say = (kind: Kind, text: string): void => {
    found.push({ kind, rules: [rule.id], text: `Rule ${rule.id} ${text}.` });
  };
  const isAllow = rule.effect === 'allow';
  if (rule.when !== undefined) ofCondition(rule, rule.when, separator, say);
  else if (isAllow && rule.connector === '*' && (rule.tool === '*' || rule.resource === '*')) {
    say('wider_than_it_looks', 'allows everything of every connector, also of those that are added later');
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
