/**
 * Which calls of the operations about rules weaken: an allow that comes, a deny, an ask or a chain that goes, an ask that opens, a
 * milder default. An edit is both at once, but for what the new rule surely does as the old one did.
 */
import type { NewRule } from '../../preload/contract/index.ts';
import { isMilder } from '../policy/strictness.ts';
import { ruleContent } from '../policy/suggest/rule-content.ts';
import { surelyCovers } from '../policy/surely-covers.ts';
import { asksWhereDenied } from '../settings/asks-where-denied.ts';
import type { Settings } from '../settings/schema.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { WeakeningByInput } from './dispatch.ts';
import { importChanges } from './policy-rules.ts';

/** Lets something through that was stopped. */
export const opens = (rule: NewRule, settings: Settings): boolean =>
  rule.effect === 'allow' || asksWhereDenied(rule, settings);

const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const;

/** Might let anything through that was stopped, or stop it less, whatever the other rules say. */
export function editWeakens(old: NewRule, next: NewRule, settings: Settings): boolean {
  if (ruleContent(old) === ruleContent(next)) return false;
  const losesSomething =
    old.effect !== 'allow' && (STRICTNESS[next.effect] < STRICTNESS[old.effect] || !surelyCovers(next, old));
  const opensMore = opens(next, settings) && (next.effect !== old.effect || !surelyCovers(old, next));
  return losesSomething || opensMore;
}

export function policyWeakeningTests(settings: Pick<SettingsStore, 'read'>): WeakeningByInput {
  return {
    'policy.add': (rule) => opens(rule, settings.read()),
    // A rule that is not there is refused by the handler, which says so.
    'policy.remove': ({ id }) => settings.read().rules.some((rule) => rule.id === id && rule.effect !== 'allow'),
    // One that is gone, or another one by now, is refused by the handler.
    'policy.update': ({ id, rule }) => {
      const now = settings.read();
      const old = now.rules.find((candidate) => candidate.id === id);
      return old !== undefined && editWeakens(old, rule, now);
    },
    'policy.setDefault': ({ connector, default: mode }) => {
      const found = settings.read().connectors.find(({ name }) => name === connector);
      return found !== undefined && isMilder(mode, found.default);
    },
    'policy.import': (input) => {
      const now = settings.read();
      const { addedRules, removedRules, removedChains } = importChanges(now, input);
      return (
        removedChains.length > 0 ||
        removedRules.some(({ effect }) => effect !== 'allow') ||
        addedRules.some((rule) => opens(rule, now))
      );
    },
  };
}
