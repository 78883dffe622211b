import { describe, expect, it } from 'vitest';
import { createPolicies } from '../../main/host/policies.ts';
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
  let why: string | undefined;
  const policies = createPolicies(
    () => ({ read: () => settings }),
    NO_PATHS,
    () => why,
  );
  const all = () => [policies.of('files'), policies.ofEndpoint('docs', 'allow')];

  it('every call and read is refused with the reason, and lists stay', () => {
    why = 'The audit trail is not taken.';
    for (const policy of all()) {
      expect(policy.decideCall(tool, {})).toEqual({
        effect: 'deny',
        decidedBy: 'engine',
        code: 'audit_unavailable',
        reason: 'The audit trail is not taken.',
      });
      expect(policy.decideRequest({}).effect).toBe('deny');
      expect(policy.decideTool(tool).effect).toBe('allow');
    }
  });

  it('and no longer than that, with the policies that were compiled before', () => {
    why = 'The audit trail is not taken.';
    const before = all();
    why = undefined;
    for (const policy of before) expect(policy.decideCall(tool, undefined).effect).toBe('allow');
    for (const policy of before) expect(policy.decideRequest(undefined).effect).toBe('allow');
  });
});
