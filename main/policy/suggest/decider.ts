/**
 * What rules say of recorded calls, as a function that is compiled once. Chains are left out: they stay whatever is proposed and
 * only ever tighten, and which of them held is not recorded. A value that was not kept and would decide makes it `unknown`.
 */
import { requestDefault, toolDefault } from '../decisions.ts';
import { rulesAbout } from '../decide.ts';
import type { PathReader } from '../path-test.ts';
import { Plan } from '../plan.ts';
import { revive } from '../recorded-value.ts';
import { RuleIndex, type ConnectorRules } from '../rule-index.ts';
import type { PastCall } from './history.ts';
import type { PastEffect, RuleBase } from './propose.ts';

/** Defaults are never `read-only` in what is proposed, so nothing has to be known of the tool but its name. */
function planOf(
  { kind, name, connector }: PastCall,
  rules: ConnectorRules,
  base: RuleBase,
  paths: PathReader | undefined,
): Plan {
  const mode = base.defaultOf(connector);
  if (kind === 'tool') {
    const fallback = toolDefault(mode, { name, claimsReadOnly: false, schemaWords: [] });
    return new Plan(rules.about('tool', name), [], fallback);
  }
  const subject = kind === 'prompt' ? ({ kind, name, arguments: undefined } as const) : ({ kind, uri: name } as const);
  return new Plan(rulesAbout(rules, subject, paths), [], requestDefault(mode));
}

export function recordedDecider(base: RuleBase, paths: PathReader | undefined): (call: PastCall) => PastEffect {
  const index = new RuleIndex(base.rules, [], paths);
  const known = new Map<string, ConnectorRules>();
  return (call) => {
    const rules = known.get(call.connector) ?? index.of(call.connector);
    known.set(call.connector, rules);
    const client = { name: call.client, isProven: false };
    const possible = planOf(call, rules, base, paths).possible(client, revive(call.arguments), []);
    const [effect, another] = new Set(possible.map((decision) => decision.effect));
    return effect === undefined || another !== undefined ? 'unknown' : effect;
  };
}
