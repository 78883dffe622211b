import type { RuleProblem } from '../../../preload/contract/policy-page.ts';

/** What is wrong at a place or below it, in one text; undefined where nothing is. */
export function problemOf(problems: readonly RuleProblem[], path: string): string | undefined {
  const found = problems.filter((one) => one.path === path || one.path.startsWith(`${path}.`));
  return found.length === 0 ? undefined : [...new Set(found.map(({ text }) => text))].join(' ');
}
