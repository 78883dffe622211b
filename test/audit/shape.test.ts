import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../main/audit/canonical.ts';
import { shapeOf } from '../../main/audit/shape.ts';
import { asIs } from './records.ts';

const SECRET = 'hunter2-hunter2';
const redact = (text: string): string => text.replaceAll(SECRET, '[secret]');

describe('shapeOf', () => {
  it.each<[string, unknown, unknown]>([
    ['keeps scalars', [null, true, 1.5, 'x', ''], [null, true, 1.5, 'x', '']],
    ['keeps 256 bytes', 'x'.repeat(256), 'x'.repeat(256)],
    ['keeps a longer string by length', 'x'.repeat(257), { $bytes: 257 }],
    ['counts bytes, not characters', 'é'.repeat(129), { $bytes: 258 }],
    ['redacts values', { token: `Bearer ${SECRET}` }, { token: 'Bearer [secret]' }],
    ['redacts keys', { [SECRET]: 1 }, { '[secret]': 1 }],
    ['never drops one of two keys that become one', { [SECRET]: 1, '[secret]': 2 }, { '[secret]': 1, '[secret]~2': 2 }],
    ['keeps a long key by length', { ['k'.repeat(129)]: 1 }, { '$bytes:129': 1 }],
    [
      'tells a faked marker from a marker',
      { $bytes: 5, $more: 1, $$number: 2 },
      { $$bytes: 5, $$more: 1, $$$number: 2 },
    ],
    ['tells a faked long key from a long key', { '$bytes:129': 1 }, { '$$bytes:129': 1 }],
    ['leaves other keys with a dollar alone', { $schema: 'x', $: 1 }, { $schema: 'x', $: 1 }],
    [
      'records a number beyond doubles',
      JSON.parse('[1e400,-1e400]'),
      [{ $number: 'Infinity' }, { $number: '-Infinity' }],
    ],
    ['records a number that a double rounds as rounded', JSON.parse('9007199254740993'), 9007199254740992],
    ['makes lone surrogates well-formed', ['a\ud800', { 'k\udc00': 1 }], ['a\ufffd', { 'k\ufffd': 1 }]],
    ['takes what is not JSON', [undefined, () => 1, 12n], [null, null, { $number: '12' }]],
  ])('%s', (_, value, shape) => {
    expect(shapeOf(value, redact)).toEqual(shape);
  });

  it('keeps a value by length when redaction makes it too long', () => {
    expect(shapeOf('x'.repeat(200), (text) => text.repeat(2))).toEqual({ $bytes: 200 });
    expect(shapeOf({ k: 1 }, (text) => text.repeat(200))).toEqual({ '$bytes:1': 1 });
  });

  it('sets __proto__ as a member and nothing else', () => {
    const shape = shapeOf(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'), asIs);
    expect(JSON.stringify(shape)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(Object.getPrototypeOf(shape)).toBe(Object.prototype);
    expect(Object.hasOwn({}, 'polluted')).toBe(false);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('counts what is beyond 200 values', () => {
    const shape = shapeOf(Array.from({ length: 1000 }).fill(7), asIs);
    expect(shape).toHaveLength(200);
    expect(shape).toHaveProperty('199', { $more: 801 });
    const wide = shapeOf(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i])), asIs);
    expect(wide).toHaveProperty('$more', 801);
    expect(wide).toHaveProperty('k198', 198);
  });

  it('shows the arguments beside a huge one', () => {
    const shape = shapeOf({ edits: Array.from({ length: 5000 }, () => ({ a: 1 })), path: 'x', force: true }, asIs);
    expect(shape).toMatchObject({ path: 'x', force: true });
  });

  it('stops at 16 levels', () => {
    let value: unknown = 'deep';
    for (let depth = 0; depth < 20; depth += 1) value = [value];
    let expected: unknown = { $more: 1 };
    for (let depth = 0; depth < 16; depth += 1) expected = [expected];
    expect(shapeOf(value, asIs)).toEqual(expected);
  });

  it('survives a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(JSON.stringify(shapeOf(cycle, asIs)).length).toBeLessThan(1000);
  });

  it('is bounded, and never shows the secret, whatever comes in', () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(SECRET), fc.constant(`x${SECRET}`));
    const anything = fc.object({ key: part, values: [part, fc.double(), fc.boolean()], maxDepth: 20, maxKeys: 300 });
    fc.assert(
      fc.property(anything, (value) => {
        const text = JSON.stringify(shapeOf(value, redact));
        expect(text).not.toContain(SECRET);
        expect(text.length).toBeLessThan(200 * (128 + 256) * 6);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it('needs no time for a million entries', () => {
    const before = process.cpuUsage();
    shapeOf([Array.from({ length: 1_000_000 }).fill('x'), 'y'.repeat(16 * 1024 * 1024)], asIs);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});

describe('keys that V8 misreads', () => {
  it('hold nothing that is escaped, so that every line that was written is read back as it stands', () => {
    // The parser must have seen such a key before.
    expect(Object.keys(JSON.parse('{"!":1,"\\\\":2}') as object)).toHaveLength(2);
    const keys = ['\\', '"', 'a\\b', 'x"', '\u0000', '\n', '\u001f'];
    for (const key of keys) {
      const text = canonical(shapeOf({ '!': 1, [key]: 2 }, (name) => name));
      expect(text).not.toContain('\\');
      expect(canonical(JSON.parse(text))).toBe(text);
    }
    const names = Object.keys(shapeOf({ '\\': 1, '"': 1, '\n': 1 }, (name) => name) as object);
    expect(names).toEqual(['\uff3c', '\uff02', '\u240a']);
  });
});
