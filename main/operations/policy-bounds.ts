/**
 * How much may be kept of what decides: rules and chains by number, one rule and all of them by size, so that the settings can
 * always be read again and be written without holding up others.
 */
import { CompanionError, MAX_RULES, type Chain, type NewRule } from '../../preload/contract/index.ts';
import { MAX_RULE_BYTES, ruleBytes } from '../policy/suggest/rule-content.ts';

const MAX_CHAINS = 1000;
const KIB = 1024;
const MAX_SET_BYTES = 4 * KIB * KIB;

function refused(code: string, message: string): CompanionError {
  return new CompanionError(
    code,
    message,
    'Nothing was changed. Remove what is not needed; "runlayer policy lint" names rules that another one covers.',
    { exitCode: 2 },
  );
}

/** Of rules as somebody gave them, by their place. Throws `E_RULE_TOO_LARGE`. */
export function refuseLargeRule(rules: readonly NewRule[]): void {
  for (const [at, rule] of rules.entries()) {
    const bytes = ruleBytes(rule);
    if (bytes <= MAX_RULE_BYTES) continue;
    throw new CompanionError(
      'E_RULE_TOO_LARGE',
      `${rules.length === 1 ? 'The rule' : `Rule #${at + 1}`} takes ${Math.ceil(bytes / KIB)} KiB; one may take ${MAX_RULE_BYTES / KIB}.`,
      'Nothing was changed. Make several rules of it, or name folders and patterns instead of single values.',
      { exitCode: 2 },
    );
  }
}

/** Of everything that would be in force. Throws `E_TOO_MANY_RULES` and `E_RULES_TOO_LARGE`. */
export function refuseTooMany(rules: readonly NewRule[], chains: readonly Pick<Chain, 'effect'>[]): void {
  if (rules.length > MAX_RULES || chains.length > MAX_CHAINS)
    throw refused(
      'E_TOO_MANY_RULES',
      `There can be ${MAX_RULES} rules and ${MAX_CHAINS} chains; this would make ${rules.length} and ${chains.length}.`,
    );
  const bytes = rules.reduce((sum, rule) => sum + ruleBytes(rule), 0);
  if (bytes > MAX_SET_BYTES)
    throw refused(
      'E_RULES_TOO_LARGE',
      `All rules together would take ${(bytes / KIB / KIB).toFixed(1)} MiB; they may take ${MAX_SET_BYTES / KIB / KIB}.`,
    );
}
