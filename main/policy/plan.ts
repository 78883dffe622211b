/**
 * What is left to decide about one tool, prompt or address once its name is known: its rules by effect, those without a
 * condition first. Deny if one is true or undecidable, else ask likewise, else allow if one is surely true, else the default.
 */
import type { Decision } from '../../preload/contract/index.ts';
import type { ClientFacts, Taint } from './call-facts.ts';
import { chainHolds, ruleHolds, ruleUnsure } from './decisions.ts';
import type { CompiledChain, CompiledRule } from './rule-index.ts';
import { FALSE, TRUE, UNDECIDABLE } from './truth.ts';
import { Work } from './work.ts';

const NO_CLIENT: ClientFacts = { name: undefined, isProven: false };

class Entry {
  readonly rule: CompiledRule;
  readonly holds: Decision;

  constructor(rule: CompiledRule) {
    this.rule = rule;
    this.holds = ruleHolds(rule);
  }
}

/**
 * Rules of one effect, those that need less first, so that the plainest reason is given; of those that need the same the order
 * is that of their ids, so that neither the reason nor what a decision has left to spend depends on where a rule stands.
 */
function entries(rules: readonly CompiledRule[], effect: string): readonly Entry[] {
  const rank = (rule: CompiledRule): number => (rule.isPlain ? 0 : rule.hasCondition ? 2 : 1);
  return rules
    .filter((rule) => rule.effect === effect)
    .toSorted((a, b) => rank(a) - rank(b) || (a.rule.id < b.rule.id ? -1 : 1))
    .map((rule) => new Entry(rule));
}

/** The first that holds, else the first that cannot be evaluated. */
function strict(list: readonly Entry[], client: ClientFacts, args: unknown, work: Work): Decision | undefined {
  let unsure: CompiledRule | undefined;
  for (const { rule, holds } of list) {
    const says = rule.says(client, args, work);
    if (says === TRUE) return holds;
    if (says !== FALSE) unsure ??= rule;
  }
  return unsure === undefined ? undefined : ruleUnsure(unsure, unsure.why(client, args));
}

export class Plan {
  readonly denies: readonly Entry[];
  readonly asks: readonly Entry[];
  readonly allows: readonly Entry[];
  readonly fallback: Decision;
  private readonly chains: readonly CompiledChain[];
  /** The decision where rules and the name leave no other. */
  private readonly fixed: Decision | undefined;

  constructor(rules: readonly CompiledRule[], chains: readonly CompiledChain[], fallback: Decision) {
    this.denies = entries(rules, 'deny');
    this.asks = entries(rules, 'ask');
    this.allows = entries(rules, 'allow');
    this.chains = chains;
    this.fallback = fallback;
    const decisive = [...this.denies, ...this.asks, ...this.allows][0];
    this.fixed = decisive === undefined ? fallback : decisive.rule.isPlain ? decisive.holds : undefined;
  }

  private byRules(client: ClientFacts, args: unknown): Decision {
    if (this.fixed !== undefined) return this.fixed;
    const work = new Work();
    return (
      strict(this.denies, client, args, work) ??
      strict(this.asks, client, args, work) ??
      this.allows.find(({ rule }) => rule.says(client, args, work) === TRUE)?.holds ??
      this.fallback
    );
  }

  /** About one use. A chain only ever tightens: it opens no connector to a question. */
  decide(client: ClientFacts, args: unknown, taints: readonly Taint[]): Decision {
    return this.byChains(this.byRules(client, args), taints);
  }

  /** Where a rule or the default asks too, the question is the chain's: a grant for the rule is no answer to it. */
  private byChains(decision: Decision, taints: readonly Taint[]): Decision {
    if (this.chains.length === 0 || taints.length === 0 || decision.effect === 'deny') return decision;
    let asked: Decision | undefined;
    for (const chain of this.chains) {
      const taint = chain.heldBy(taints);
      if (taint === undefined) continue;
      const held = chainHolds(chain, taint);
      if (held.effect === 'deny') return held;
      asked ??= held;
    }
    return asked ?? decision;
  }

  /**
   * What may be decided where not everything about the call is known: one decision, or the several that are possible.
   * Without `taints` nobody knows whether a chain holds.
   */
  possible(client: ClientFacts, args: unknown, taints: readonly Taint[] | undefined): readonly Decision[] {
    const found: Decision[] = [];
    const work = new Work();
    const add = (decision: Decision): void => {
      for (const one of this.chained(decision, taints)) found.push(one);
    };
    for (const [list, isStrict] of [
      [this.denies, true],
      [this.asks, true],
      [this.allows, false],
    ] as const) {
      for (const { rule, holds } of list) {
        const says = rule.says(client, args, work);
        const counts = isStrict ? says & (TRUE | UNDECIDABLE) : says & TRUE;
        if (counts === 0) continue;
        add(holds);
        if (counts === says) return found;
      }
    }
    add(this.fallback);
    return found;
  }

  private chained(decision: Decision, taints: readonly Taint[] | undefined): readonly Decision[] {
    if (taints !== undefined) return [this.byChains(decision, taints)];
    const chains = this.chains.filter(({ chain }) => decision.effect === 'allow' || chain.effect === 'deny');
    if (decision.effect === 'deny') return [decision];
    return [decision, ...chains.map((chain) => chainHolds(chain, { connector: '?', tool: '?', labels: [] }))];
  }

  /** About every use: `deny` only where each is denied, whatever its arguments. */
  decideAll(client: ClientFacts = NO_CLIENT): Decision {
    if (this.fixed !== undefined) return this.fixed;
    const plainly = ({ rule }: Entry): boolean => !rule.hasCondition && rule.ofClient(client) === TRUE;
    const deny = this.denies.find(plainly);
    if (deny !== undefined) return deny.holds;
    const ask = this.asks.find(({ rule }) => !rule.hasCondition && rule.ofClient(client) !== FALSE);
    if (ask !== undefined) return ask.holds;
    const allow = this.allows.find(plainly);
    if (allow !== undefined) return allow.holds;
    if (this.fallback.effect !== 'deny') return this.fallback;
    const some =
      this.asks.find(({ rule }) => rule.ofClient(client) !== FALSE) ??
      this.allows.find(({ rule }) => rule.ofClient(client) === TRUE);
    return some?.holds ?? this.fallback;
  }
}
