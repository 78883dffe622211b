import { describe, expect, it } from 'vitest';
import { openShells, runsThings } from '../../../main/policy/suggest/runs-things.ts';
import type { Rule } from '../../../preload/contract/index.ts';

const rule = (over: Partial<Rule>): Rule => ({
  id: 'r',
  effect: 'allow',
  connector: 'a',
  tool: 'run_command',
  createdAt: '2026-11-21T00:00:00.000Z',
  ...over,
});

describe('a name that says that a tool runs things', () => {
  it.each(['run_command', 'exec', 'runQuery', 'execute-sql', 'bash', 'Shell', 'terminalCreate', 'py.eval', 'run_*'])(
    '%s',
    (name) => expect(runsThings(name)).toBe(true),
  );
  it.each(['read_file', 'list_directory', 'search', 'prune', 'describe', 'subscription_list', 'get_pull_request'])(
    'not %s',
    (name) => expect(runsThings(name)).toBe(false),
  );
  it('is said where a rule allows it with anything', () => {
    expect(openShells([rule({})])).toEqual([
      {
        kind: 'wider_than_it_looks',
        rules: ['r'],
        text: 'Rule r allows "run_command" with anything: by its name it runs what it is given.',
      },
    ]);
    expect(
      openShells([rule({ effect: 'deny' }), rule({ when: { at: '/command', eq: 'ls' } }), rule({ tool: 'read' })]),
    ).toEqual([]);
  });
});
