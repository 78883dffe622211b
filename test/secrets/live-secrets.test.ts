import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormMatcher } from '../../main/secrets/form-matcher.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { isRedactable } from '../../main/secrets/redactable.ts';
import { secretForms } from '../../main/secrets/secret-forms.ts';

const SECRET = 'sk-Zz9+/a b"ü\\n!~Q';

const holding = (...values: string[]): LiveSecrets => {
  const live = new LiveSecrets();
  for (const value of values) live.add(value);
  return live;
};

describe('what can be redacted', () => {
  it.each([
    ['', false],
    ['short1!', false],
    ['aaaaaaaa', false],
    ['abababababababab', false],
    ['        ', false],
    ['password', false],
    ['production', false],
    ['Production', false],
    ['12345678', false],
    ['1700000000', false],
    ['abcdefghijklmnop', true],
    ['hunter2-x', true],
    ['d41d8cd98f', true],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', true],
    ['пароль-от-почты', true],
  ])('%j: %s', (value, expected) => {
    expect(isRedactable(value)).toBe(expected);
    expect(new LiveSecrets().isRedactable(value)).toBe(expected);
  });

  it('ignores a value that is too plain, and does not count it', () => {
    const live = holding('password');
    expect(live.size).toBe(0);
    expect(live.redact('password')).toBe('password');
  });
});

describe('forms', () => {
  const utf8 = Buffer.from(SECRET);
  const basic = (prefix: string): string => Buffer.from(`${prefix}${SECRET}`).toString('base64');
  it.each<[string, string]>([
    ['raw', SECRET],
    ['base64', utf8.toString('base64')],
    ['base64 without padding', utf8.toString('base64').replaceAll('=', '')],
    ['base64url', utf8.toString('base64url')],
    ['percent (component)', encodeURIComponent(SECRET)],
    ['percent (lower case)', encodeURIComponent(SECRET).replaceAll(/%../g, (x) => x.toLowerCase())],
    ['percent (URI)', encodeURI(SECRET)],
    ['percent (path)', encodeURIComponent(SECRET).replaceAll('%2F', '/').replaceAll('!', '%21')],
    ['percent (every byte)', utf8.toString('hex').replaceAll(/../g, '%$&')],
    ['form', new URLSearchParams({ k: SECRET }).toString().slice(2)],
    ['hex', utf8.toString('hex')],
    ['HEX', utf8.toString('hex').toUpperCase()],
    ['backwards', Array.from(SECRET).toReversed().join('')],
    ['base64 of UTF-16', Buffer.from(SECRET, 'utf16le').toString('base64')],
    ['hex of UTF-16, big end first', Buffer.from(SECRET, 'utf16le').swap16().toString('hex')],
    ['JSON', JSON.stringify(SECRET)],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ key: SECRET }))],
    ['JSON, ASCII only', JSON.stringify(SECRET).replaceAll('ü', String.raw`\u00fc`)],
    ['JSON, escaped slash', JSON.stringify(SECRET).replaceAll('/', String.raw`\/`)],
  ])('%s is found whole', (_name, text) => {
    const redacted = holding(SECRET).redact(`before:${text}:after`);
    expect(redacted).toMatch(/^before:[\\"{key:}]*\[redacted\][\\"}]*:after$/);
  });

  it.each([0, 1, 2, 3, 4, 5])('base64 is found %i bytes into a longer text', (bytes) => {
    const text = basic('u'.repeat(bytes));
    const redacted = holding(SECRET).redact(text);
    expect(redacted).toContain('[redacted]');
    // Only the characters that share their bits with the neighbours may stay: one on either side, and the neighbours.
    expect(redacted.replace('[redacted]', '').length).toBeLessThanOrEqual(Math.ceil((bytes * 8) / 6) + 3);
  });

  it('looks for each secret line of a key of several lines, and for none of its frame', () => {
    const key =
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6\nSEqVTm50DFtMDoQikTmiCqirVv9m\n-----END PRIVATE KEY-----\n';
    const live = holding(key);
    expect(live.redact('x MC4CAQAwBQYDK2VwBCIEIJ+DYvh6 y')).toBe('x [redacted] y');
    expect(live.redact('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
    expect(live.redact(`<${key}>`)).toBe('<[redacted]>');
    expect(live.redact(`<${key.trim()}>`)).toBe('<[redacted]>');
  });

  it('never looks for anything shorter than 8 characters', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'binary' }).filter(isRedactable), (value) => {
        for (const form of secretForms(value)) expect(form.length).toBeGreaterThanOrEqual(8);
      }),
    );
  });
});

describe('base32', () => {
  // RFC 4648, section 10, and a value that is long enough to be looked for.
  it.each([
    ['foobar-Q1w2E3r4', 'MZXW6YTBOIWVCMLXGJCTG4RU'],
    ['Q1w2E3r4t', 'KEYXOMSFGNZDI5A'],
  ])('of %s is %s', (value, encoded) => {
    for (const text of [encoded, encoded.toLowerCase()]) {
      expect(holding(value).redact(`<${text}====>`)).toMatch(/^<\[redacted\].?={4}>$/);
    }
  });
});

describe('what others search with', () => {
  it('has every form, and another version after each change', () => {
    const live = new LiveSecrets();
    expect(live.forms()).toEqual({ version: 0, forms: [] });
    const first = live.add('Q1w2E3r4');
    const second = live.add('Q1w2E3r4');
    expect(live.forms()).toEqual({ version: 1, forms: [...secretForms('Q1w2E3r4')] });
    first();
    expect(live.forms().version).toBe(1);
    second();
    expect(live.forms()).toEqual({ version: 2, forms: [] });
  });

  it('tells of each change, and of none once it is not to be told', () => {
    const live = new LiveSecrets();
    const told: number[] = [];
    const stop = live.onChange(() => told.push(live.forms().version));
    const release = live.add('Q1w2E3r4');
    live.add('Q1w2E3r4')();
    live.add('plain');
    release();
    expect(told).toEqual([1, 2]);
    stop();
    live.add('T5y6U7i8');
    expect(told).toEqual([1, 2]);
  });
});

describe('redact', () => {
  it('gives back the same text when nothing is live or nothing matches', () => {
    expect(new LiveSecrets().redact('')).toBe('');
    expect(new LiveSecrets().redact('text')).toBe('text');
    expect(holding(SECRET).redact('')).toBe('');
    expect(holding(SECRET).redact('an ordinary line of text that is longer than the secret')).toBe(
      'an ordinary line of text that is longer than the secret',
    );
  });

  it('takes the characters of a secret literally', () => {
    const live = holding('.*(a|b)+$^[x]{9}\\');
    expect(live.redact('.*(a|b)+$^[x]{9}\\')).toBe('[redacted]');
    expect(live.redact('aaaaaaaabbbbbbbbbxxxxxxxxx')).toBe('aaaaaaaabbbbbbbbbxxxxxxxxx');
    expect(holding('$&$1$`aQ7z').redact('<$&$1$`aQ7z>')).toBe('<[redacted]>');
  });

  it.each<[string, string[], string, string]>([
    [
      'longest first',
      ['token-1234', 'token-1234-5678'],
      'a token-1234-5678 b token-1234 c',
      'a [redacted] b [redacted] c',
    ],
    ['overlapping', ['abcd-1234-efgh', '1234-efgh-5678'], '<abcd-1234-efgh-5678>', '<[redacted]>'],
    ['one inside the other', ['xx-Q1w2E3r4-yy', 'Q1w2E3r4'], '<xx-Q1w2E3r4-yy>', '<[redacted]>'],
    ['side by side', ['Q1w2E3r4', 'T5y6U7i8'], '<Q1w2E3r4T5y6U7i8>', '<[redacted][redacted]>'],
    ['overlapping itself', ['Q1w2E3-Q1w2E3'], '<Q1w2E3-Q1w2E3-Q1w2E3>', '<[redacted]>'],
    ['at both ends', ['Q1w2E3r4'], 'Q1w2E3r4 Q1w2E3r4', '[redacted] [redacted]'],
    ['cut by one character', ['Q1w2E3r4'], 'Q1w2E3r 1w2E3r4', 'Q1w2E3r 1w2E3r4'],
  ])('%s', (_name, secrets, text, expected) => {
    expect(holding(...secrets).redact(text)).toBe(expected);
    expect(holding(...secrets.toReversed()).redact(text)).toBe(expected);
  });

  it('holds a value as long as anyone holds it, and one holder lets go once', () => {
    const live = new LiveSecrets();
    const first = live.add(SECRET);
    const second = live.add(SECRET);
    expect(live.size).toBe(1);
    first();
    first();
    expect(live.redact(SECRET)).toBe('[redacted]');
    second();
    expect(live.size).toBe(0);
    expect(live.redact(SECRET)).toBe(SECRET);
    live.add(SECRET)();
    expect(live.redact(SECRET)).toBe(SECRET);
  });

  it('leaves no form of any secret in any text (property, against a search one by one)', () => {
    const secret = fc.string({ minLength: 8, maxLength: 40, unit: 'binary' }).filter(isRedactable);
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 6 }),
        fc.array(fc.string()),
        fc.nat(),
        (secrets, noise, pick) => {
          const live = holding(...secrets);
          const forms = secrets.flatMap((value) => [...secretForms(value)]);
          const text = noise.map((part, at) => part + (forms[(pick + at * 7) % forms.length] ?? '')).join('');
          const redacted = live.redact(text);
          const left = redacted.split('[redacted]');
          expect(forms.filter((form) => left.some((part) => part.includes(form)))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds what indexOf finds (property)', () => {
    const letters = fc.constantFrom('a', 'b');
    const word = fc.string({ unit: letters, minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.string({ unit: letters, maxLength: 40 }),
        (forms, text) => {
          const found = forms.map((form) => text.indexOf(form)).filter((at) => at >= 0);
          expect(new FormMatcher(forms).find(text, 0)).toBe(found.length === 0 ? -1 : Math.min(...found));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('stays linear on a megabyte made to look like the secret', () => {
    const almost = `${SECRET.slice(0, -1)}#`.repeat(60_000);
    expect(holding(SECRET).redact(almost)).toBe(almost);
    expect(holding('aaaaaaaaaaaaaaaaaaaaaaaaab').redact('a'.repeat(1_000_000))).toHaveLength(1_000_000);
  });
});
