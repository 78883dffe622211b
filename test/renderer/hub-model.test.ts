import { describe, expect, it } from 'vitest';
import { AllowedTools, HubConfigName } from '../../preload/contract/hub.ts';
import {
  bindCommand,
  draftProblem,
  endpointCard,
  rotateCommand,
  toolsOf,
} from '../../renderer/features/hub/hub-model.ts';

const draft = { name: 'github-readonly', connector: 'github', tools: '*', description: '' };

describe('the commands for a terminal', () => {
  it('are exact, and none holds a token', () => {
    expect([bindCommand(null), bindCommand('github-readonly'), rotateCommand('b00000001')]).toEqual([
      'runlayer hub bind --all',
      'runlayer hub bind github-readonly',
      'runlayer hub rotate b00000001',
    ]);
  });
});

describe('a draft of a config', () => {
  it.each(['a', 'A', '', '-a', 'a b', 'a'.repeat(63), 'a'.repeat(64), '0_-'])(
    'is named %j as the contract says',
    (name) => {
      expect(draftProblem({ ...draft, name }, [])?.at).toBe(HubConfigName.safeParse(name).success ? undefined : 'name');
    },
  );

  it.each([
    ['*', undefined],
    ['a_*\n\n github.get_? ', undefined],
    ['', 'tools'],
    ['  \n ', 'tools'],
    ['a b', 'tools'],
    ['x'.repeat(129), 'tools'],
  ])('allows tools %j: %s', (tools, at) => {
    expect(draftProblem({ ...draft, tools }, [])?.at).toBe(at);
    if (at === undefined) expect(AllowedTools.safeParse(toolsOf(tools)).success).toBe(true);
  });

  it('wants a free name, a connector and a short text', () => {
    expect(draftProblem(draft, ['github-readonly'])?.at).toBe('name');
    expect(draftProblem({ ...draft, connector: '' }, [])?.at).toBe('connector');
    expect(draftProblem({ ...draft, description: 'x'.repeat(1025) }, [])?.at).toBe('description');
  });
});

describe('the endpoint', () => {
  it.each([
    ['listening', false, 'good'],
    ['listening', true, 'good'],
    ['failed', false, 'bad'],
    ['off', false, 'plain'],
  ] as const)('%s (on demand: %s) is %s', (state, onDemand, tone) => {
    const card = endpointCard({ url: null, state, problem: 'why', onDemand, origins: [], listeners: [] });
    expect(card.tone).toBe(tone);
    expect(card.text.includes('leaves when nobody uses it')).toBe(onDemand);
    if (state === 'failed') expect(card.text).toBe('why');
  });
});
