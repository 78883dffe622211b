import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { approvalKey, type ApprovedCall } from '../../main/approval/approval-key.ts';

const call: ApprovedCall = {
  client: 'cursor',
  connector: 'files',
  tool: 'write',
  definition: 'd',
  policyVersion: 'p',
  canonical: '{"a":1}',
};

it('is 64 hex digits, the same for text and its bytes', () => {
  expect(approvalKey(call)).toBe('f5aa326e6d52f5134e0e85565ccf26e657cc52dcf0e7491fd7d26010ad5cb6b9');
  expect(approvalKey({ ...call, canonical: Buffer.from(call.canonical) })).toBe(approvalKey(call));
});

it.each(Object.keys(call) as (keyof ApprovedCall)[])('is another one with another %s', (part) => {
  expect(approvalKey({ ...call, [part]: 'another' })).not.toBe(approvalKey(call));
});

it('tells numbers by how they are written', () => {
  const texts = ['{"a":1}', '{"a":1.0}', '{"a":1e0}', '{"a":"1"}'];
  expect(new Set(texts.map((canonical) => approvalKey({ ...call, canonical }))).size).toBe(texts.length);
});

it('nothing in one part can stand for another part', () => {
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\\', ']', 'a', '\ud800'), maxLength: 6 });
  const parts = fc.record({
    client: text,
    connector: text,
    tool: text,
    definition: text,
    policyVersion: text,
    canonical: fc.string({ unit: fc.constantFrom('"', ',', '\n', '\\', ']', 'a'), maxLength: 6 }),
  });
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      expect(approvalKey(one) === approvalKey(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
    { seed: 7, numRuns: 1000 },
  );
});
