import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protectedPaths } from '../../main/host/protected-roots.ts';
import { NO_FACTS } from '../../main/policy/call-facts.ts';
import { compilePolicy } from '../../main/policy/decide.ts';
import type { Rule } from '../../preload/contract/index.ts';

let root = '';
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'policy-paths-')));
  for (const name of ['open', 'closed']) mkdirSync(join(root, name));
  symlinkSync(join(root, 'closed'), join(root, 'open', 'way-out'));
});
afterAll(() => rmSync(root, { recursive: true }));

const rule = (effect: Rule['effect'], folder: string): Rule => ({
  id: 'r',
  effect,
  connector: '*',
  tool: '*',
  when: { at: '/path', path_under: [join(root, folder)] },
  createdAt: '2026-01-01T00:00:00.000Z',
});
function effect(one: Rule, path: string): string {
  const paths = protectedPaths(join(root, 'companion'), join(root, 'open'));
  const policy = compilePolicy({ connector: 'f', default: 'ask', rules: [one], protectedPaths: paths });
  return policy.decideCall({ name: 't', claimsReadOnly: false, schemaWords: [] }, { path }, NO_FACTS).effect;
}

describe('paths of this machine', () => {
  it('are followed before they are compared', () => {
    const at = (...parts: string[]): string => [root, ...parts].join(sep);
    expect(effect(rule('allow', 'open'), at('open', 'a'))).toBe('allow');
    expect(effect(rule('allow', 'open'), at('open', 'way-out', 'a'))).toBe('ask');
    expect(effect(rule('allow', 'open'), at('open', '..', 'closed'))).toBe('ask');
    expect(effect(rule('allow', 'open'), at('open', '%2e%2e', 'closed'))).toBe('ask');
    expect(effect(rule('allow', 'open'), 'a')).toBe('ask');
    expect(effect(rule('deny', 'closed'), at('open', 'way-out', 'a'))).toBe('deny');
    expect(effect(rule('deny', 'closed'), at('open', '..', 'closed', 'a'))).toBe('deny');
    expect(effect(rule('deny', 'closed'), '../closed/a')).toBe('deny');
    expect(effect(rule('deny', 'closed'), 'way-out/a')).toBe('deny');
    expect(effect(rule('deny', 'closed'), at('open', 'a'))).toBe('ask');
  });

  it('are decided anew when a link is laid', () => {
    const paths = protectedPaths(join(root, 'companion'), root);
    const policy = compilePolicy({
      connector: 'f',
      default: 'allow',
      rules: [rule('deny', 'later')],
      protectedPaths: paths,
    });
    const decide = (): string =>
      policy.decideCall(
        { name: 't', claimsReadOnly: false, schemaWords: [] },
        { path: join(root, 'closed', 'a') },
        NO_FACTS,
      ).effect;
    expect(decide()).toBe('allow');
    symlinkSync(join(root, 'closed'), join(root, 'later'));
    expect(decide()).toBe('deny');
  });
});
