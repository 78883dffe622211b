import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { secretForms } from '../../main/secrets/secret-forms.ts';
import { createStreamRedactor } from '../../main/secrets/stream-redactor.ts';

const A = 'Q1w2E3r4-Q1w2E3r4';
const B = 'E3r4-T5y6U7i8';

const holding = (...values: string[]): LiveSecrets => {
  const live = new LiveSecrets();
  for (const value of values) live.add(value);
  return live;
};

const through = (live: LiveSecrets, chunks: readonly string[]): string => {
  const stream = createStreamRedactor(live);
  return chunks.map((chunk) => stream.push(chunk)).join('') + stream.end();
};

describe('stream redactor', () => {
  it('passes everything at once when nothing is live', () => {
    const stream = createStreamRedactor(new LiveSecrets());
    expect([stream.push('a'), stream.push(''), stream.push('b\n'), stream.end()]).toEqual(['a', '', 'b\n', '']);
  });

  it('finds a secret split at every place, and one character at a time', () => {
    const text = `key=${A};`;
    for (let at = 0; at <= text.length; at += 1) {
      expect(through(holding(A), [text.slice(0, at), text.slice(at)])).toBe('key=[redacted];');
    }
    expect(through(holding(A), text.split(''))).toBe('key=[redacted];');
  });

  it('holds nothing back of a line that does not end like the beginning of a secret', () => {
    const stream = createStreamRedactor(holding(A));
    expect(stream.push('listening on 8080\n')).toBe('listening on 8080\n');
    expect(stream.push('last: Q1w')).toBe('last: ');
    expect(stream.push('!\n')).toBe('Q1w!\n');
    expect(stream.end()).toBe('');
  });

  it('holds back less than the longest form', () => {
    const secret = 'Xy7-aB9c-Zk2m-Pq5t';
    const longest = Math.max(...[...secretForms(secret)].map((form) => form.length));
    const stream = createStreamRedactor(holding(secret));
    let pushed = 0;
    let given = 0;
    for (let turn = 0; turn < 500; turn += 1) {
      // Beginnings of the secret, never the whole of it.
      const chunk = secret.slice(0, 1 + (turn % (secret.length - 1)));
      pushed += chunk.length;
      given += stream.push(chunk).length;
      expect(pushed - given).toBeLessThan(longest);
    }
  });

  it('does not show most of a secret because the stream broke off inside it', () => {
    expect(through(holding(A), ['key=', A.slice(0, -1)])).toBe('key=[redacted]');
    expect(through(holding(A), ['key=', A.slice(0, 4)])).toBe(`key=${A.slice(0, 4)}`);
  });

  it('keeps to overlaps that span chunks', () => {
    const joined = A.slice(0, -4) + B;
    expect(holding(A, B).redact(`<${joined}>`)).toBe('<[redacted]>');
    expect(through(holding(A, B), `<${joined}>`.split(''))).toBe('<[redacted]>');
  });

  it('says the same as redacting the whole text, however it is cut (property)', () => {
    const forms = [A, B].flatMap((value) => [...secretForms(value)]);
    const piece = fc.oneof(
      fc.constantFrom(...forms),
      fc.constantFrom('Q1w2', 'E3r4', '-', '\n', 'x', 'UTF'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 9 })), (pieces, sizes) => {
        // A harmless end: what the stream does with a secret that is cut off is another test.
        const text = `${pieces.join('')}\n..........\n`;
        const chunks: string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % (sizes.length || 1)] ?? 3;
          chunks.push(text.slice(at, at + size));
          at += size;
        }
        expect(through(holding(A, B), chunks)).toBe(holding(A, B).redact(text));
      }),
      { numRuns: 1000 },
    );
  });
});
