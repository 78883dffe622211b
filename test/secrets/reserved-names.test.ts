import { expect, it } from 'vitest';
import { AUDIT_HEAD_SECRET, AUDIT_KEY_SECRET, isReservedSecret } from '../../main/secrets/reserved-names.ts';

it.each([
  ['oauth.github', true],
  ['OAuth.github', true],
  [`tenant.${'0'.repeat(32)}`, true],
  [AUDIT_KEY_SECRET, true],
  [AUDIT_HEAD_SECRET, true],
  ['Audit.Head', true],
  [`canary.${'0a'.repeat(8)}`, true],
  [`CANARY.${'0A'.repeat(8)}`, true],
  ['canary.mine', false],
  [`canary.${'0a'.repeat(9)}`, false],
  ['audit.token', false],
  ['audit.head2', false],
  ['auditxhead', false],
  ['tenant.staging', false],
  ['oauth', false],
  ['GITHUB_TOKEN', false],
])('%s is reserved: %s', (name, reserved) => {
  expect(isReservedSecret(name)).toBe(reserved);
});
