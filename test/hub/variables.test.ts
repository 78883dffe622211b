import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variableFor } from '../../main/hub/variables.ts';
import { HubBinding } from '../../preload/contract/index.ts';

const taken = (...names: string[]): { variable: string }[] => names.map((variable) => ({ variable }));
const binding = (config: string | null, client?: string): Parameters<typeof variableFor>[0] => ({
  id: 'b1f3a5c7e',
  config,
  client,
});

describe('the variable of a binding', () => {
  it.each<[string | null, string | undefined, string[], string]>([
    ['github-readonly', undefined, [], 'RL_TOKEN_GITHUB_READONLY'],
    ['github-readonly', 'cursor', [], 'RL_TOKEN_GITHUB_READONLY'],
    ['github', 'claude_code', ['RL_TOKEN_GITHUB'], 'RL_TOKEN_GITHUB_CLAUDE_CODE'],
    ['github', 'my.client-2', ['RL_TOKEN_GITHUB'], 'RL_TOKEN_GITHUB_MY_CLIENT_2'],
    ['github', undefined, ['RL_TOKEN_GITHUB'], 'RL_TOKEN_GITHUB_B1F3A5C7E'],
    ['github', 'cursor', ['RL_TOKEN_GITHUB', 'RL_TOKEN_GITHUB_CURSOR'], 'RL_TOKEN_GITHUB_B1F3A5C7E'],
    ['github', undefined, ['RL_TOKEN_GITHUB', 'RL_TOKEN_GITHUB_B1F3A5C7E'], 'RL_TOKEN_GITHUB_B1F3A5C7E_2'],
    ['a_b', undefined, ['RL_TOKEN_A_B'], 'RL_TOKEN_A_B_B1F3A5C7E'],
    [null, undefined, [], 'RL_TOKEN_ALL'],
    [null, undefined, ['RL_TOKEN_ALL'], 'RL_TOKEN_ALL_B1F3A5C7E'],
    ['0', undefined, [], 'RL_TOKEN_0'],
  ])('of %s for %s beside %j is %s', (config, client, others, expected) => {
    expect(variableFor(binding(config, client), taken(...others))).toBe(expected);
  });

  it('is its own, and fits the settings and a shell, whatever the names', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
    const label = fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,63}$/), { nil: undefined });
    const few = fc.constantFrom('a-b', 'a_b', 'a', 'all');
    const subject = fc.record({
      id: fc.stringMatching(/^b[0-9a-f]{8}$/),
      config: fc.option(fc.oneof(name, few), { nil: null }),
      client: label,
    });
    fc.assert(
      fc.property(fc.array(subject, { maxLength: 12 }), (subjects) => {
        const made: { variable: string }[] = [];
        for (const one of subjects) made.push({ variable: variableFor(one, made) });
        for (const { variable } of made) {
          expect(HubBinding.shape.variable.safeParse(variable).success).toBe(true);
          expect(variable).toMatch(/^[A-Z][A-Z0-9_]*$/);
        }
        expect(new Set(made.map(({ variable }) => variable)).size).toBe(made.length);
      }),
    );
  });
});
