import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MASKED } from '../../main/guard/scan-job.ts';
import type { Detector } from '../../main/guard/match.ts';
import { KEY, maskedText, probeJson, probeText, PROBES } from './probe.ts';

function masked(source: string): string {
  const result = probeJson(source);
  expect(result.verdict).toBe('mask');
  return maskedText(result);
}

describe('a masked message', () => {
  it('keeps every other byte', () => {
    const around = ['{ "n":[1.0,-0,1e400,9007199254740993] , "s":"\\u0061\\/", "k":"', '" ,"a":1,"a":2}\n'];
    expect(masked(around.join(KEY))).toBe(around.join(MASKED));
  });

  it('says the same in its text and in its structure', () => {
    const inner = JSON.stringify({ key: KEY });
    const source = JSON.stringify({ content: [{ type: 'text', text: inner }], structuredContent: { key: KEY } });
    expect(JSON.parse(masked(source))).toEqual({
      content: [{ type: 'text', text: JSON.stringify({ key: MASKED }) }],
      structuredContent: { key: MASKED },
    });
  });

  it('has no value anywhere that was recognised in one place', () => {
    // Only with its name is it recognised.
    const named: Detector = (text) =>
      Array.from(text.matchAll(/(?<=secret: )[a-z"\\]{9}/g), (found) => ({
        category: 'secret',
        rule: 'named',
        tier: 'hard',
        start: found.index,
        end: found.index + found[0].length,
      }));
    const value = 'ab"cdefgh';
    const source = JSON.stringify({ secret: value, text: `x${value}y ${JSON.stringify(value)}`, [value]: 1 });
    const result = probeJson(source, { detectors: { ...PROBES, secrets: [named] } });
    expect(JSON.parse(maskedText(result))).toEqual({
      secret: MASKED,
      text: `x${MASKED}y "${MASKED}"`,
      [MASKED]: 1,
    });
  });

  it('keeps keys apart', () => {
    const other = KEY.replace('1', '2');
    expect(masked(`{"${KEY}":1,"${other}":2,"${MASKED}":3,"in":{"${KEY}":4}}`)).toBe(
      `{"${MASKED} (2)":1,"${MASKED} (3)":2,"${MASKED}":3,"in":{"${MASKED}":4}}`,
    );
  });

  it('has no piece of what was spread over strings', () => {
    const [first, second] = [KEY.slice(0, 7), KEY.slice(7)];
    expect(masked(JSON.stringify([first, second]))).toBe(JSON.stringify([MASKED, MASKED]));
  });

  it('has no encoded form', () => {
    const run = Buffer.from(`the key is ${KEY}.`).toString('base64');
    expect(masked(JSON.stringify([`see ${run}`]))).toMatch(/^\["see \[redacted\]=*"\]$/);
  });

  it('has text for a number', () => {
    const result = probeJson('{"n":9999999999,"m":99999999990}', { actions: { pii: 'mask' } });
    expect(maskedText(result)).toBe('{"n":"[redacted]","m":99999999990}');
  });

  it('is without what was hidden', () => {
    expect(masked('["a\u200bb","\\u001b[31mred\\u001b[0m","page\\fpage"]')).toBe('["ab","red","page\\npage"]');
  });

  it('is a text where a text came in', () => {
    expect(maskedText(probeText(`a ${KEY}, ${KEY}\n`))).toBe(`a ${MASKED}, ${MASKED}\n`);
  });

  it('that cannot be made is refused', () => {
    // Whatever is put in its place is found again.
    const stubborn: Detector = (text) =>
      text.includes('r')
        ? [{ category: 'secret', rule: 'stubborn', tier: 'hard', start: text.indexOf('r'), end: text.length }]
        : [];
    const result = probeJson('["r"]', { detectors: { ...PROBES, secrets: [stubborn] } });
    expect(result).toEqual({
      verdict: 'block',
      asks: false,
      findings: [{ category: 'unscannable', rule: 'cannot-be-masked', tier: 'hard', at: '', action: 'block' }],
    });
  });

  it('is refused where what is left makes something worse', () => {
    const canaries = {
      find: (text: string, from: number) => text.indexOf(MASKED, from),
      endAt: (_text: string, start: number) => start + MASKED.length,
    };
    const known = { live: undefined, canaries };
    expect(probeJson(JSON.stringify([KEY]), { known })).toMatchObject({ verdict: 'block' });
  });
});

describe('any message', () => {
  const part = fc.constantFrom(
    KEY,
    KEY.slice(0, 6),
    KEY.slice(6),
    'a',
    '\u200b',
    '"',
    '\\',
    'é',
    '\u{1f600}',
    '\ud800',
    ' ',
  );
  const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  const leaf = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 4 }),
    ),
  }));

  it('passes as it came, or is masked so that nothing is found again, and nothing else changes', () => {
    fc.assert(
      fc.property(value, (message) => {
        const source = JSON.stringify(message);
        const result = probeJson(source);
        if (result.verdict !== 'mask') {
          expect(result.masked).toBeUndefined();
          return;
        }
        const after = maskedText(result);
        expect(probeJson(after).verdict).toBe('pass');
        expect(shape(JSON.parse(after))).toEqual(shape(JSON.parse(source)));
      }),
      { numRuns: 300 },
    );
  });
});

/** Everything but the texts. */
function shape(value: unknown): unknown {
  if (typeof value === 'string') return '';
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value === 'object' && value !== null)
    return Object.values(value)
      .map(shape)
      .map((part) => JSON.stringify(part))
      .toSorted();
  return value;
}
