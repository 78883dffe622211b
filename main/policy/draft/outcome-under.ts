/** What rules would say of one recorded call. `unknown` where a value that was not kept decides, or what a server says of its tool. */
import type { DefaultMode, Effect, Rule } from '../../../preload/contract/index.ts';
import { rulesAbout } from '../decide.ts';
import { requestDefault, toolDefault } from '../decisions.ts';
import type { PathReader } from '../path-test.ts';
import { Plan } from '../plan.ts';
import type { ToolFacts } from '../read-only.ts';
import { revive } from '../recorded-value.ts';
import { RuleIndex } from '../rule-index.ts';
import type { DraftedCall } from './draft-choices.ts';

export interface RulesInForce {
  readonly rules: readonly Rule[];
  /** Of the connector. */
  readonly mode: DefaultMode;
  readonly paths: PathReader | undefined;
}

/** Chains are left out: which of them held is not recorded. */
function plansOf({ rules, mode, paths }: RulesInForce, call: DraftedCall, facts: ToolFacts | undefined): Plan[] {
  const { connector, kind, name } = call;
  const about = new RuleIndex(rules, [], paths).of(connector);
  if (kind === 'tool') {
    const unknown: ToolFacts = { name, claimsReadOnly: false, schemaWords: [] };
    const fallbacks =
      mode === 'read-only' && facts === undefined
        ? [toolDefault('ask', unknown), toolDefault('allow', unknown)]
        : [toolDefault(mode, facts ?? unknown)];
    return fallbacks.map((fallback) => new Plan(about.about('tool', name), [], fallback));
  }
  const subject = kind === 'prompt' ? ({ kind, name, arguments: undefined } as const) : ({ kind, uri: name } as const);
  return [new Plan(rulesAbout(about, subject, paths), [], requestDefault(mode))];
}

export interface DraftOutcome {
  readonly effect: Effect | 'unknown';
  /** The rule that decides, where only one can. */
  readonly ruleId: string | undefined;
}

export function outcomeUnder(inForce: RulesInForce, call: DraftedCall, facts: ToolFacts | undefined): DraftOutcome {
  const client = { name: call.client, isProven: false };
  const args = revive(call.arguments);
  const possible = plansOf(inForce, call, facts).flatMap((plan) => plan.possible(client, args, []));
  const [effect, another] = new Set(possible.map((decision) => decision.effect));
  const [ruleId, otherRule] = new Set(possible.map((decision) => decision.ruleId));
  return {
    effect: effect === undefined || another !== undefined ? 'unknown' : effect,
    ruleId: otherRule === undefined ? ruleId : undefined,
  };
}
