/**
 * Conditions that no call could ever be evaluated against are refused before they are stored: in a deny rule they would close
 * everything, in an allow rule nothing would open, and neither is what was meant. So is more than the engine will compile.
 */
import { CompanionError, type Condition, type NewRule } from '../../preload/contract/index.ts';
import { expressionProblem, expressionsSize, MAX_SET_SIZE } from '../policy/expressions.ts';
import { isHostGlob } from '../policy/host-test.ts';

/** As the engine counts them; see main/policy/condition.ts. */
const MAX_DEPTH = 32;
const MAX_TESTS = 1000;

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
    else if ('regex' in condition) {
      const problem = expressionProblem(condition.regex);
      if (problem !== undefined) {
        return `has a regular expression at "${condition.at}" that is none in RE2 syntax, or too large: ${problem}`;
      }
    } else if ('url_host' in condition) {
      const glob = condition.url_host.find((one) => !isHostGlob(one));
      if (glob !== undefined) {
        return `names ${JSON.stringify(glob)} at "${condition.at}" as a host: give the host alone, without scheme, user, port and path`;
      }
    }
  }
  return undefined;
}

function refused(message: string): CompanionError {
  return new CompanionError('E_INPUT', message, 'Correct it; nothing was changed.', { exitCode: 2 });
}

const sizeOf = (list: readonly NewRule[]): number => expressionsSize(list.map(({ when }) => when ?? {}));

/** Whether the expressions of `rules` beside those of `present` are more than are used. */
export function hasTooManyExpressions(rules: readonly NewRule[], present: readonly NewRule[]): boolean {
  const size = sizeOf(rules);
  return size > 0 && size + sizeOf(present) > MAX_SET_SIZE;
}

/** Throws `E_INPUT` for the first rule that cannot be used, or for too many expressions. `present`: rules that stay beside them. */
export function refuseUnusable(rules: readonly NewRule[], present: readonly NewRule[] = []): void {
  // Before any is compiled: that is what takes long.
  if (hasTooManyExpressions(rules, present)) {
    throw refused('The rules would hold more, or larger, regular expressions than are used.');
  }
  rules.forEach(({ when }, at) => {
    const problem = when === undefined ? undefined : problemOf(when);
    if (problem === undefined) return;
    throw refused(`${rules.length === 1 ? 'The rule' : `Rule ${at + 1}`} ${problem}.`);
  });
}
