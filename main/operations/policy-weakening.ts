/** Which calls of the operations about rules weaken: an allow that comes, a deny, an ask or a chain that goes, an ask that opens. */
import { asksWhereDenied } from '../settings/asks-where-denied.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { WeakeningByInput } from './dispatch.ts';
import { importChanges } from './policy-rules.ts';

export function policyWeakeningTests(settings: Pick<SettingsStore, 'read'>): WeakeningByInput {
  return {
    'policy.add': (rule) => rule.effect === 'allow' || asksWhereDenied(rule, settings.read()),
    // A rule that is not there is refused by the handler, which says so.
    'policy.remove': ({ id }) => settings.read().rules.some((rule) => rule.id === id && rule.effect !== 'allow'),
    'policy.import': (input) => {
      const now = settings.read();
      const { addedRules, removedRules, removedChains } = importChanges(now, input);
      return (
        removedChains.length > 0 ||
        removedRules.some(({ effect }) => effect !== 'allow') ||
        addedRules.some((rule) => rule.effect === 'allow' || asksWhereDenied(rule, now))
      );
    },
  };
}
