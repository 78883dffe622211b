/** Every operation about rules, each with the parts that it needs. */
import type { LintFinding } from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import { lintSteps, type KnownNames } from '../policy/lint/lint.ts';
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
import { refuseLargeRule, refuseTooMany } from './policy-bounds.ts';
import { draftHandlers, type DraftParts } from './policy-draft.ts';
import { editHandlers } from './policy-edit.ts';
import { previewHandlers } from './policy-preview.ts';
import { ruleHandlers, type RuleParts } from './policy-rules.ts';
import { createSuggestions } from './policy-suggestions.ts';
import { validateHandler } from './policy-validate.ts';
import { inTurns } from './recorded-calls.ts';
import { viewHandlers, type ViewParts } from './policy-view.ts';

export interface PolicyParts extends RuleParts, Omit<ExplainParts, 'settings'> {
  readonly settings: SettingsStore;
  readonly index: Pick<AuditIndex, 'calls' | 'call' | 'decided'>;
  readonly approvals: DraftParts['approvals'];
  readonly pins: ViewParts['pins'];
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
  const names = (): KnownNames => {
    const { connectors, hub } = settings.read();
    const all = [...connectors.map(({ name }) => name), ...hub.configs.map(({ name }) => name)];
    const tools = all.flatMap((name) => {
      const known = parts.knownTools(name);
      return known === undefined ? [] : [[name, known] as const];
    });
    return {
      connectors: all,
      tools: new Map(tools),
      ...(paths === undefined ? {} : { separator: paths.separator }),
    };
  };
  const handlers: PolicyHandlers = {
    ...ruleHandlers(parts),
    ...editHandlers({ settings }),
    ...viewHandlers({ settings, index, clock, pins: parts.pins, names }),
    ...draftHandlers({ settings, index, approvals: parts.approvals, clock, home: parts.home, paths, definitionOf }),
    ...previewHandlers({ settings, index, clock, paths, definitionOf, names }),
    'policy.validate': validateHandler({ settings, clock, names }),
    ...suggestions.handlers,
    'policy.lint': async ({ set }): Promise<LintFinding[]> => {
      if (set !== undefined) {
        refuseLargeRule(set.rules);
        refuseTooMany(set.rules, set.chains);
      }
      const { rules, chains } = settings.read();
      const looked = set === undefined ? { rules, chains } : numbered(set, clock().toISOString());
      const said = await inTurns(lintSteps(looked.rules, looked.chains, names()));
      return [...said, ...openShells(looked.rules)];
    },
    'policy.explain': explainHandler(parts),
    'policy.replay': ({ set, since }) => {
      refuseLargeRule(set.rules);
      refuseTooMany(set.rules, set.chains);
      return replay({ since, ...numbered(set, clock().toISOString()), defaultOf: (_connector, now) => now });
    },
  };
  return { handlers, descriptions: policyDescriptions({ settings, suggestion: suggestions.shown }) };
}
