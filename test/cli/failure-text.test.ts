import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFailure, jsonLine } from '../../main/cli/thin/failure-text.ts';

const UNSEEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('what is printed about a failure', () => {
  it('is two lines, or one without a next step', () => {
    expect(formatFailure({ code: 'E_X', message: 'No.', next: 'Go.' }, false)).toBe('runlayer: No.\n  Go.\n');
    expect(formatFailure({ code: 'E_X', message: 'No.', next: '' }, false)).toBe('runlayer: No.\n');
  });

  it('is one JSON line with --json', () => {
    expect(formatFailure({ code: 'E_X', message: 'No.', next: 'Go.' }, true)).toBe(
      '{"error":{"code":"E_X","message":"No.","next":"Go."}}\n',
    );
  });

  it('holds nothing that cannot be seen, and no line of its own', () => {
    fc.assert(
      fc.property(anyText, anyText, (message, next) => {
        const text = formatFailure({ code: 'E_X', message, next }, false);
        expect(text).not.toMatch(UNSEEN);
        expect(text.split('\n')).toHaveLength(next === '' ? 2 : 3);
      }),
    );
  });

  it('keeps letters of every script as they are', () => {
    expect(formatFailure({ code: 'E', message: 'Größe 日本語 عربي', next: '' }, false)).toBe(
      'runlayer: Größe 日本語 عربي\n',
    );
  });
});

describe('jsonLine', () => {
  it('means the same, on one line that is safe to look at', () => {
    fc.assert(
      fc.property(fc.jsonValue(), anyText, (value, text) => {
        const line = jsonLine({ value, text });
        expect(line).not.toMatch(UNSEEN);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(JSON.stringify(JSON.parse(line))).toBe(JSON.stringify({ value, text }));
      }),
    );
  });

  it('escapes characters beyond 16 bits by both halves', () => {
    expect(jsonLine('\u{e0041}')).toBe('"\\udb40\\udc41"\n');
  });
});
