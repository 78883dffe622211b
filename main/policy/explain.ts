/**
 * Says of one call which rule decides, and what every rule about it says. The decision is the policy's own, made the same way
 * as for a call, so that an explanation cannot differ from what happens.
 */
import type { Chain, ConsideredRule, Decision, Explanation, Rule } from '../../preload/contract/index.ts';
import type { CallFacts } from './call-facts.ts';
import { compileRuleSet, rulesAbout, type PolicyOptions, type Subject } from './decide.ts';
import { UNSEEN_TOOL } from './decisions.ts';
import type { PathReader } from './path-test.ts';
import type { ToolFacts } from './read-only.ts';
import type { CompiledRule } from './rule-index.ts';
import { chainSentence, conditionSentence } from './sentence.ts';
import { FALSE, TRUE } from './truth.ts';

export interface ExplainInput extends PolicyOptions {
  readonly rules: readonly Rule[];
  readonly chains: readonly Chain[];
  readonly paths?: PathReader | undefined;
}

export interface ExplainedTool {
  readonly kind: 'tool';
  readonly tool: ToolFacts;
  readonly arguments: unknown;
  /** False where its definition was never seen; it is decided about as one that is not read-only. */
  readonly isKnown?: boolean;
}

export type ExplainSubject = Subject | ExplainedTool;

function considered(compiled: CompiledRule, facts: CallFacts, args: unknown): ConsideredRule {
  const { rule } = compiled;
  const says = compiled.says(facts.client, args);
  if (says === TRUE) {
    return { rule, says: 'true', because: rule.when === undefined ? 'It is about this.' : 'Its condition holds.' };
  }
  if (says !== FALSE) {
    const counts = compiled.isWide ? 'so it counts as true' : 'so it allows nothing';
    return {
      rule,
      says: 'undecidable',
      because: `It cannot be evaluated, ${counts}: ${compiled.why(facts.client, args)}.`,
    };
  }
  if (compiled.ofClient(facts.client) === FALSE || rule.when === undefined) {
    return { rule, says: 'false', because: 'It is about another client.' };
  }
  return { rule, says: 'false', because: `Its condition does not hold: ${conditionSentence(rule.when)}.` };
}

function sourceOf({ code, ruleId }: Decision): string {
  if (code === 'protected_path') return 'built in';
  if (code === 'chain_ask' || code === 'chain_deny') return 'local chain';
  return ruleId === undefined ? 'default of the connector' : 'local rule';
}

function wordsFor(subject: ExplainSubject): string {
  if (subject.kind === 'tool') return `tool ${subject.tool.name}`;
  return subject.kind === 'resource' ? `resource ${subject.uri}` : `prompt ${subject.name}`;
}

/** What local rules say of it; `also` names the chains about it, the caller adds what else decides at a call. */
export function explain(input: ExplainInput, subject: ExplainSubject, facts: CallFacts): Explanation {
  const set = compileRuleSet(input.rules, input.chains, input.paths ?? input.protectedPaths);
  const policy = set.ofConnector(input);
  const rules = set.index.of(input.connector);
  const isTool = subject.kind === 'tool';
  const args = subject.kind === 'resource' ? undefined : subject.arguments;
  const about = isTool ? rules.about('tool', subject.tool.name) : rulesAbout(rules, subject, set.index.paths);
  const decision = isTool ? policy.decideCall(subject.tool, args, facts) : policy.decideRequest(args, subject, facts);
  const isUnseen =
    isTool && subject.isKnown === false && input.default === 'read-only' && decision.code === 'default_ask';
  const rule = about.find((one) => one.rule.id === decision.ruleId)?.rule;
  const chains = isTool ? rules.chains.filter((chain) => chain.isBefore(input.connector, subject.tool.name)) : [];
  return {
    connector: input.connector,
    subject: wordsFor(subject),
    decision: isUnseen ? { ...decision, reason: UNSEEN_TOOL } : decision,
    ...(rule === undefined ? {} : { rule }),
    source: sourceOf(decision),
    considered: about.map((one) => considered(one, facts, args)),
    notAbout: input.rules.length - about.length,
    also: chains.map(({ chain }) => chainSentence(chain)),
  };
}
