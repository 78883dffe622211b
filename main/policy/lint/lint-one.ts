/** What the rules in force and one that is being written say of each other, quickly enough for each key that is pressed. */
import type { LintFinding, Rule } from '../../../preload/contract/index.ts';
import { expressionsSize, MAX_SET_SIZE } from '../expressions.ts';
import { openShells } from '../suggest/runs-things.ts';
import { lint, type KnownNames } from './lint.ts';
import { LintWork, QUICK_WORK } from './lint-work.ts';
import { shadowsOf } from './shadows.ts';

/** Findings about `rule` among `others`, its own id in them. */
export function lintOne(rule: Rule, others: readonly Rule[], known: KnownNames): LintFinding[] {
  const work = new LintWork(QUICK_WORK);
  const isTooMuch = expressionsSize([rule, ...others].map(({ when }) => when ?? {})) > MAX_SET_SIZE;
  return [...(isTooMuch ? [] : lint([rule], [], known, work)), ...openShells([rule]), ...shadowsOf(rule, others, work)];
}
