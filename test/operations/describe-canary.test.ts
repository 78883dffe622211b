import { expect, it } from 'vitest';
import { CANARY_DESCRIPTIONS } from '../../main/operations/describe-canary.ts';

it('names what passes from now on, escaped', () => {
  const { title, detail } = CANARY_DESCRIPTIONS['guard.removeCanary']({ name: 'canary.x\u202e\u001b[2J' });
  expect(title).toBe('Let a planted value pass?');
  expect(detail.split('\n')[0]).toContain('canary.x');
  expect(detail).not.toContain('\u202e');
  expect(detail).not.toContain('\u001b');
});
