/** What rules and chains say of one another, for people; decides nothing. */
import type { Chain, LintFinding, Rule } from '../../../preload/contract/index.ts';
import { expressionsSize, MAX_SET_SIZE } from '../expressions.ts';
import { Names, remembered, type KnownNames } from './known-names.ts';
import { LintWork } from './lint-work.ts';
import { looks } from './looks.ts';
import { shadowed } from './shadows.ts';

export type { KnownNames } from './known-names.ts';

/** Of a rule or chain. */
type Speaks = (owner: string, id: string, glob: string) => LintFinding[];

function unknownConnector(connectors: Names, work: LintWork): Speaks {
  const isKnown = remembered((glob) => connectors.wide(glob) !== undefined);
  return (owner, id, glob) => {
    // What was not compared is not said to be missing.
    if (isKnown(glob) || work.isSpent) return [];
    return [{ kind: 'unknown_name', rules: [id], text: `${owner} ${id} names no connector that is here: "${glob}".` }];
  };
}

/** An allow that misses the tool it means by the case of a letter. */
function nearMiss(connectors: Names, { tools }: KnownNames, work: LintWork): (rule: Rule) => LintFinding[] {
  const toolsOf = remembered(
    (connector) => new Names([...new Set(connectors.named(connector).flatMap((name) => tools?.get(name) ?? []))], work),
  );
  return ({ id, effect, tool, connector }) => {
    if (effect !== 'allow' || tool === undefined || tools === undefined) return [];
    const names = toolsOf(connector);
    if (names.exact(tool) !== undefined) return [];
    const near = names.wide(tool);
    if (near === undefined || work.isSpent) return [];
    const text = `Rule ${id} allows "${tool}" letter for letter, and so not "${near}".`;
    return [{ kind: 'narrower_than_it_looks', rules: [id], text }];
  };
}

/** In a set with more expressions than are used none of them is compiled, here neither. */
function tooManyExpressions(rules: readonly Rule[]): LintFinding[] {
  if (expressionsSize(rules.map(({ when }) => when ?? {})) <= MAX_SET_SIZE) return [];
  const text =
    'The rules hold more, or larger, regular expressions than are used: none of them is, so rules that deny or ask with one count for every call, and rules that allow with one for none.';
  return [{ kind: 'wider_than_it_looks', rules: [], text }];
}

/** What remains of a rule to be looked at when everything else had its turn. */
const A_RULE = 1000;

/** The same as {@link lint}, step by step, so that everything else can have its turn. */
export function* lintSteps(
  rules: readonly Rule[],
  chains: readonly Chain[],
  known: KnownNames,
  work: LintWork = new LintWork(),
): Generator<undefined, LintFinding[]> {
  const separator = known.separator ?? '/';
  const tooMany = tooManyExpressions(rules);
  const connectors = new Names(known.connectors, work);
  const unknown = unknownConnector(connectors, work);
  const missed = nearMiss(connectors, known, work);
  const found = [...tooMany];
  for (const rule of rules) {
    found.push(...unknown('Rule', rule.id, rule.connector));
    found.push(...looks(rule, separator, work, tooMany.length === 0));
    found.push(...missed(rule));
    work.spend(A_RULE);
    if (work.isTurn()) yield undefined;
  }
  for (const chain of chains) {
    for (const glob of new Set([chain.after.connector, chain.before.connector]))
      found.push(...unknown('Chain', chain.id, glob));
    if (work.isTurn()) yield undefined;
  }
  const { findings, isWhole } = yield* shadowed(rules, work);
  found.push(...findings);
  if (!isWhole) {
    const text = `There are too many rules with "*" or "?" to compare each with each: some that another one covers are not named.`;
    found.push({ kind: 'shadowed', rules: [], text });
  }
  return found;
}

/** Findings in the order of the rules; those about several of them last. */
export function lint(
  rules: readonly Rule[],
  chains: readonly Chain[],
  known: KnownNames,
  work?: LintWork,
): LintFinding[] {
  const steps = lintSteps(rules, chains, known, work);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
