import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strictJson } from '../../main/operations/strict-json.ts';

describe('strictJson', () => {
  it('reads whatever JSON is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(strictJson(text, 'It')).toEqual(JSON.parse(text));
      }),
      { seed: 7 },
    );
    expect(strictJson('\ufeff{"a":1}\r\n', 'It')).toEqual({ a: 1 });
  });

  it.each([
    ['', 'It is empty.'],
    [' \n', 'It is empty.'],
    ['{"a":1,}', 'It is no JSON at line 1, column 8.'],
    ['{\n  // no\n  "a": 1\n}', 'It is no JSON at line 2, column 3.'],
    ["{'a':1}", 'It is no JSON at line 1, column 2.'],
    ['{"a":1} {"b":2}', 'It is no JSON at line 1, column 9.'],
    ['{"a":01}', 'It is no JSON at line 1, column 7.'],
    ['{"a":1,"b":{"c":1,\n"c":2}}', 'It holds the key "c" twice in one object, the second time at line 2, column 1.'],
    ['[{"a":1,"\\u0061":2}]', 'It holds the key "a" twice in one object, the second time at line 1, column 9.'],
    [
      '{"\\u202ex":1,"\\u202ex":2}',
      String.raw`It holds the key "\u{202e}x" twice in one object, the second time at line 1, column 14.`,
    ],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'It is nested more than 64 levels deep.'],
    ['{"a":'.repeat(100_000), 'It is nested more than 64 levels deep.'],
  ])('refuses %j', (text, message) => {
    expect(() => strictJson(text, 'It')).toThrow(
      expect.objectContaining({ code: 'E_JSON', exitCode: 2, message }) as Error,
    );
  });

  it('repeats nothing of what it refuses but a doubled key', () => {
    expect(() => strictJson('{"token":"hunter2-hunter2', 'It')).toThrow(/^It is no JSON at line 1, column \d+\.$/);
  });
});
