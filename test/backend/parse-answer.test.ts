import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { postBody, preBody, readPre } from '../../main/backend/governed.ts';
import { parseAnswer } from '../../main/backend/parse-answer.ts';
import { safeDetail } from '../../main/backend/safe-detail.ts';

/** JSON with white space, escapes and numbers that JavaScript cannot hold, beside what it decodes to. */
const numberText = fc.constantFrom('9007199254740993', '1e400', '-0', '1.0', '0.1e-7');
/** Lone surrogates too. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 400 }).map((units) => String.fromCharCode(...units));
const sourceText = fc.oneof(
  numberText,
  fc.json({ maxDepth: 4 }),
  fc.dictionary(fc.string({ maxLength: 6 }), numberText, { maxKeys: 5 }).map((record) => {
    const members = Object.entries(record).map(([key, value]) => `${JSON.stringify(key)} :\n${value}`);
    return `{${members.join(' ,\r\n')}}`;
  }),
);

describe('an answer', () => {
  it('is what JSON.parse makes of it, and its bytes stay', () => {
    fc.assert(
      fc.property(sourceText, (text) => {
        const answer = parseAnswer(Buffer.from(` ${text}\n`));
        if (typeof answer === 'string') throw new Error(answer);
        expect(JSON.stringify(answer.value)).toBe(JSON.stringify(JSON.parse(text)));
        expect(answer.bytes.toString('utf8', answer.span.start, answer.span.end)).toBe(text);
      }),
    );
  });

  it.each([
    '{"a":1,"a":1}',
    String.raw`{"x":[{"a":1,"\u0061":1}]}`,
    '[[[{"b":1},{"a":1,"a":1}]]]',
    String.raw`["\\",{"x":{"a":1,"\u0061":1}}]`,
  ])('has no key twice: %s', (text) => {
    expect(parseAnswer(Buffer.from(text))).toBe('answered with JSON in which a key occurs twice');
  });

  it('has the keys that are written in it, whatever was read before', () => {
    parseAnswer(Buffer.from(String.raw`[{"x":1,"\\":2}]`));
    const answer = parseAnswer(Buffer.from(String.raw`[{"x":1,"\u0061":2}]`));
    expect(typeof answer === 'string' ? answer : answer.value).toEqual([{ x: 1, a: 2 }]);
  });

  it('is never read from something that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40, unit: fc.constantFrom(...Array.from('{}[]":,\\ua1 0e-.tn')) }), (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (!isJson && typeof parseAnswer(Buffer.from(text)) !== 'string') throw new Error(`taken: ${text}`);
      }),
      { numRuns: 500 },
    );
  });

  it('that replaces arguments is passed on letter by letter but for line breaks', () => {
    fc.assert(
      fc.property(sourceText, (text) => {
        const answer = parseAnswer(Buffer.from(`{"modified_args":\n{"x":${text}},"correlation_id":"c"}`));
        const read = typeof answer === 'string' ? answer : readPre(answer);
        if (typeof read === 'string') throw new Error(read);
        expect(read.arguments?.source.toString()).toBe(`{"x":${text.replaceAll(/[\r\n]/g, ' ')}}`);
      }),
    );
  });

  it('a member of another case is not the one that is meant', () => {
    const answer = parseAnswer(
      Buffer.from('{"correlation_id":"c","Modified_Args":{"a":1},"__proto__":{"modified_args":{}}}'),
    );
    expect(typeof answer === 'string' ? answer : readPre(answer)).toEqual({ correlation: 'c' });
  });
});

describe('a body', () => {
  it('is JSON whatever name and reason a client or server gives', () => {
    fc.assert(
      fc.property(anyText, anyText, sourceText, (name, message, text) => {
        const given = Buffer.from(`{"x":${text}}`);
        const request = { method: 'tools/call', params: { name, arguments: given, meta: undefined } } as const;
        const params = { name, arguments: JSON.parse(given.toString()) as unknown };
        const same = (body: Buffer, value: unknown): boolean =>
          JSON.stringify(JSON.parse(body.toString())) === JSON.stringify(value);
        const error = { type: 'x', message };
        const asked = { method: 'tools/call', params };
        const told = {
          ...asked,
          result: null,
          correlation_id: name,
          inject_synthetic_tool_on_policy_block: false,
          upstream_error: error,
        };
        if (!same(preBody(request), asked)) throw new Error('pre');
        if (!same(postBody({ request, correlation: name, result: undefined, error }), told)) throw new Error('post');
      }),
    );
  });
});

describe('a detail', () => {
  const same = (text: string): string => text;
  it.each([
    ['No.', 'No.'],
    ['  a \n\t b ', 'a b'],
    [[{ msg: 'field required', loc: ['body'] }, { msg: 'no' }, 7, null], 'field required; no'],
    [{ message: 'changed', status: 'gone' }, 'changed'],
    [{ message: { a: 1 } }, ''],
    [undefined, ''],
    [null, ''],
    [7, ''],
    [['a', 'b', 'c', 'd', 'e', 'f'], 'a; b; c; d; e'],
  ])('%j is %j', (detail, text) => {
    expect(safeDetail(detail, same)).toBe(text);
  });

  it('is redacted before it is cut, so that no half of a secret stays', () => {
    const secret = 'rl_user_4f9a2c7b91';
    const redact = (text: string): string => text.replaceAll(secret, '[redacted]');
    for (let before = 270; before <= 300; before++)
      expect(safeDetail(`${'x'.repeat(before)}${secret}`, redact)).not.toContain('rl_');
  });

  it('never holds what cannot be seen, and is never longer than 300', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const safe = safeDetail(text, same);
        if (safe.length > 300 || /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(safe)) throw new Error(JSON.stringify(safe));
      }),
    );
  });
});
