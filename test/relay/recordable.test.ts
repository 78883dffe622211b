import { describe, expect, it } from 'vitest';
import { holdsSecret, recordableFacts, recordableMethod, recordableName } from '../../main/relay/recordable.ts';
import type { GuardFinding } from '../../preload/contract/index.ts';

const found = (change: Partial<GuardFinding> = {}): GuardFinding => ({
  category: 'secret',
  rule: 'r',
  tier: 'hard',
  at: '/params/arguments/a',
  action: 'block',
  ...change,
});

describe('what of a request may be recorded', () => {
  it.each([
    ['a secret', found(), true],
    ['a canary', found({ category: 'canary' }), true],
    ['a card that is only noted', found({ category: 'pii', action: 'alert' }), true],
    ['what nobody could read', found({ category: 'unscannable' }), true],
    ['a secret that was masked', found({ action: 'mask' }), false],
    ['orders to a model', found({ category: 'injection', tier: 'soft' }), false],
  ])('%s', (_what, finding, holds) => {
    expect(holdsSecret({ findings: [finding], masked: true })).toBe(holds);
  });

  it('nothing was found, or looked at', () => {
    expect([holdsSecret({}), holdsSecret({ findings: [] })]).toEqual([false, false]);
  });

  it('what would have been masked is there where the message was blocked for something else', () => {
    expect(holdsSecret({ findings: [found({ action: 'mask' })] })).toBe(true);
  });

  it.each([
    [{ uri: 'test://x' }, '/params/uri', { uri: '[redacted]' }],
    [{ tool: 'read' }, '/params/name', { tool: '[redacted]' }],
    [{ prompt: 'p' }, '/params/name', { prompt: '[redacted]' }],
    [{ tool: 'read' }, '/id', { tool: 'read', requestId: '"[redacted]"' }],
    [{ tool: 'read' }, '/params/arguments/a', { tool: 'read' }],
  ])('%j without what was found at %s', (facts, at, left) => {
    expect(recordableFacts(facts, { findings: [found({ at })] })).toEqual(left);
    expect(recordableFacts(facts, { findings: [found({ at, action: 'mask' })], masked: true })).toEqual(facts);
  });

  it('a method that holds one is not named', () => {
    const look = { findings: [found({ at: '/method' })] };
    expect(recordableMethod('ghp_x', look)).toBe('[redacted]');
    expect(recordableFacts({}, look)).toMatchObject({ method: '[redacted]' });
    expect(recordableMethod('ping', { findings: [found()] })).toBe('ping');
  });

  it('a client is called what it says, unless something was found in that', () => {
    expect(recordableName({ findings: [] })).toBe(true);
    expect(recordableName({ findings: [found({ at: '/params/clientInfo/title' })] })).toBe(true);
    expect(recordableName({ findings: [found({ at: '/params/clientInfo/name' })] })).toBe(false);
    expect(recordableName({ findings: [found({ at: '' })] })).toBe(false);
  });

  it('of a message with more findings than are told nothing is named', () => {
    const findings = Array.from({ length: 20 }, (_, index) => found({ at: `/params/arguments/${index}` }));
    expect(recordableFacts({ uri: 'test://x', tool: 'read' }, { findings })).toMatchObject({
      uri: '[redacted]',
      tool: '[redacted]',
      method: '[redacted]',
    });
    expect(recordableMethod('x', { findings })).toBe('[redacted]');
  });

  it('of what spans several strings nothing is named', () => {
    expect(recordableFacts({ tool: 'read' }, { findings: [found({ at: '' })] })).toMatchObject({ tool: '[redacted]' });
  });
});
