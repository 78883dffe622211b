/**
 * A rule or chain while it is typed: what is wrong with it and where, what it says in words, what stands out, and whether saving
 * it would need a person's yes. Refuses nothing and stores nothing; sizes are looked at before anything that takes long.
 */
import {
  toFailure,
  type CheckedRule,
  type NewChain,
  type NewRule,
  type OperationInput,
  type Rule,
  type RuleProblem,
} from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import { readChain, readRule, type Read } from '../policy/check/rule-problems.ts';
import { expressionsSize, MAX_SET_SIZE } from '../policy/expressions.ts';
import { lintOne } from '../policy/lint/lint-one.ts';
import type { KnownNames } from '../policy/lint/lint.ts';
import { MAX_RULE_BYTES, ruleBytes, ruleContent } from '../policy/suggest/rule-content.ts';
import type { Settings } from '../settings/schema.ts';
import { chainContent } from './policy-rules.ts';
import { shownChain, shownRule } from './policy-view.ts';
import { editWeakens, opens } from './policy-weakening.ts';
import { strictJson } from './strict-json.ts';
import { hasTooManyExpressions } from './unusable-condition.ts';

export interface ValidateParts {
  readonly settings: { read(): Settings };
  readonly clock: () => Date;
  readonly names: () => KnownNames;
}

const KIB = 1024;
/** Formatting is not kept, so the text may be longer than the rule. */
const MAX_TEXT = 4 * MAX_RULE_BYTES;
const MAX_FINDINGS = 20;
/** No name and no text of a condition can hold it, so that nothing but the id is replaced in a sentence. */
const DRAFT = '\u0001draft';

const TOO_LARGE = `It is too long: one rule may take ${MAX_RULE_BYTES / KIB} KiB.`;

const wrong = (problems: readonly RuleProblem[]): CheckedRule => ({
  ok: false,
  sentence: '',
  problems: [...problems],
  findings: [],
  weakens: false,
});

const whole = (text: string): RuleProblem[] => [{ path: '', text }];

type Parsed = { readonly value: unknown } | { readonly problem: string };

function parsed(text: string): Parsed {
  if (text.length > MAX_TEXT) return { problem: TOO_LARGE };
  try {
    return { value: strictJson(text, 'The text') };
  } catch (error) {
    return { problem: toFailure(error).message };
  }
}

/** Before any expression is compiled. */
function tooLarge(given: unknown): string | undefined {
  const when = isJsonObject(given) ? given['when'] : undefined;
  if (Buffer.byteLength(JSON.stringify(given) ?? '') > MAX_RULE_BYTES + KIB) return TOO_LARGE;
  return expressionsSize([when]) > MAX_SET_SIZE ? 'It holds more, or larger, expressions than are used.' : undefined;
}

function draftText(text: string): string {
  return text.replaceAll(`Rule ${DRAFT}`, 'This rule').replaceAll(DRAFT, 'this rule');
}

export function validateHandler({
  settings,
  clock,
  names,
}: ValidateParts): (input: OperationInput<'policy.validate'>) => CheckedRule {
  const ofRule = (given: NewRule, replaces: string | undefined): CheckedRule => {
    const now = settings.read();
    const old = now.rules.find(({ id }) => id === replaces);
    const others = now.rules.filter((rule) => rule !== old);
    if (ruleBytes(given) > MAX_RULE_BYTES) return wrong(whole(TOO_LARGE));
    if (hasTooManyExpressions([given], others))
      return wrong(whole('All rules together would hold more, or larger, expressions than are used.'));
    if (replaces !== undefined && old === undefined)
      return wrong(whole('The rule that you are changing is gone. Save this as a new one.'));
    const draft: Rule = { id: DRAFT, ...given, createdAt: clock().toISOString() };
    const content = ruleContent(given);
    const same = others.find((rule) => ruleContent(rule) === content);
    const findings = same === undefined ? lintOne(draft, others, names()).map(({ text }) => draftText(text)) : [];
    return {
      ok: same === undefined,
      rule: given,
      ...shownRule(given),
      problems: same === undefined ? [] : whole(`The rule ${same.id} says the same already.`),
      findings: findings.slice(0, MAX_FINDINGS),
      weakens: old === undefined ? opens(given, now) : editWeakens(old, given, now),
      ...(same === undefined ? {} : { same: same.id }),
    };
  };

  const ofChain = (given: NewChain): CheckedRule => {
    const content = chainContent(given);
    const same = settings.read().chains.find((chain) => chainContent(chain) === content);
    return {
      ok: same === undefined,
      chain: given,
      ...shownChain(given),
      problems: same === undefined ? [] : whole(`The chain ${same.id} says the same already.`),
      findings: [],
      // A chain only ever tightens.
      weakens: false,
      ...(same === undefined ? {} : { same: same.id }),
    };
  };

  const checked = <T>(read: Read<T>, then: (value: T) => CheckedRule): CheckedRule =>
    read.kind === 'fits' ? then(read.value) : wrong(read.problems);

  return ({ kind, text, replaces }) => {
    const given = parsed(text);
    if ('problem' in given) return wrong(whole(given.problem));
    if (kind === 'chain') return checked(readChain(given.value), ofChain);
    const large = tooLarge(given.value);
    if (large !== undefined) return wrong(whole(large));
    return checked(readRule(given.value), (rule) => ofRule(rule, replaces));
  };
}
