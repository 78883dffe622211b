/** Numbers of persons in Europe. */
import { isDate, passesLuhn, passesMod11x10, remainder, weightedSum } from './check-digits.ts';
import { shaped, type NationalNumber } from './national-number.ts';

const digit = (text: string, at: number): number => Number(text.charAt(at));

export const EUROPE: readonly NationalNumber[] = [
  {
    rule: 'de-tax-id',
    shape: shaped(String.raw`[1-9][0-9](?: ?[0-9]{3}){3}`),
    isValid: (id) => passesMod11x10(id) && repeatsAsTaxId(id),
    words: /steuer|\bidnr|\btin\b|tax/i,
  },
  {
    rule: 'fr-nir',
    shape: shaped(
      String.raw`[1278] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}`,
    ),
    isValid: isNir,
  },
  {
    rule: 'es-dni',
    shape: shaped(String.raw`[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-HJ-NP-TV-Z]`),
    isValid: (id) => spanishLetter(id.slice(0, 8)) === id.charAt(8),
    words: /\bdni\b|\bnif\b|identidad|identity|documento/i,
  },
  {
    rule: 'es-nie',
    shape: shaped(String.raw`[XYZ][ -]?[0-9]{7}[ -]?[A-HJ-NP-TV-Z]`),
    isValid: (id) => spanishLetter(`${'XYZ'.indexOf(id.charAt(0))}${id.slice(1, 8)}`) === id.charAt(8),
  },
  {
    rule: 'it-codice-fiscale',
    shape: shaped(String.raw`[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]`),
    isValid: isCodiceFiscale,
    hasFewDigits: true,
  },
  {
    rule: 'nl-bsn',
    shape: shaped(String.raw`[0-9]{9}|[0-9]{4}[. ][0-9]{2}[. ][0-9]{3}`),
    isValid: (id) => weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    words: /\bbsn\b|burgerservice|sofi/i,
  },
  {
    rule: 'be-national-number',
    shape: shaped(String.raw`[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}`),
    isValid: isBelgian,
  },
  {
    rule: 'be-national-number',
    shape: shaped(String.raw`[0-9]{11}`),
    isValid: isBelgian,
    words: /rijksregister|registre national|national number|insz|niss/i,
  },
  {
    rule: 'pl-pesel',
    shape: shaped(String.raw`[0-9]{11}`),
    isValid: (id) =>
      isDate(id.slice(4, 6), String(Number(id.slice(2, 4)) % 20)) &&
      (weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) + digit(id, 10)) % 10 === 0,
    words: /pesel/i,
  },
  {
    rule: 'se-personal-number',
    shape: shaped(String.raw`(?:19|20)[0-9]{6}-[0-9]{4}`),
    isValid: (id) => isSwedish(id.slice(2)),
  },
  {
    rule: 'se-personal-number',
    shape: shaped(String.raw`[0-9]{6}[-+]?[0-9]{4}|(?:19|20)[0-9]{10}`),
    isValid: (id) => isSwedish(id.replace('+', '').slice(-10)),
    words: /person(?:nummer|nr|al (?:identity )?number)|samordningsnummer/i,
  },
  {
    rule: 'fi-personal-number',
    shape: shaped(String.raw`[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]`),
    isValid: isFinnish,
  },
  {
    rule: 'no-personal-number',
    shape: shaped(String.raw`[0-7][0-9]{5} ?[0-9]{5}`),
    isValid: isNorwegian,
    words: /f(?:ø|o|oe)dsels|personnummer|d-nummer|national id/i,
  },
  {
    rule: 'dk-personal-number',
    shape: shaped(String.raw`[0-3][0-9][01][0-9]{3}[- ]?[0-9]{4}`),
    isValid: (id) => isDate(id.slice(0, 2), id.slice(2, 4)),
    words: /\bcpr\b|personnummer/i,
  },
  {
    rule: 'uk-nhs-number',
    shape: shaped(String.raw`[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}`),
    isValid: (id) => (weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) + digit(id, 9)) % 11 === 0,
    words: /\bnhs\b/i,
  },
  {
    rule: 'uk-national-insurance',
    shape: shaped(String.raw`[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]`),
    isValid: (id) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(id),
    words: /national insurance|\bnino?\b|\bni (?:no|number)/i,
  },
  {
    rule: 'ch-ahv-number',
    shape: shaped(String.raw`756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}`),
    isValid: (id) => weightedSum(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  },
];

/** Of the first ten digits one stands two or three times, and no other more than once. */
function repeatsAsTaxId(id: string): boolean {
  const counts = new Map<string, number>();
  for (const each of id.slice(0, 10)) counts.set(each, (counts.get(each) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3;
}

function isNir(id: string): boolean {
  const number = id.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - remainder(number, 97) === Number(id.slice(13));
}

const spanishLetter = (digits: string): string => 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(remainder(digits, 23));

// What a character counts at an odd place: digits and letters share the first ten values.
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function isCodiceFiscale(code: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at += 1) {
    const unit = code.charCodeAt(at);
    const value = unit < 58 ? unit - 48 : unit - 65;
    sum += at % 2 === 0 ? (ODD[value] ?? 0) : value;
  }
  return sum % 26 === code.charCodeAt(15) - 65;
}

function isBelgian(id: string): boolean {
  if (!isDate(id.slice(4, 6), id.slice(2, 4))) return false;
  const check = Number(id.slice(9));
  return [id.slice(0, 9), `2${id.slice(0, 9)}`].some((number) => 97 - remainder(number, 97) === check);
}

/** Coordination numbers add 60 to the day. */
function isSwedish(id: string): boolean {
  return isDate(String(Number(id.slice(4, 6)) % 60), id.slice(2, 4)) && passesLuhn(id);
}

function isFinnish(id: string): boolean {
  // Without its sign the number is ten characters long when that was "-", which counts as a separator.
  const digits = id.replaceAll(/[^0-9]/g, '').slice(0, 9);
  const number = id.length === 10 ? id.slice(0, 9) : id.slice(0, 6) + id.slice(7, 10);
  if (number !== digits || !isDate(id.slice(0, 2), id.slice(2, 4))) return false;
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(number) % 31) === id.slice(-1);
}

function isNorwegian(id: string): boolean {
  const day = String(Number(id.slice(0, 2)) % 40);
  if (!isDate(day, String(Number(id.slice(2, 4)) % 40))) return false;
  return (
    (weightedSum(id, [3, 7, 6, 1, 8, 9, 4, 5, 2]) + digit(id, 9)) % 11 === 0 &&
    (weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) + digit(id, 10)) % 11 === 0
  );
}
