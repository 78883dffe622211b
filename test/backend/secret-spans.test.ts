import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactText, secretSpans } from '../../main/backend/secret-spans.ts';
import { LiveSecrets, REDACTED } from '../../main/secrets/live-secrets.ts';

const SECRET = 'tk_4Qz/9w"Lx7\\Vb2';

function searchFor(...secrets: string[]): NonNullable<ReturnType<LiveSecrets['matcher']>> {
  const live = new LiveSecrets();
  for (const secret of secrets) live.add(secret);
  const search = live.matcher();
  if (search === undefined) throw new Error('nothing is live');
  return search;
}

/** As the inside of a JSON string, every character written as an escape. */
const everyEscape = (text: string): string =>
  text
    .split('')
    .map((unit) => String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, '0'))
    .join('');
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

describe('a secret in a text', () => {
  it.each([
    ['as it is', SECRET],
    ['in JSON', inJson(SECRET)],
    ['in JSON in JSON', inJson(inJson(SECRET))],
    ['in escapes', everyEscape(SECRET)],
    ['in escapes, in JSON', inJson(everyEscape(SECRET))],
    ['in escapes, in JSON in JSON', inJson(inJson(everyEscape(SECRET)))],
    ['in escapes in escapes', everyEscape(everyEscape(SECRET))],
    ['in base64, escaped', everyEscape(Buffer.from(SECRET).toString('base64'))],
    ['half in escapes', `${everyEscape(SECRET.slice(0, 5))}${inJson(SECRET.slice(5))}`],
  ])('%s is found, and nothing else', (_how, hidden) => {
    const search = searchFor(SECRET);
    expect(redactText(search, `before \\n ${hidden} \\u00e9 after`)).toBe(`before \\n ${REDACTED} \\u00e9 after`);
    expect(redactText(search, hidden)).toBe(REDACTED);
  });

  it('is cut out around whole escapes', () => {
    const search = searchFor('nQ7wzK4vLp2x', 'Zr8tYw3mXc41');
    expect(redactText(search, String.raw`a\nQ7wzK4vLp2x`)).toBe(`a${REDACTED}`);
    expect(redactText(search, String.raw`\u00Zr8tYw3mXc41`)).toBe(String.raw`\u00${REDACTED}`);
    expect(redactText(searchFor('Zr8tYw3mX\\u00'), String.raw`Zr8tYw3mX\u0041b`)).toBe(`${REDACTED}b`);
  });

  it('that overlaps another makes one', () => {
    const search = searchFor('aB3dE5gH7jK9', 'H7jK9mN1pQ3r');
    expect(redactText(search, '<aB3dE5gH7jK9mN1pQ3r>')).toBe(`<${REDACTED}>`);
  });

  it('is looked for where anything is live alone', () => {
    expect(redactText(undefined, SECRET)).toBe(SECRET);
  });

  it('is found at any depth of JSON in JSON, wherever it stands', () => {
    const search = searchFor(SECRET);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(3), (before, after, depth) => {
        let text = `${before}|${SECRET}|${after}`;
        for (let level = 0; level < depth; level++) text = inJson(text);
        let clean = redactText(search, text);
        for (let level = 0; level < depth; level++) clean = String(JSON.parse(`"${clean}"`));
        expect(clean).toBe(`${before}|${REDACTED}|${after}`);
      }),
    );
  });

  it('has sorted places that do not overlap', () => {
    const search = searchFor(SECRET, 'aB3dE5gH7jK9');
    const piece = fc.constantFrom(
      SECRET,
      inJson(SECRET),
      everyEscape(SECRET),
      'aB3dE5gH7jK9',
      '\\',
      '"',
      '\\n',
      'u0',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        let last = -1;
        for (const { start, end } of secretSpans(search, text)) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          last = end;
        }
      }),
    );
  });
});
