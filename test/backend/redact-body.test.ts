import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactBody } from '../../main/backend/redact-body.ts';
import { LiveSecrets, REDACTED } from '../../main/secrets/live-secrets.ts';

const SECRET = 'tk_4Qz9wLx7Vb2';
const DIGITS = '738201946275';
const SPLIT = 'aK9"},{"p":"zQ4';

const live = new LiveSecrets();
for (const secret of [SECRET, DIGITS, SPLIT]) live.add(secret);
const clean = (text: string): string => redactBody(Buffer.from(text), live.matcher()).toString();

describe('a body', () => {
  it.each([
    ['in a value', `{"a": "x ${SECRET} y" }`, `{"a": "x ${REDACTED} y" }`],
    ['in a key', `{"${SECRET}":1.0}`, `{"${REDACTED}":1.0}`],
    ['in an array', `["${SECRET}",-0,true,null,"${SECRET}"]`, `["${REDACTED}",-0,true,null,"${REDACTED}"]`],
    ['alone', `"${SECRET}"`, `"${REDACTED}"`],
    ['twice in one string', `["${SECRET}${SECRET} ${SECRET}"]`, `["${REDACTED} ${REDACTED}"]`],
    ['in escapes', String.raw`["\u0074k_4Qz9\u0077Lx7Vb2\n\u00e9"]`, String.raw`["${REDACTED}\n\u00e9"]`],
    ['in a string of JSON', String.raw`["{\"a\":\"\\u0074k_4Qz9wLx7Vb2\"}"]`, String.raw`["{\"a\":\"${REDACTED}\"}"]`],
    ['as a number', `{"n":${DIGITS},"m":9007199254740993}`, `{"n":"${REDACTED}","m":9007199254740993}`],
    ['in a number', `[1e400,-1${DIGITS}.50,7]`, `[1e400,"${REDACTED}",7]`],
    ['over two members', `[{"o":"aK9"},{"p":"zQ4"}]`, `[{"o":"${REDACTED}"},{"${REDACTED}":"${REDACTED}"}]`],
    ['behind escaped quotes', String.raw`["\\\"","${SECRET}\\"]`, String.raw`["\\\"","${REDACTED}\\"]`],
  ])('holds no secret %s', (_where, text, expected) => {
    expect(clean(text)).toBe(expected);
    JSON.parse(expected);
  });

  it('has each key once', () => {
    const other = 'pw_7Hs2kLm5Xc8';
    const both = new LiveSecrets();
    for (const secret of [SECRET, other]) both.add(secret);
    const text = `{"${SECRET}":1,"in":{"${SECRET}":[{}]},"${other}":2,"${String.raw`\u005bredacted]~2`}":3,"[redacted]":4}`;
    const body = redactBody(Buffer.from(text), both.matcher()).toString();
    expect(JSON.parse(body)).toEqual({
      in: { [REDACTED]: [{}] },
      [`${REDACTED}~3`]: 1,
      [`${REDACTED}~4`]: 2,
      [`${REDACTED}~2`]: 3,
      [REDACTED]: 4,
    });
  });

  it('is the same one where nothing is in it, and where nothing is live', () => {
    const text = Buffer.from(String.raw`{"a":"\u0041\\n","n":1.0}`);
    expect(redactBody(text, live.matcher())).toBe(text);
    const other = Buffer.from(`"${SECRET}"`);
    expect(redactBody(other, undefined)).toBe(other);
  });

  const numberText = fc.constantFrom('9007199254740993', '1e400', '-0', '1.0', '0.1e-7');
  const leaf = fc.oneof(numberText, fc.json({ maxDepth: 3 }), fc.constantFrom('"\\\\"', '"\\u005c\\""', '""', '[ ]'));
  const members = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.array(fc.tuple(fc.string({ maxLength: 6 }), value), { maxLength: 4 }).map((pairs) => {
      const unique = [...new Map(pairs)];
      return `{ ${unique.map(([key, text]) => `${JSON.stringify(key)} :\t${text}`).join(' ,\n')}}`;
    });

  it('stays letter by letter beside the secret that is taken out', () => {
    const holder = fc.constantFrom(SECRET, String.raw`\u0074k_4Qz9wLx7Vb2`, Buffer.from(SECRET).toString('hex'));
    fc.assert(
      fc.property(members(leaf), holder, members(leaf), (before, hidden, after) => {
        const body = (text: string): string => `[${before},{"k":"${text}","${text}":${before}}, ${after}]`;
        expect(clean(body(hidden))).toBe(body(REDACTED));
      }),
    );
  });

  it('means the same as before wherever nothing was found', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(SECRET, `a ${SECRET}`, DIGITS, SPLIT));
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(text, fc.oneof(text, fc.double(), fc.boolean())), { maxLength: 4 }),
        (value) => {
          const body: unknown = JSON.parse(clean(JSON.stringify(value)));
          const expected = value.map((row) =>
            Object.entries(row).map(([key, member]) => [
              live.redact(key),
              typeof member === 'string' ? live.redact(member) : JSON.parse(JSON.stringify(member)),
            ]),
          );
          const found = Array.isArray(body) ? body.map((row: object) => Object.entries(row)) : [];
          const plain = (pairs: unknown[][]): string[] =>
            pairs.map(([key, member]) => JSON.stringify([String(key).replace(/~\d+$/, ''), member])).toSorted();
          expect(found.map(plain)).toEqual(expected.map((row) => plain(row)));
        },
      ),
    );
  });
});
