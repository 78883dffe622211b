import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findKnown } from '../../main/guard/known-values.ts';
import type { LiteralMatcher } from '../../main/guard/scan-job.ts';
import { FormMatcher } from '../../main/secrets/form-matcher.ts';
import { secretForms } from '../../main/secrets/secret-forms.ts';

const SECRET = 'Zz9+/a b"ü\\n!~Q1w2E3';
const of = (...values: string[]): LiteralMatcher => new FormMatcher(values.flatMap((value) => [...secretForms(value)]));

describe('a known value', () => {
  it('is named by where it comes from', () => {
    const known = { live: of('Q1w2E3r4t5'), canaries: of('Y6u7I8o9p0') };
    expect(findKnown('a Q1w2E3r4t5 b Y6u7I8o9p0', known)).toEqual([
      { category: 'live_secret', rule: 'live-secret', tier: 'hard', start: 2, end: 12 },
      { category: 'canary', rule: 'canary', tier: 'hard', start: 15, end: 25 },
    ]);
  });

  it('is not looked for where there is none', () => {
    expect(findKnown('Q1w2E3r4t5', { live: undefined, canaries: undefined })).toEqual([]);
  });

  const utf8 = Buffer.from(SECRET);
  it.each<[string, string]>([
    ['as it is', SECRET],
    ['base64', utf8.toString('base64')],
    ['base64 one byte in', Buffer.from(`u${SECRET}`).toString('base64')],
    ['base64 two bytes in', Buffer.from(`uu${SECRET}`).toString('base64')],
    ['base64url', utf8.toString('base64url')],
    ['hex', utf8.toString('hex')],
    ['HEX', utf8.toString('hex').toUpperCase()],
    ['percent', encodeURIComponent(SECRET)],
    ['JSON', JSON.stringify(SECRET)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(SECRET))],
    ['backwards', Array.from(SECRET).toReversed().join('')],
    ['UTF-16 in base64', Buffer.from(SECRET, 'utf16le').toString('base64')],
  ])('is found %s', (_name, text) => {
    expect(findKnown(`<${text}>`, { live: of(SECRET), canaries: undefined })).toHaveLength(1);
  });

  it('is found wherever it stands, once for each place', () => {
    const filler = fc.string({ unit: fc.constantFrom('Q', '1', 'w', '2', ' ', 'x'), maxLength: 20 });
    fc.assert(
      fc.property(fc.array(filler, { minLength: 1, maxLength: 6 }), (fillers) => {
        const text = fillers.join('Q1w2E3r4t5');
        const found = findKnown(text, { live: of('Q1w2E3r4t5'), canaries: undefined });
        expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(fillers.slice(1).map(() => 'Q1w2E3r4t5'));
      }),
      { seed: 6 },
    );
  });

  it('that overlaps another or itself is one match', () => {
    const known = { live: new FormMatcher(['abcd-1234-efgh', '1234-efgh-5678', 'Q1-Q1-Q1']), canaries: undefined };
    const spans = (text: string): [number, number][] => findKnown(text, known).map(({ start, end }) => [start, end]);
    expect(spans('<abcd-1234-efgh-5678>')).toEqual([[1, 20]]);
    expect(spans('<Q1-Q1-Q1-Q1-Q1>')).toEqual([[1, 15]]);
    expect(spans('Q1-Q1-Q1Q1-Q1-Q1')).toEqual([
      [0, 8],
      [8, 16],
    ]);
  });
});
