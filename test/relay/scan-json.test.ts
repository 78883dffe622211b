import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { decodeString, elementSpans, memberText, scanJson, stringEnd } from '../../main/relay/scan-json.ts';
import { arrayText, jsonText, objectText } from './json-texts.ts';

function scan(text: string, everyDuplicate = false, limits = { maxDepth: 64, maxTokens: 10_000 }) {
  const bytes = Buffer.from(text);
  return scanJson(bytes, 0, bytes.length, limits, everyDuplicate);
}

/** The decoded keys of the outermost object in order, and whether any object holds a key twice, by JSON.parse alone. */
function hasDuplicate(text: string): boolean {
  // JSON.parse keeps one of two equal keys; with a reviver each kept member is seen once, so count colons by tokens.
  let written = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    if (inString) {
      if (text[i] === '\\') i++;
      else if (text[i] === '"') inString = false;
    } else if (text[i] === '"') inString = true;
    else if (text[i] === ':') written++;
  }
  let kept = 0;
  const count = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(count);
    else if (typeof value === 'object' && value !== null) {
      const values = Object.values(value);
      kept += values.length;
      values.forEach(count);
    }
  };
  count(JSON.parse(text));
  return kept < written;
}

describe('scanJson', () => {
  it('finds the outermost members where JSON.parse sees them', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const bytes = Buffer.from(text);
        const result = scan(text);
        const value = JSON.parse(text) as Record<string, unknown>;
        expect(result.kind).toBe('object');
        if (result.kind !== 'object') return;
        // The last of two equal keys is the one that JSON.parse keeps.
        const last = new Map(result.members.map((member) => [member.key, member.value]));
        expect([...last.keys()].sort()).toEqual(Object.keys(value).sort());
        for (const [key, span] of last) {
          const source = bytes.toString('utf8', span.start, span.end);
          expect(source).toBe(source.trim());
          expect(JSON.parse(source)).toEqual(value[key]);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('finds a key that occurs twice, in the outermost object or in any', () => {
    let found = 0;
    fc.assert(
      fc.property(objectText, (text) => {
        const every = scan(text, true);
        const outer = scan(text, false);
        if (every.kind !== 'object' || outer.kind !== 'object') throw new Error('not an object');
        expect(every.duplicateKey !== undefined).toBe(hasDuplicate(text));
        expect(outer.duplicateKey !== undefined).toBe(
          new Set(outer.members.map(({ key }) => key)).size < outer.members.length,
        );
        if (every.duplicateKey !== undefined) found++;
      }),
      { numRuns: 3000 },
    );
    expect(found).toBeGreaterThan(20);
  });

  it('tells objects, arrays and scalars apart', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const value: unknown = JSON.parse(text);
        const kind = Array.isArray(value) ? 'array' : typeof value === 'object' && value !== null ? 'object' : 'scalar';
        expect(scan(text).kind).toBe(kind);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['64 levels', 64, 'array'],
    ['65 levels', 65, 'too_deep'],
    ['5,000,000 levels', 5_000_000, 'too_deep'],
  ])('depth: %s', (_title, depth, kind) => {
    expect(scan('['.repeat(depth) + ']'.repeat(depth), false, DEFAULT_LIMITS).kind).toBe(kind);
  });

  it.each([
    ['200,000 values', 199_999, 'array'],
    ['200,001 values', 200_000, 'too_many_tokens'],
  ])('tokens: %s', (_title, values, kind) => {
    expect(scan(`[${'1,'.repeat(values - 1)}1]`, false, DEFAULT_LIMITS).kind).toBe(kind);
  });

  it('counts keys, values and containers', () => {
    const limits = { maxDepth: 64, maxTokens: 5 };
    expect(scan('{"a":[1,2]}', false, limits).kind).toBe('object');
    expect(scan('{"a":[1,2,3]}', false, limits).kind).toBe('too_many_tokens');
  });

  it.each(['', '   ', '{', '}', '[', '{"a', '"', '{"a":1', '[[]', '{"\\', '{"\\x":1}'])(
    'says that %j is broken',
    (text) => {
      expect(scan(text, true).kind).toBe('broken');
    },
  );

  it('never throws and never loops, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, every) => {
        scanJson(Buffer.from(bytes), 0, bytes.length, DEFAULT_LIMITS, every);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('memberText', () => {
  it('gives the source text of the member that JSON.parse gives', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const bytes = Buffer.from(text);
        const duplicates = hasDuplicate(text);
        const value = JSON.parse(text) as Record<string, unknown>;
        for (const [key, member] of Object.entries(value)) {
          const source = memberText(bytes, [key]);
          if (!duplicates) expect(JSON.parse(source ?? '')).toEqual(member);
          if (duplicates || typeof member !== 'object' || member === null || Array.isArray(member)) continue;
          for (const [inner, leaf] of Object.entries(member)) {
            expect(JSON.parse(memberText(bytes, [key, inner]) ?? '')).toEqual(leaf);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":{"b": 9007199254740993 }}', ['a', 'b'], '9007199254740993'],
    ['{"a":{"\\u0062":"x"}}', ['a', 'b'], '"x"'],
    ['{"a":[1]}', ['a', 'b'], undefined],
    ['{"a":1}', ['b'], undefined],
    ['{"a":1}', [], '{"a":1}'],
    ['[1]', ['0'], undefined],
  ])('%s at %j', (text, path, expected) => {
    expect(memberText(Buffer.from(text), path)).toBe(expected);
  });
});

describe('elementSpans', () => {
  it('gives one span for each element, and the span is the element', () => {
    fc.assert(
      fc.property(arrayText, fc.string(), (text, before) => {
        const bytes = Buffer.from(before + text);
        const start = Buffer.byteLength(before);
        const spans = elementSpans(bytes, { start, end: bytes.length });
        const value = JSON.parse(text) as unknown[];
        expect(spans.map((span) => JSON.parse(bytes.toString('utf8', span.start, span.end)) as unknown)).toEqual(value);
        for (const span of spans) {
          const source = bytes.toString('utf8', span.start, span.end);
          expect(source).toBe(source.trim());
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('throws on a string that does not end', () => {
    expect(() => elementSpans(Buffer.from('["a'), { start: 0, end: 3 })).toThrow('not valid JSON');
  });
});

describe('of an array', () => {
  it.each([
    ['[{"a":1},{"a":2}]', undefined, false],
    ['[{"a":1,"b":{"a":2}}]', undefined, false],
    ['[[[{"b":1},{"a":1,"a":2}]]]', 'a', false],
    ['[{"x":[{"a":1,"a":2}]}]', 'a', false],
    [String.raw`[0,"\\",{"a":1,"\u0061":2}]`, 'a', true],
    [String.raw`["\u0061"]`, undefined, false],
  ])('%s: keys are looked at where that is asked for', (text, duplicateKey, hasEscapedKey) => {
    expect(scan(text, true)).toEqual({ kind: 'array', duplicateKey, hasEscapedKey });
    expect(scan(text)).toEqual({ kind: 'array', duplicateKey: undefined, hasEscapedKey });
  });
});

it('a part of a text costs no more than the part', () => {
  const part = Buffer.from('{"a":"b"}');
  const bytes = Buffer.concat([part, Buffer.alloc(1000, ' ')]);
  const search = vi.spyOn(Buffer.prototype, 'indexOf');
  try {
    expect(scanJson(bytes, 0, part.length, { maxDepth: 64, maxTokens: 10 }, true).kind).toBe('object');
    const forBackslash = search.mock.contexts.filter((_, at) => search.mock.calls[at]?.[0] === 0x5c);
    expect(forBackslash.length).toBeGreaterThan(0);
    for (const { length } of forBackslash) expect(length).toBeLessThanOrEqual(part.length);
  } finally {
    search.mockRestore();
  }
});

describe('strings', () => {
  it('end where JSON.parse says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[\\"x]{0,12}$/), (a, b) => {
        const source = JSON.stringify(a + b);
        const bytes = Buffer.from(`${source}"rest"`);
        expect(stringEnd(bytes, 0, bytes.length)).toBe(Buffer.byteLength(source));
        expect(decodeString(bytes, { start: 0, end: Buffer.byteLength(source) })).toBe(a + b);
      }),
      { numRuns: 2000 },
    );
  });

  it('never end behind the text', () => {
    expect(stringEnd(Buffer.from('"abc"'), 0, 4)).toBe(-1);
    expect(stringEnd(Buffer.from('"abc\\"'), 0, 6)).toBe(-1);
  });

  it.each([
    ['quotes behind backslashes', '\\"'],
    ['backslashes', '\\\\'],
  ])('cost no more than their length: %s', (_title, unit) => {
    const bytes = Buffer.from(`"${unit.repeat(100_000)}"`);
    const search = vi.spyOn(bytes, 'indexOf');
    expect(stringEnd(bytes, 0, bytes.length)).toBe(bytes.length);
    expect(search.mock.calls.length).toBeLessThanOrEqual(100_001);
  });
});
