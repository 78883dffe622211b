import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Match } from '../../../main/guard/match.ts';
import { piiDetectors } from '../../../main/guard/pii/detectors.ts';
import { corpus } from '../../relay/corpus.ts';

const find = (text: string): readonly Match[] => piiDetectors.flatMap((detect) => detect(text));
const pii = (text: string): string[] =>
  find(text)
    .filter(({ category }) => category === 'pii')
    .map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`);

/** Numbers that issuers publish as examples: what is found, in what text; the words in it that are needed. */
const NUMBERS: readonly (readonly [rule: string, words: string, number: string])[] = [
  ['payment-card', '', '4111 1111 1111 1111'],
  ['payment-card', '', '5555-5555-5555-4444'],
  ['payment-card', '', '378282246310005'],
  ['payment-card', '', '3782 822463 10005'],
  ['payment-card', '', '6011111111111117'],
  ['payment-card', '', '3566002020360505'],
  ['payment-card', '', '2223003122003222'],
  ['payment-card', 'card: ', '6200000000000005'],
  ['payment-card', 'Diners card ', '30569309025904'],
  ['iban', '', 'DE89 3704 0044 0532 0130 00'],
  ['iban', '', 'GB82WEST12345698765432'],
  ['iban', '', 'NO93-8601-1117-947'],
  ['iban', '', 'FR14 2004 1010 0505 0001 3M02 606'],
  ['de-tax-id', 'Steuer-ID ', '86095742719'],
  ['de-tax-id', 'IdNr ', '86 095 742 719'],
  ['fr-nir', '', '2 55 08 14 168 025 38'],
  ['es-dni', 'DNI ', '12345678Z'],
  ['es-nie', '', 'X1234567L'],
  ['it-codice-fiscale', '', 'RSSMRA85T10A562S'],
  ['nl-bsn', 'BSN ', '111222333'],
  ['be-national-number', '', '85.07.30-033.28'],
  ['be-national-number', 'NISS ', '85073003328'],
  ['pl-pesel', 'PESEL ', '44051401359'],
  ['se-personal-number', '', '19811218-9876'],
  ['se-personal-number', 'personnummer ', '811218-9876'],
  ['fi-personal-number', '', '131052-308T'],
  ['fi-personal-number', '', '131052A308T'],
  ['no-personal-number', 'fødselsnummer ', '01010750160'],
  ['dk-personal-number', 'CPR ', '070761-4285'],
  ['uk-nhs-number', 'NHS number ', '943 476 5919'],
  ['uk-national-insurance', 'National Insurance ', 'AB 12 34 56 C'],
  ['ch-ahv-number', '', '756.9217.0769.85'],
  ['br-cpf', '', '111.444.777-35'],
  ['br-cpf', 'CPF ', '11144477735'],
  ['br-cnpj', '', '11.222.333/0001-81'],
  ['us-ssn', 'SSN: ', '078-05-1120'],
  ['us-ssn', 'social security number ', '219099999'],
  ['ca-sin', 'SIN ', '130 692 544'],
  ['au-tfn', 'TFN ', '123 456 782'],
  ['au-medicare', 'Medicare ', '2123 45670 1'],
  ['in-aadhaar', 'Aadhaar ', '2341 2341 2346'],
  ['cn-resident-id', '', '11010519491231002X'],
  ['kr-resident-number', '', '900101-1234568'],
  ['kr-resident-number', 'RRN ', '900101-1234567'],
  ['tr-identity-number', 'kimlik no ', '10000000146'],
];

describe('a number of a person or account', () => {
  it.each(NUMBERS)('%s: "%s" and %s', (rule, words, number) => {
    for (const [before, after] of [
      ['', ''],
      ['It is ', ', thanks.'],
      ['{"v":"', '"}'],
      ['(', ')\n'],
      ['"', "'"],
    ] as const) {
      const text = before + words + number + after;
      expect(pii(text)).toEqual([`${rule} ${number}`]);
    }
  });

  const withWords = NUMBERS.filter(([, words]) => words !== '');
  it.each(withWords)('%s: without "%s" nothing is made of %s', (_rule, _words, number) => {
    expect(pii(`value ${number}`)).toEqual([]);
    expect(pii(`${'a far away text. '.repeat(8)}${number}${' and more words'.repeat(4)}`)).toEqual([]);
  });

  it.each(NUMBERS)('%s: "%s" and %s is nothing inside a longer one', (_rule, words, number) => {
    for (const text of [`${words}9${number}`, `${words}${number}9`, `${words}x${number}`, `${words}${number}x`]) {
      expect(pii(text).filter((found) => found.endsWith(` ${number}`))).toEqual([]);
    }
  });

  /** Those whose sum sees every change of one digit. */
  const STRICT = new Set([
    'payment-card',
    'iban',
    'de-tax-id',
    'fr-nir',
    'it-codice-fiscale',
    'nl-bsn',
    'pl-pesel',
    'in-aadhaar',
    'cn-resident-id',
    'ch-ahv-number',
    'es-nie',
    'fi-personal-number',
    'uk-nhs-number',
    'ca-sin',
  ]);
  it.each(NUMBERS.filter(([rule]) => STRICT.has(rule)))(
    '%s: "%s" and %s with another digit is none',
    (rule, words, number) => {
      const places = Array.from(number, (char, at) => (/[0-9]/.test(char) ? at : -1)).filter((at) => at >= 0);
      fc.assert(
        fc.property(fc.constantFrom(...places), fc.integer({ min: 1, max: 9 }), (at, more) => {
          const digit = (Number(number.charAt(at)) + more) % 10;
          const changed = `${number.slice(0, at)}${digit}${number.slice(at + 1)}`;
          expect(pii(words + changed).filter((found) => found.startsWith(`${rule} `))).toEqual([]);
        }),
        { seed: 5 },
      );
    },
  );
});

describe('what is no number of a person', () => {
  it.each([
    '0000 0000 0000 0000',
    '4444444444444444',
    '4111 1111-1111 1111',
    'id=1700000000000',
    '2026-01-02T03:04:05.123Z',
    '550e8400-e29b-41d4-a716-446655440000',
    'sha1 356a192b7913b04c54574d18c28d46e6395428ab',
    '127.0.0.1:8080',
    'v1.2.3-20240101120000',
    'SSN: 000-12-3456',
    'SSN: 666-12-3456',
    'order 123-45-6789',
    'DE00 3704 0044 0532 0130 00',
    'XX89 3704 0044 0532 0130 00',
    '3.14159265358979',
  ])('%s', (text) => {
    expect(pii(text)).toEqual([]);
  });

  const outputs = corpus('tool-outputs-real.jsonl');
  it.skipIf(outputs.missing)('real results of tools: at most one in two hundred', () => {
    const texts = outputs.text().trim().split('\n');
    expect(texts.length).toBeGreaterThan(800);
    expect(texts.filter((text) => pii(text).length > 0).length).toBeLessThanOrEqual(texts.length / 200);
  });
});

describe('contacts', () => {
  const contacts = (text: string): string[] =>
    find(text)
      .filter(({ category }) => category === 'contact')
      .map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`);

  it.each([
    ['mail-address', 'a.b+c@mail.host.test'],
    ['mail-address', 'x@y.org'],
    ['phone-number', '+49 30 1234567'],
    ['phone-number', '+14155552671'],
    ['phone-number', '(415) 555-2671'],
    ['phone-number', '415-555-2671'],
  ])('%s %s is named and adds nothing to a decision', (rule, text) => {
    expect(contacts(`<${text}>`)).toEqual([`${rule} ${text}`]);
    expect(find(text)).toMatchObject([{ tier: 'soft', weight: 0 }]);
  });

  it.each(['@types/node', 'a@b', 'user@', '+1', 'x=415-555-26711', 'git@github', '1+2+3'])('%s is none', (text) => {
    expect(contacts(text)).toEqual([]);
  });
});
