import { describe, expect, it } from 'vitest';
import type { CallStory } from '../../preload/contract/activity.ts';
import { operations } from '../../preload/contract/operations.ts';
import { whyInput } from '../../renderer/features/activity/why-input.ts';

const story = (entry: Partial<CallStory['entry']>, whole?: string): CallStory => ({
  entry: { id: 'x', time: '', kind: 'call', connector: 'files', client: 'Cursor', ...entry },
  decision: 'denied',
  steps: [],
  findings: [],
  ...(whole === undefined ? {} : { arguments: whole }),
});

describe('what the rules are asked about', () => {
  it.each([
    [story({ method: 'tools/call', tool: 'read' }, '{"a":1}'), { tool: 'read', arguments: '{"a":1}' }],
    [story({ method: 'tools/call', tool: 'read' }), { tool: 'read', arguments: '{}' }],
    [story({ method: 'prompts/get', tool: 'review' }), { prompt: 'review', arguments: '{}' }],
    [story({ method: 'resources/read', tool: 'file:///a' }), { resource: 'file:///a' }],
  ])('%#', (given, subject) => {
    const input = whyInput(given);
    expect(input).toEqual({ connector: 'files', client: 'Cursor', subject });
    expect(operations['policy.explain'].input.safeParse(input).success).toBe(true);
  });

  it.each([
    story({ method: 'x/y' }),
    story({ method: 'x/y', tool: 'read' }),
    story({ method: 'tools/call', tool: 'x'.repeat(300) }),
  ])('%# is nothing', (given) => {
    expect(whyInput(given)).toBeUndefined();
  });
});
