import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../main/audit/canonical.ts';

describe('canonical', () => {
  it.each<[string, unknown, string]>([
    ['sorts keys by UTF-16 code units', { b: 1, a: 2, é: 3, '😀': 4, ﬀ: 5 }, '{"a":2,"b":1,"é":3,"😀":4,"ﬀ":5}'],
    ['writes numbers the shortest way', [1.0, 1e21, 1e-7, -0, 4.5], '[1,1e+21,1e-7,0,4.5]'],
    ['escapes only what must be', '\u0000\u001f"\\/\u2028é', '"\\u0000\\u001f\\"\\\\/\u2028é"'],
    ['keeps nesting', [[], {}, [null, true, false]], '[[],{},[null,true,false]]'],
    ['keeps a key __proto__', JSON.parse('{"__proto__":{"x":1},"a":1}'), '{"__proto__":{"x":1},"a":1}'],
    ['drops undefined members', { a: undefined, b: 1 }, '{"b":1}'],
    ['writes a lone surrogate as its escape', 'a\ud800b', '"a\\ud800b"'],
    ['writes a lone surrogate in a key', { b: 1, 'a\udfff': [1.0, null] }, '{"a\\udfff":[1,null],"b":1}'],
  ])('%s', (_, value, text) => {
    expect(canonical(value)).toBe(text);
  });

  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['infinity', { a: Infinity }],
    ['NaN beside a lone surrogate', ['\ud800', Number.NaN]],
    ['a bigint', 1n],
    ['undefined', undefined],
  ])('refuses %s', (_, value) => {
    expect(() => canonical(value)).toThrow();
  });

  it('refuses cycles, also beside a lone surrogate', () => {
    const cycle: unknown[] = ['\ud800'];
    cycle.push(cycle);
    expect(() => canonical(cycle)).toThrow();
  });

  it('tells two different lone surrogates apart, so that no approval fits both', () => {
    expect(canonical({ path: 'a\ud800' })).not.toBe(canonical({ path: 'a\ud801' }));
    expect(canonical({ path: 'a\ud800' })).not.toBe(canonical({ path: 'a\ufffd' }));
    expect(canonical({ path: 'a\ud800' })).not.toBe(canonical({ path: 'a\\ud800' }));
  });

  it('is read back to the same value and written again to the same text, whatever the strings hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.string({ unit: 'binary' }), (json, broken) => {
        const value = [json, `${broken}\ud800`.slice(0, 5), broken.slice(1)];
        const text = canonical(value);
        expect(canonical(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('writes a lone surrogate the same way as everything else around it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonical([value, '\ud800'])).toBe(`[${canonical(value)},"\\ud800"]`);
      }),
    );
  });

  it('refuses a value nested deeper than any message can be', () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1;
      for (let depth = 0; depth < levels; depth += 1) value = [value];
      return value;
    };
    expect(canonical(nested(512))).toHaveLength(1025);
    expect(() => canonical(nested(100_000))).toThrow(TypeError);
  });

  it('writes what the reference library writes', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'grapheme' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (json, number) => {
          expect(canonical([json, number])).toBe(canonicalize([json, number]));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
