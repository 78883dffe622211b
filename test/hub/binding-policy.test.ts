import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrowToConfig } from '../../main/hub/binding-policy.ts';
import { NO_FACTS } from '../../main/policy/call-facts.ts';
import { compilePolicy, hidesTool, type Policy } from '../../main/policy/decide.ts';
import type { ToolFacts } from '../../main/policy/read-only.ts';
import type { DefaultMode, HubConfig, Rule } from '../../preload/contract/index.ts';
import { aRule } from '../operations/fakes.ts';
import { aConfig } from './samples.ts';

const facts = (name: string): ToolFacts => ({ name, claimsReadOnly: true, schemaWords: [] });
const under = (mode: DefaultMode = 'allow', rules: readonly Rule[] = []): Policy =>
  compilePolicy({ connector: 'github', default: mode, rules });
const github = (...allowedTools: string[]): HubConfig => aConfig('github-readonly', { allowedTools });

describe('a binding', () => {
  it('hides what its globs do not match, on the list and on call', () => {
    const policy = narrowToConfig(() => github('get_*', 'github.search_*'))(under());
    for (const name of ['get_issue', 'search_code']) {
      expect(policy.decideTool(facts(name))).toMatchObject({ effect: 'allow', code: 'default_allow' });
      expect(policy.decideCall(facts(name), {}, NO_FACTS)).toMatchObject({ effect: 'allow', code: 'default_allow' });
    }
    for (const decision of [
      policy.decideTool(facts('delete_repo')),
      policy.decideCall(facts('delete_repo'), {}, NO_FACTS),
    ]) {
      expect(decision).toEqual({
        effect: 'deny',
        decidedBy: 'local',
        code: 'outside_binding',
        reason: 'The config "github-readonly" does not allow this tool.',
      });
      expect(hidesTool(decision)).toBe(true);
    }
  });

  it('leaves everything inside to the policy underneath', () => {
    const rules = [aRule('deny', '*', 'get_secret'), aRule('ask', '*', 'get_mail')];
    const policy = narrowToConfig(() => github('get_*'))(under('allow', rules));
    expect(policy.decideCall(facts('get_secret'), {}, NO_FACTS).code).toBe('rule_deny');
    expect(policy.decideCall(facts('get_mail'), {}, NO_FACTS).code).toBe('rule_ask');
    expect(policy.decideRequest({}, undefined, NO_FACTS).effect).toBe('allow');
    expect(policy).toMatchObject({ connector: 'github', default: 'allow' });
    const closed = narrowToConfig(() => github('*'))(under('deny'));
    expect(closed.decideCall(facts('get_issue'), {}, NO_FACTS).code).toBe('default_deny');
    expect(closed.decideRequest({}, undefined, NO_FACTS).code).toBe('method_denied');
  });

  it('follows its config at each decision', () => {
    let config: HubConfig | undefined = github('get_*');
    const policy = narrowToConfig(() => config)(under());
    const effect = (name: string): string => policy.decideCall(facts(name), {}, NO_FACTS).effect;
    expect([effect('get_issue'), effect('put_issue')]).toEqual(['allow', 'deny']);
    config = github('put_*');
    expect([effect('get_issue'), effect('put_issue')]).toEqual(['deny', 'allow']);
    config = undefined;
    expect([effect('get_issue'), effect('put_issue')]).toEqual(['deny', 'deny']);
    expect(policy.decideTool(facts('put_issue'))).toMatchObject({ code: 'outside_binding' });
    expect(policy.decideRequest({}, undefined, NO_FACTS)).toMatchObject({ effect: 'deny', code: 'method_denied' });
    expect(policy.default).toBe('deny');
    config = github('*');
    expect(policy.default).toBe('allow');
  });

  it('remembers no more than so many names, and forgets nothing by it', () => {
    const policy = narrowToConfig(() => github('get_*'))(under());
    for (let at = 0; at < 10_000; at++) policy.decideTool(facts(`made_up_${at}`));
    expect(policy.decideTool(facts('get_issue')).effect).toBe('allow');
    expect(policy.decideTool(facts('made_up_9999')).effect).toBe('deny');
  });

  it('never allows what the policy underneath does not', () => {
    const RANK = { deny: 0, ask: 1, allow: 2 };
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom<DefaultMode>('allow', 'read-only', 'ask', 'deny'),
        fc.array(fc.tuple(fc.constantFrom('allow', 'ask', 'deny'), glob), { maxLength: 4 }),
        fc.option(fc.array(glob, { minLength: 1, maxLength: 3 }), { nil: undefined }),
        fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }),
        (mode, rules, globs, name) => {
          const inner = under(
            mode,
            rules.map(([effect, tool]) => aRule(effect, '*', tool)),
          );
          const outer = narrowToConfig(() => (globs === undefined ? undefined : github(...globs)))(inner);
          const tool = facts(name);
          return (
            RANK[outer.decideTool(tool).effect] <= RANK[inner.decideTool(tool).effect] &&
            RANK[outer.decideCall(tool, {}, NO_FACTS).effect] <= RANK[inner.decideCall(tool, {}, NO_FACTS).effect] &&
            RANK[outer.decideRequest({}, undefined, NO_FACTS).effect] <=
              RANK[inner.decideRequest({}, undefined, NO_FACTS).effect]
          );
        },
      ),
      { numRuns: 5000 },
    );
  });
});
