import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pointerOf } from '../../main/guard/pointer.ts';
import { jsonStrings, type SourceString } from '../../main/guard/strings.ts';

function read(source: string, depth = 64): readonly SourceString[] {
  const result = jsonStrings(Buffer.from(source), depth);
  if (result.kind !== 'strings') throw new Error(result.rule);
  return result.strings;
}

function pointers(source: string): readonly string[] {
  return read(source).map((string) => `${string.kind} ${pointerOf(string, (key) => key.text)} ${string.text}`);
}

describe('strings of a JSON text', () => {
  it('have their place, keys and long integers among them', () => {
    expect(pointers('{"a":["x",{"b":"y"},[["z"]]],"c/~":{"d":"w"},"n":4111111111111111,"m":12.5}')).toEqual([
      'key /a a',
      'value /a/0 x',
      'key /a/1/b b',
      'value /a/1/b y',
      'value /a/2/0/0 z',
      'key /c~1~0 c/~',
      'key /c~1~0/d d',
      'value /c~1~0/d w',
      'key /n n',
      'number /n 4111111111111111',
      'key /m m',
    ]);
  });

  it('are all there where a key stands twice', () => {
    expect(read('{"a":"1","a":"2","\\u0061":"3"}').map((string) => string.text)).toEqual([
      'a',
      '1',
      'a',
      '2',
      'a',
      '3',
    ]);
  });

  it('are decoded, and know the bytes that they are written in', () => {
    const source = ' [ "\\u00e9\\\\\\"" , "é\\ud800" ] ';
    const [first, second] = read(source);
    expect(first?.text).toBe('é\\"');
    expect(second?.text).toBe('é\ud800');
    expect(Buffer.from(source).toString('utf8', second?.start, second?.end)).toBe('"é\\ud800"');
  });

  it.each(['"a"', ' "a"\n', '\ufeff"a"'])('of a text that is one string: %j', (source) => {
    expect(pointers(source)).toEqual(['value  a']);
  });

  it.each(['{', '[}', ']', '"a', '[tru]', '[1x]', '"\\x"', '[a"b"]', '{"a":"b"}}'])(
    'are not read from %j',
    (source) => {
      expect(jsonStrings(Buffer.from(source), 64)).toEqual({ kind: 'unreadable', rule: 'not-json' });
    },
  );

  it('are not read from what is no UTF-8', () => {
    expect(jsonStrings(Uint8Array.of(0x22, 0xff, 0x22), 64)).toEqual({ kind: 'unreadable', rule: 'not-utf8' });
  });

  it('are read down to a depth', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(read(nested(64))).toEqual([]);
    expect(jsonStrings(Buffer.from(nested(65)), 64)).toEqual({ kind: 'unreadable', rule: 'too-deep' });
    expect(jsonStrings(Buffer.from('[{"a":'.repeat(500_000)), 64).kind).toBe('unreadable');
  });

  it('are those that a parser finds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const expected: string[] = [];
        const collect = (part: unknown): void => {
          if (typeof part === 'string') expected.push(part);
          else if (Array.isArray(part)) part.forEach(collect);
          else if (typeof part === 'object' && part !== null) {
            for (const [key, member] of Object.entries(part)) {
              expected.push(key);
              collect(member);
            }
          }
        };
        collect(value);
        const found = read(JSON.stringify(value)).filter((string) => string.kind !== 'number');
        expect(found.map((string) => string.text)).toEqual(expected);
      }),
    );
  });
});
