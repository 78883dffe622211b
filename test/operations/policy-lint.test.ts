import { expect, it } from 'vitest';
import type { NewRule, RuleSet } from '../../preload/contract/index.ts';
import { CLI } from './fakes.ts';
import { policyBench } from './policy-bench.ts';

const setOf = (rules: NewRule[]): RuleSet => ({ version: 1, rules, chains: [] });

it('policy.lint lets everything else have its turn', async () => {
  const stars = (at: number): string => `${'*a'.repeat(50)}*${at}`;
  const rules = Array.from({ length: 1500 }, (_, at): NewRule => ({
    effect: 'deny',
    connector: stars(at),
    tool: stars(at),
  }));
  let isDone = false;
  const found = Promise.resolve(policyBench().handlers['policy.lint']({ set: setOf(rules) }, CLI)).then((findings) => {
    isDone = true;
    return findings;
  });
  await new Promise((resolve) => void setImmediate(resolve));
  expect(isDone).toBe(false);
  expect((await found).at(-1)?.text).toContain('too many rules');
});

it('refuses what could not be kept either, before it looks', async () => {
  const { handlers } = policyBench();
  const large = setOf([{ effect: 'deny', connector: 'files', tool: 'x', when: { at: '/a', eq: 'x'.repeat(20_000) } }]);
  await expect(Promise.resolve().then(() => handlers['policy.lint']({ set: large }, CLI))).rejects.toMatchObject({
    code: 'E_RULE_TOO_LARGE',
  });
  const since = '2026-01-01T00:00:00.000Z';
  await expect(
    Promise.resolve().then(() => handlers['policy.replay']({ set: large, since }, CLI)),
  ).rejects.toMatchObject({
    code: 'E_RULE_TOO_LARGE',
  });
});
