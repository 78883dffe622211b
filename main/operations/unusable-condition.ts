/**
 * Conditions that no call could ever be evaluated against are refused before they are stored: in a deny rule they would close
 * everything, in an allow rule nothing would open, and neither is what was meant.
 */
import { RE2JS } from 're2js';
import { CompanionError, type Condition, type NewRule } from '../../preload/contract/index.ts';

/** As the engine counts them; see main/policy/condition.ts. */
const MAX_DEPTH = 32;
const MAX_TESTS = 1000;

function brokenPattern(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return false;
  } catch {
    return true;
  }
}

function problemOf(when: Condition): string | undefined {
  const pending: { readonly condition: Condition; readonly depth: number }[] = [{ condition: when, depth: 0 }];
  let count = 0;
  for (const { condition, depth } of pending) {
    if (depth > MAX_DEPTH) return `nests conditions more than ${MAX_DEPTH} deep`;
    if (++count > MAX_TESTS) return `holds more than ${MAX_TESTS} conditions`;
    if ('and' in condition || 'or' in condition) {
      const parts = 'and' in condition ? condition.and : condition.or;
      pending.push(...parts.map((part) => ({ condition: part, depth: depth + 1 })));
    } else if ('not' in condition) pending.push({ condition: condition.not, depth: depth + 1 });
    else if ('regex' in condition && brokenPattern(condition.regex)) {
      return `has a regular expression at "${condition.at}" that is none in RE2 syntax`;
    }
  }
  return undefined;
}

/** Throws `E_INPUT` for the first rule that cannot be used. */
export function refuseUnusable(rules: readonly NewRule[]): void {
  rules.forEach(({ when }, at) => {
    const problem = when === undefined ? undefined : problemOf(when);
    if (problem === undefined) return;
    const which = rules.length === 1 ? 'The rule' : `Rule ${at + 1}`;
    throw new CompanionError('E_INPUT', `${which} ${problem}.`, 'Correct it; nothing was changed.', { exitCode: 2 });
  });
}
