import { describe, expect, it } from 'vitest';
import type { Decision } from '../../preload/contract/index.ts';
import { createPolicies } from '../../main/host/policies.ts';
import { NO_FACTS } from '../../main/policy/call-facts.ts';
import type { ProtectedPaths } from '../../main/policy/protected-paths.ts';
import { toolFacts } from '../../main/policy/read-only.ts';
import { EMPTY_SETTINGS, type Settings } from '../../main/settings/schema.ts';

const AT = '2026-11-21T08:00:00.000Z';
const settings: Settings = {
  ...EMPTY_SETTINGS,
  connectors: [
    {
      name: 'files',
      definition: { command: '/bin/files', args: [], env: {}, secrets: {} },
      default: 'allow',
      enabled: true,
      createdAt: AT,
    },
  ],
};
const NO_PATHS: ProtectedPaths = { roots: [], homes: [], separator: '/', foldsCase: false, resolve: () => [] };
const tool = toolFacts('read', { name: 'read', inputSchema: { type: 'object' } });

describe('while no new call may leave', () => {
  let why: Decision | undefined;
  const stopped: Decision = {
    effect: 'deny',
    decidedBy: 'engine',
    code: 'audit_unavailable',
    reason: 'The audit trail is not taken.',
  };
  const policies = createPolicies(
    () => ({ read: () => settings }),
    NO_PATHS,
    () => why,
  );
  const all = () => [policies.of('files'), policies.ofEndpoint('docs', 'allow')];

  it('every call and read is refused with the reason, and lists stay', () => {
    why = stopped;
    for (const policy of all()) {
      expect(policy.decideCall(tool, {}, NO_FACTS)).toEqual(stopped);
      expect(policy.decideRequest({}, undefined, NO_FACTS).effect).toBe('deny');
      expect(policy.decideTool(tool).effect).toBe('allow');
    }
  });

  it('and no longer than that, with the policies that were compiled before', () => {
    why = stopped;
    const before = all();
    why = undefined;
    for (const policy of before) expect(policy.decideCall(tool, undefined, NO_FACTS).effect).toBe('allow');
    for (const policy of before) expect(policy.decideRequest(undefined, undefined, NO_FACTS).effect).toBe('allow');
  });
});

describe('what the settings say', () => {
  const rule = { id: 'r', effect: 'deny', connector: 'files', tool: 'read', createdAt: AT } as const;
  const chain = {
    id: 'c',
    effect: 'deny',
    after: { connector: '*', tool: '*', holding: 'anything' },
    before: { connector: 'files', tool: 'read' },
    createdAt: AT,
  } as const;
  const tainted = { ...NO_FACTS, taints: [{ connector: 'web', tool: 'fetch', labels: ['anything'] as const }] };

  it('counts with its chains, for endpoints too, once it was said that they changed', () => {
    let current: Settings = { ...settings, chains: [chain] };
    const policies = createPolicies(
      () => ({ read: () => current }),
      NO_PATHS,
      () => undefined,
    );
    const of = () => [policies.of('files'), policies.ofEndpoint('files', 'allow')];
    expect(of().map((policy) => policy.decideCall(tool, {}, tainted).code)).toEqual(['chain_deny', 'chain_deny']);
    current = { ...settings, rules: [rule] };
    policies.forget();
    expect(of().map((policy) => policy.decideCall(tool, {}, NO_FACTS).code)).toEqual(['rule_deny', 'rule_deny']);
    expect(policies.of('gone').decideCall(tool, {}, NO_FACTS).code).toBe('default_deny');
  });
});
