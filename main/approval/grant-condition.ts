/** Whether a call's arguments surely fit what a grant was narrowed to: read as an allow rule reads its condition. */
import type { Condition } from '../../preload/contract/index.ts';
import { compileCondition, type CompiledCondition } from '../policy/condition.ts';
import type { PathReader } from '../policy/path-test.ts';
import { TRUE } from '../policy/truth.ts';

/** Compiles each condition once. Without `paths` no path fits any folder. */
export function grantCondition(paths?: PathReader): (when: Condition, args: unknown) => boolean {
  const compiled = new WeakMap<Condition, CompiledCondition>();
  return (when, args) => {
    let condition = compiled.get(when);
    if (condition === undefined) {
      condition = compileCondition(when, { wide: false, paths });
      compiled.set(when, condition);
    }
    return condition.test(args) === TRUE;
  };
}
