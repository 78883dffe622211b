/** Changes in place: a rule that keeps its id, and what a connector does with tools that no rule names. Each written once. */
import { CompanionError, type Rule } from '../../preload/contract/index.ts';
import { unknownConnector } from '../connectors/startable-connector.ts';
import { ruleContent } from '../policy/suggest/rule-content.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers } from './dispatch.ts';
import { refuseLargeRule, refuseTooMany } from './policy-bounds.ts';
import { unknownRule } from './policy-rules.ts';
import { refuseUnusable } from './unusable-condition.ts';

export type EditHandlers = Pick<Handlers, 'policy.update' | 'policy.setDefault'>;

function changedMeanwhile(id: string): CompanionError {
  return new CompanionError(
    'E_RULE_CHANGED',
    `The rule ${id} was changed since you looked at it; nothing was changed now.`,
    'Look at it again, then make your change.',
    { exitCode: 2 },
  );
}

function saidAlready(id: string): CompanionError {
  return new CompanionError(
    'E_RULE_EXISTS',
    `The rule ${id} says the same already.`,
    'Remove one of the two instead.',
    {
      exitCode: 2,
    },
  );
}

export function editHandlers({ settings }: { readonly settings: SettingsStore }): EditHandlers {
  return {
    'policy.update': ({ id, was, rule: given }, context) => {
      const { rules, chains } = settings.read();
      const old = rules.find((candidate) => candidate.id === id);
      if (old === undefined) throw unknownRule(id);
      if (ruleContent(old) !== ruleContent(was)) throw changedMeanwhile(id);
      const others = rules.filter((candidate) => candidate !== old);
      refuseUnusable([given], others);
      refuseLargeRule([given]);
      refuseTooMany([...others, given], chains);
      const content = ruleContent(given);
      const same = others.find((candidate) => ruleContent(candidate) === content);
      if (same !== undefined) throw saidAlready(same.id);
      if (content === ruleContent(old) && given.note === old.note) return old;
      const next: Rule = { id, ...given, createdAt: old.createdAt };
      const edited = (list: readonly Rule[]): Rule[] => list.map((one) => (one.id === id ? next : one));
      settings.update('policy.update', context.by, (current) => ({
        ...current,
        rules: edited(current.rules),
        // Undoing a suggestion must not bring back what a person changed since.
        policyBefore:
          current.policyBefore === null ? null : { ...current.policyBefore, rules: edited(current.policyBefore.rules) },
      }));
      return next;
    },
    'policy.setDefault': ({ connector: name, default: mode }, context) => {
      const found = settings.read().connectors.find((connector) => connector.name === name);
      if (found === undefined) throw unknownConnector(name);
      if (found.default === mode) return {};
      settings.update('policy.setDefault', context.by, (current) => ({
        ...current,
        connectors: current.connectors.map((connector) =>
          connector.name === name ? { ...connector, default: mode } : connector,
        ),
      }));
      return {};
    },
  };
}
