/** Rules and chains as they are kept: listed, added, removed, taken out to a file and in from one. All or nothing, each written once. */
import {
  CompanionError,
  type Chain,
  type NewChain,
  type NewRule,
  type Rule,
  type RuleSet,
} from '../../preload/contract/index.ts';
import { ruleContent } from '../policy/suggest/rule-content.ts';
import { forgotten } from '../settings/forget.ts';
import type { Settings } from '../settings/schema.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers } from './dispatch.ts';
import { refuseLargeRule, refuseTooMany } from './policy-bounds.ts';
import { refuseUnusable } from './unusable-condition.ts';

export interface RuleParts {
  readonly settings: SettingsStore;
  readonly clock: () => Date;
  readonly newRuleId: () => string;
}

export function chainContent({ effect, after, before }: NewChain): string {
  return JSON.stringify([effect, after.connector, after.tool, after.holding, before.connector, before.tool]);
}

function unknown(kind: 'rule' | 'chain', id: string): CompanionError {
  const list = kind === 'rule' ? 'runlayer policy list' : 'runlayer policy chain list';
  return new CompanionError(
    kind === 'rule' ? 'E_RULE_UNKNOWN' : 'E_CHAIN_UNKNOWN',
    `There is no ${kind} "${id.slice(0, 64)}".`,
    `See what there is with "${list}".`,
    { exitCode: 2 },
  );
}

export const unknownRule = (id: string): CompanionError => unknown('rule', id);

/** `note` is the one member that does not tell rules apart. */
function newOnes<T>(given: readonly T[], present: readonly T[], content: (one: T) => string): T[] {
  const known = new Set(present.map(content));
  return given.filter((one) => {
    const text = content(one);
    if (known.has(text)) return false;
    known.add(text);
    return true;
  });
}

export interface Import {
  readonly addedRules: readonly NewRule[];
  readonly addedChains: readonly NewChain[];
  readonly removedRules: readonly Rule[];
  readonly removedChains: readonly Chain[];
}

/** What taking in `set` would change. Rules that are there already stay as they are, with their ids. */
export function importChanges(
  { rules, chains }: Pick<Settings, 'rules' | 'chains'>,
  { set, replace }: { readonly set: RuleSet; readonly replace: boolean },
): Import {
  const wantedRules = new Set(set.rules.map(ruleContent));
  const wantedChains = new Set(set.chains.map(chainContent));
  return {
    addedRules: newOnes<NewRule>(set.rules, rules, ruleContent),
    addedChains: newOnes<NewChain>(set.chains, chains, chainContent),
    removedRules: replace ? rules.filter((rule) => !wantedRules.has(ruleContent(rule))) : [],
    removedChains: replace ? chains.filter((chain) => !wantedChains.has(chainContent(chain))) : [],
  };
}

export type RuleHandlers = Pick<
  Handlers,
  | 'policy.list'
  | 'policy.add'
  | 'policy.remove'
  | 'policy.chains'
  | 'policy.addChain'
  | 'policy.removeChain'
  | 'policy.export'
  | 'policy.import'
>;

export function ruleHandlers({ settings, clock, newRuleId }: RuleParts): RuleHandlers {
  /** Gives each its own id: what is removed by it is one thing. */
  const stamper = (): (<T>(one: T) => T & { readonly id: string; readonly createdAt: string }) => {
    const { rules, chains, policyBefore } = settings.read();
    const before = policyBefore === null ? [] : [...policyBefore.rules, ...policyBefore.chains];
    const taken = new Set([...rules, ...chains, ...before].map(({ id }) => id));
    return (one) => {
      let id = newRuleId();
      while (taken.has(id)) id = newRuleId();
      taken.add(id);
      return { ...one, id, createdAt: clock().toISOString() };
    };
  };
  return {
    'policy.list': () => [...settings.read().rules],
    'policy.add': (given, context) => {
      refuseUnusable([given], settings.read().rules);
      refuseLargeRule([given]);
      const { rules, chains } = settings.read();
      const content = ruleContent(given);
      const same = rules.find((rule) => ruleContent(rule) === content);
      if (same !== undefined) return same;
      refuseTooMany([...rules, given], chains);
      const rule: Rule = stamper()(given);
      settings.update('policy.add', context.by, (current) => ({ ...current, rules: [...current.rules, rule] }));
      return rule;
    },
    'policy.remove': ({ id }, context) => {
      const rule = settings.read().rules.find((candidate) => candidate.id === id);
      if (rule === undefined) throw unknown('rule', id);
      settings.update('policy.remove', context.by, (current) => ({
        ...current,
        rules: current.rules.filter((candidate) => candidate.id !== id),
        policyBefore: forgotten(current.policyBefore, new Set([id])),
      }));
      return rule;
    },

    'policy.chains': () => [...settings.read().chains],
    'policy.addChain': (given, context) => {
      const { rules, chains } = settings.read();
      const content = chainContent(given);
      const same = chains.find((chain) => chainContent(chain) === content);
      if (same !== undefined) return same;
      refuseTooMany(rules, [...chains, given]);
      const chain: Chain = stamper()(given);
      settings.update('policy.addChain', context.by, (current) => ({ ...current, chains: [...current.chains, chain] }));
      return chain;
    },
    'policy.removeChain': ({ id }, context) => {
      const chain = settings.read().chains.find((candidate) => candidate.id === id);
      if (chain === undefined) throw unknown('chain', id);
      settings.update('policy.removeChain', context.by, (current) => ({
        ...current,
        chains: current.chains.filter((candidate) => candidate.id !== id),
        policyBefore: forgotten(current.policyBefore, new Set([id])),
      }));
      return chain;
    },

    'policy.export': () => {
      const { rules, chains } = settings.read();
      return {
        version: 1,
        rules: rules.map(({ id: _id, createdAt: _at, ...rule }) => rule),
        chains: chains.map(({ id: _id, createdAt: _at, ...chain }) => chain),
      };
    },
    'policy.import': (input, context) => {
      refuseUnusable(input.set.rules, input.replace ? [] : settings.read().rules);
      refuseLargeRule(input.set.rules);
      const now = settings.read();
      const changes = importChanges(now, input);
      const removed = changes.removedRules.length + changes.removedChains.length;
      const gone = new Set([...changes.removedRules, ...changes.removedChains].map(({ id }) => id));
      // Nor does what was there before a suggestion come back into a set that replaced everything.
      const { policyBefore } = now;
      const old = policyBefore === null ? undefined : importChanges(policyBefore, input);
      const never = [...(old?.removedRules ?? []), ...(old?.removedChains ?? [])].map(({ id }) => id);
      const stamped = stamper();
      const rules: Rule[] = changes.addedRules.map((rule) => stamped(rule));
      const chains: Chain[] = changes.addedChains.map((chain) => stamped(chain));
      const nextRules = [...now.rules.filter(({ id }) => !gone.has(id)), ...rules];
      const nextChains = [...now.chains.filter(({ id }) => !gone.has(id)), ...chains];
      refuseTooMany(nextRules, nextChains);
      // A set that changes nothing is not written, and leaves no trace of a change.
      if (removed + rules.length + chains.length > 0) {
        settings.update('policy.import', context.by, (current) => ({
          ...current,
          rules: nextRules,
          chains: nextChains,
          policyBefore: forgotten(current.policyBefore, new Set([...gone, ...never])),
        }));
      }
      return { rules, chains, removed };
    },
  };
}
