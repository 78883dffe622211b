import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePolicy } from '../../main/policy/decide.ts';
import { naive } from './naive.ts';
import { RandomPolicy } from './random-policy.ts';

const CALLS = 1_000_000;
const CALLS_OF_ONE_POLICY = 20;

describe('one million random calls', () => {
  it('are decided as a naive reference does', () => {
    const random = new RandomPolicy(20_261_121);
    const seen = new Map<string, number>();
    for (let call = 0; call < CALLS;) {
      const mode = random.mode();
      const rules = random.some(4, () => random.rule());
      const chains = random.below(3) === 0 ? random.some(2, () => random.chain()) : [];
      const connector = random.word();
      const policy = compilePolicy({ connector, default: mode, rules, chains });
      for (let i = 0; i < CALLS_OF_ONE_POLICY; i++, call++) {
        const tool = random.word();
        const args = random.arguments();
        const facts = random.facts();
        const { effect, code } = policy.decideCall({ name: tool, claimsReadOnly: false, schemaWords: [] }, args, facts);
        const wanted = naive(mode, rules, chains, { ...facts, connector, tool, args });
        if (effect !== wanted) {
          const what = JSON.stringify({ mode, rules, chains, connector, tool, args, facts });
          expect.fail(`decided ${effect} instead of ${wanted} about ${what}`);
        }
        seen.set(code, (seen.get(code) ?? 0) + 1);
      }
    }
    const codes = ['rule_deny', 'argument_deny', 'chain_deny', 'rule_ask', 'chain_ask', 'rule_allow'];
    for (const code of [...codes, 'default_allow', 'default_ask', 'default_deny'])
      expect(seen.get(code), code).toBeGreaterThan(500);
  });

  it('and the reference is short enough to be read', () => {
    const lines = readFileSync(join(import.meta.dirname, 'naive.ts'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(60);
  });
});
