import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../preload/contract/index.ts';
import { definitionOf, fingerprintOf, PINNED_FIELDS } from '../../main/pin/fingerprint.ts';

const tool: JsonObject = {
  name: 'read_file',
  title: 'Read',
  description: 'Reads a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
  outputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
};
const hash = (definition: JsonObject): string => definitionOf('tool', definition).fingerprint;

/** The same value with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const turned: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value).toReversed())
    Object.defineProperty(turned, key, { value: reversed(inner), enumerable: true });
  return turned;
}

describe('a fingerprint', () => {
  it('is this one, so that pins on disk stay valid', () => {
    expect(definitionOf('tool', { name: 'a', description: 'b', inputSchema: {} })).toEqual({
      text: '{"description":"b","inputSchema":{},"name":"a"}',
      fingerprint: '75d0f3099c0110c820253db869614886f98f523e54443227dbbfca8372ad87af',
    });
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (schema) => {
        const one = { ...tool, inputSchema: schema };
        const other = reversed(one);
        expect(hash(other as JsonObject)).toBe(hash(one));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it.each(PINNED_FIELDS.tool.map(({ key }) => key))('is another one with any change of %s', (key) => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // Equal texts are equal JSON values; `-0` and `0` are one.
        const text = JSON.stringify(reversedKeys(value));
        const found = hash({ ...tool, [key]: value });
        expect(seen.get(found) ?? text).toBe(text);
        seen.set(found, text);
      }),
      { seed: 2, numRuns: 200 },
    );
    const { [key]: _, ...without } = tool;
    expect(new Set([hash(tool), hash(without), hash({ ...tool, [key]: null })]).size).toBe(3);
  });

  it('is another one with one invisible character', () => {
    for (const unseen of ['\u200b', '\u202e', '\u{e0041}', '\ufe0f', '\u00ad', ' ', '\r'])
      expect(hash({ ...tool, description: `Reads a${unseen} file.` })).not.toBe(hash(tool));
    expect(hash({ ...tool, description: 'caf\u00e9' })).not.toBe(hash({ ...tool, description: 'cafe\u0301' }));
    expect(hash({ ...tool, description: '\ud800' })).not.toBe(hash({ ...tool, description: '\ud801' }));
  });

  it('is another one where an annotation is flipped', () => {
    expect(hash({ ...tool, annotations: { readOnlyHint: false } })).not.toBe(hash(tool));
  });

  it('leaves out icons and _meta, and everything that no definition has', () => {
    expect(hash({ ...tool, icons: [{ src: 'data:,' }], _meta: { built: 1 }, execution: {} })).toBe(hash(tool));
  });

  it('of one kind is none of another', () => {
    const both = { name: 'a', description: 'b' };
    expect(definitionOf('tool', both).text).toBe(definitionOf('prompt', both).text);
    expect(definitionOf('tool', both).fingerprint).not.toBe(definitionOf('prompt', both).fingerprint);
  });

  it('counts own properties only', () => {
    const inherits = Object.create({ title: 'inherited' }) as Record<string, unknown>;
    inherits['name'] = 'a';
    expect(definitionOf('tool', inherits).text).toBe('{"name":"a"}');
    const proto: unknown = JSON.parse('{"name":"a","inputSchema":{"__proto__":{"x":1}}}');
    expect(definitionOf('tool', proto as JsonObject).text).toBe('{"inputSchema":{"__proto__":{"x":1}},"name":"a"}');
  });

  it('is made again from the text that is kept', () => {
    const { text, fingerprint } = definitionOf('prompt', { name: 'a', arguments: [{ name: 'x', required: true }] });
    expect(fingerprintOf('prompt', text)).toBe(fingerprint);
    expect(fingerprintOf('tool', text)).not.toBe(fingerprint);
  });

  it('is refused for what has no canonical text', () => {
    expect(() => definitionOf('tool', { name: 'a', inputSchema: { maximum: Number.POSITIVE_INFINITY } })).toThrow(
      TypeError,
    );
    let deep: unknown = 1;
    for (let level = 0; level < 1000; level += 1) deep = [deep];
    expect(() => definitionOf('tool', { name: 'a', inputSchema: deep })).toThrow(TypeError);
  });
});

/** A value with sorted keys, as far as a test needs it. */
function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => ['key', key, reversedKeys(inner)])
    .concat([['object']]);
}
