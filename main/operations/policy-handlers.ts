/** Every operation about rules, each with the parts that it needs. */
import type { LintFinding } from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import { lint } from '../policy/lint/lint.ts';
import { ruleSentence } from '../policy/sentence.ts';
import { recordedDecider } from '../policy/suggest/decider.ts';
import type { ProposeParts } from '../policy/suggest/propose.ts';
import { openShells } from '../policy/suggest/runs-things.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Descriptions } from './describe.ts';
import { policyDescriptions } from './describe-policy.ts';
import type { Handlers } from './dispatch.ts';
import { explainHandler, type ExplainParts } from './policy-explain.ts';
import { numbered, replayHistory } from './policy-replay.ts';
import { ruleHandlers, type RuleParts } from './policy-rules.ts';
import { createSuggestions } from './policy-suggestions.ts';

export interface PolicyParts extends RuleParts, Omit<ExplainParts, 'settings'> {
  readonly settings: SettingsStore;
  readonly index: Pick<AuditIndex, 'calls'>;
  /** The person's home folder. */
  readonly home: string | undefined;
  /** Names of the tools that a connector was seen to offer; undefined where nobody knows. */
  readonly knownTools: ProposeParts['knownTools'];
}

type PolicyHandlers = Pick<Handlers, Extract<keyof Handlers, `policy.${string}`>>;

export interface PolicyOperations {
  readonly handlers: PolicyHandlers;
  readonly descriptions: Descriptions;
}

export function policyOperationHandlers(parts: PolicyParts): PolicyOperations {
  const { settings, index, clock, protectedPaths: paths, definitionOf } = parts;
  const replay = replayHistory({ settings, index, paths, definitionOf });
  const suggestions = createSuggestions({
    settings,
    index,
    clock,
    home: parts.home,
    knownTools: parts.knownTools,
    decider: (base) => recordedDecider(base, paths),
    sentence: ruleSentence,
    replay,
  });
  const handlers: PolicyHandlers = {
    ...ruleHandlers(parts),
    ...suggestions.handlers,
    'policy.lint': ({ set }): LintFinding[] => {
      const { rules, chains, connectors, hub } = settings.read();
      const looked = set === undefined ? { rules, chains } : numbered(set, clock().toISOString());
      const names = [...connectors.map(({ name }) => name), ...hub.configs.map(({ name }) => name)];
      const tools = names.flatMap((name) => {
        const known = parts.knownTools(name);
        return known === undefined ? [] : [[name, known] as const];
      });
      const said = lint(looked.rules, looked.chains, {
        connectors: names,
        tools: new Map(tools),
        ...(paths === undefined ? {} : { separator: paths.separator }),
      });
      return [...said, ...openShells(looked.rules)];
    },
    'policy.explain': explainHandler(parts),
    'policy.replay': ({ set, since }) =>
      replay({ since, ...numbered(set, clock().toISOString()), defaultOf: (_connector, now) => now }),
  };
  return { handlers, descriptions: policyDescriptions({ settings, suggestion: suggestions.shown }) };
}
