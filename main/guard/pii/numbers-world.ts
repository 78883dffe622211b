/** Numbers of persons outside Europe. */
import { isDate, passesLuhn, passesVerhoeff, weightedSum } from './check-digits.ts';
import { shaped, type NationalNumber } from './national-number.ts';

const digit = (text: string, at: number): number => Number(text.charAt(at));

export const WORLD: readonly NationalNumber[] = [
  { rule: 'br-cpf', shape: shaped(String.raw`[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}`), isValid: isCpf },
  { rule: 'br-cpf', shape: shaped(String.raw`[0-9]{11}`), isValid: isCpf, words: /\bcpf\b|cadastro/i },
  { rule: 'br-cnpj', shape: shaped(String.raw`[0-9]{2}\.[0-9]{3}\.[0-9]{3}\/[0-9]{4}-[0-9]{2}`), isValid: isCnpj },
  { rule: 'br-cnpj', shape: shaped(String.raw`[0-9]{14}`), isValid: isCnpj, words: /\bcnpj\b/i },
  {
    rule: 'us-ssn',
    shape: shaped(String.raw`[0-8][0-9]{2}([- ]?)[0-9]{2}\1[0-9]{4}`),
    isValid: (id) => !/^(?:000|666|9)/.test(id) && !id.startsWith('00', 3) && !id.endsWith('0000'),
    words: /\bssn\b|social[ _-]?security|\bitin\b|tax(?:payer)? id/i,
  },
  {
    rule: 'ca-sin',
    shape: shaped(String.raw`[0-79][0-9]{2}([- ]?)[0-9]{3}\1[0-9]{3}`),
    isValid: passesLuhn,
    words: /\bsin\b|social insurance|assurance sociale|\bnas\b/i,
  },
  {
    rule: 'au-tfn',
    shape: shaped(String.raw`[0-9]{3} ?[0-9]{3} ?[0-9]{3}`),
    isValid: (id) => weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    words: /\btfn\b|tax file/i,
  },
  {
    rule: 'au-medicare',
    shape: shaped(String.raw`[2-6][0-9]{3} ?[0-9]{5} ?[0-9](?:[ /-]?[0-9])?`),
    isValid: (id) => weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digit(id, 8),
    words: /medicare/i,
  },
  {
    rule: 'in-aadhaar',
    shape: shaped(String.raw`[2-9][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}`),
    isValid: passesVerhoeff,
    words: /aadh?aar|uidai|\buid\b|आधार/i,
  },
  {
    rule: 'cn-resident-id',
    shape: shaped(String.raw`[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]`),
    isValid: isChinese,
  },
  {
    rule: 'kr-resident-number',
    shape: shaped(String.raw`[0-9]{6}-[1-8][0-9]{6}`),
    isValid: (id) => isDate(id.slice(4, 6), id.slice(2, 4)) && koreanCheck(id) === digit(id, 12),
  },
  {
    // Since October 2020 the last digits are random.
    rule: 'kr-resident-number',
    shape: shaped(String.raw`[0-9]{6}-?[1-8][0-9]{6}`),
    isValid: (id) => isDate(id.slice(4, 6), id.slice(2, 4)),
    words: /주민|\brrn\b|resident registration/i,
  },
  {
    rule: 'tr-identity-number',
    shape: shaped(String.raw`[1-9][0-9]{10}`),
    isValid: isTurkish,
    words: /kimlik|\btckn\b|\bt\.?c\.? ?no/i,
  },
];

const brazilianDigit = (sum: number): number => (sum % 11 < 2 ? 0 : 11 - (sum % 11));

function isCpf(id: string): boolean {
  const first = brazilianDigit(weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]));
  const second = brazilianDigit(weightedSum(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
  return id.endsWith(`${first}${second}`);
}

function isCnpj(id: string): boolean {
  const first = brazilianDigit(weightedSum(id, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
  const second = brazilianDigit(weightedSum(id, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
  return id.endsWith(`${first}${second}`);
}

function isChinese(id: string): boolean {
  if (!isDate(id.slice(12, 14), id.slice(10, 12))) return false;
  const sum = weightedSum(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return '10X98765432'.charAt(sum % 11) === id.charAt(17);
}

const koreanCheck = (id: string): number => (11 - (weightedSum(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;

function isTurkish(id: string): boolean {
  const odd = weightedSum(id, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weightedSum(id, [0, 1, 0, 1, 0, 1, 0, 1]);
  const first = (((odd * 7 - even) % 10) + 10) % 10;
  return first === digit(id, 9) && (odd + even + first) % 10 === digit(id, 10);
}
