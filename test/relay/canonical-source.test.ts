import { describe, expect, it } from 'vitest';
import { canonical } from '../../main/audit/canonical.ts';
import { canonicalSource } from '../../main/relay/canonical-source.ts';

function textOf(source: string, before = '', after = ''): string {
  const bytes = Buffer.from(`${before}${source}${after}`);
  const start = Buffer.byteLength(before);
  return canonicalSource(bytes, { start, end: start + Buffer.byteLength(source) });
}

describe('values that are the same', () => {
  it.each([
    ['white space', '{"a":[1,2,{}]}', ' {\n"a" :\t[ 1 ,2\r\n, { } ] }'],
    [
      'order of keys, at each level',
      '{"a":{"x":1,"y":[{"p":1,"q":2}]},"b":null}',
      '{"b":null,"a":{"y":[{"q":2,"p":1}],"x":1}}',
    ],
    ['escapes', '{"é":"/\\n\\u20ac"}', '{"\\u00e9":"\\/\\u000a€"}'],
    ['a pair of surrogates', '"😀"', '"\\ud83d\\ude00"'],
    ['keys that begin alike', '{"a":1,"a\\"":2,"a!":3,"":4}', '{"":4,"a!":3,"a\\u0022":2,"a":1}'],
    ['nothing in it', '[]', '[ ]'],
  ])('have one text: %s', (_title, a, b) => {
    expect(textOf(a)).toBe(textOf(b));
  });
});

describe('values that differ', () => {
  it.each([
    ['numbers that a double cannot tell apart', '9007199254740993', '9007199254740992'],
    ['forms of one number', '1', '1.0'],
    ['an exponent', '100', '1e2'],
    ['zeros', '0', '-0'],
    ['a number and its text', '1', '"1"'],
    ['a literal and its text', 'null', '"null"'],
    ['order in a list', '[1,2]', '[2,1]'],
    ['one list and two', '[[1],[2]]', '[[1,2]]'],
    ['lone surrogates', '"\\ud800"', '"\\ud801"'],
    ['a lone surrogate and what replaces it', '"\\ud800"', '"\\ufffd"'],
    ['key and value', '{"a":"b"}', '{"b":"a"}'],
    ['forms of one letter', '"\\u00e9"', '"e\\u0301"'],
    ['a brace in a string', '{"a":"}"}', '{"a":""}'],
  ])('have two texts: %s', (_title, a, b) => {
    expect(textOf(a)).not.toBe(textOf(b));
  });
});

/** A small generator of JSON values; the same seed gives the same values. */
function valuesFrom(seed: number): () => unknown {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  const string = (): string => Array.from({ length: next(4) }, () => 'a"\\\n/é{}[],: 😀\u2028'[next(16)]).join('');
  const value = (depth = 0): unknown => {
    switch (next(depth > 3 ? 4 : 6)) {
      case 0:
        return string();
      case 1:
        return next(1000) - 500;
      case 2:
        return next(2) === 0;
      case 3:
        return null;
      case 4:
        return Array.from({ length: next(4) }, () => value(depth + 1));
      default:
        return Object.fromEntries(Array.from({ length: next(4) }, () => [string(), value(depth + 1)]));
    }
  };
  return value;
}

/** The same value with its keys in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('any value', () => {
  it('has one text exactly where it has one canonical form, wherever it stands', () => {
    const value = valuesFrom(7);
    const texts = new Map<string, string>();
    for (let n = 0; n < 3000; n++) {
      const made = value();
      const text = textOf(JSON.stringify(made), '{"before":"]}', '}\n');
      expect(textOf(JSON.stringify(reversed(made), null, 3))).toBe(text);
      expect(texts.get(text) ?? canonical(made)).toBe(canonical(made));
      texts.set(text, canonical(made));
    }
    expect(new Set(texts.values()).size).toBe(texts.size);
    expect(texts.size).toBeGreaterThan(500);
  });

  it('of 64 levels and of 200 KB is taken', () => {
    const deep = '['.repeat(64) + ']'.repeat(64);
    expect(textOf(deep)).toBe(deep);
    const wide = JSON.stringify(Array.from({ length: 20_000 }, (_, n) => `${n}`));
    expect(textOf(wide)).toBe(wide);
  });

  it.each(['', '[1', '{"a"}', '{"a":}', '[1 2]', '{1:2}', '"a'])('that is not whole is thrown: %j', (source) => {
    expect(() => textOf(source)).toThrow('not valid JSON');
  });
});
