/** Payment cards: a number range that an issuer uses, its lengths, and the Luhn sum; grouped as cards are, or in one piece. */
import type { Match } from '../match.ts';
import { passesLuhn } from './check-digits.ts';
import { standsBy } from './context-words.ts';

const CANDIDATE =
  /(?<![0-9A-Za-z_.+-])[2-6][0-9]{3}(?:[0-9]{9,15}|([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?|([ -])[0-9]{6}\2[0-9]{4,5})(?![0-9A-Za-z_]|[.-][0-9])/g;

const WORDS =
  /card|visa|master|amex|american express|credit|debit|diners|discover|jcb|union ?pay|maestro|payment|\bpan\b|\bcc\b|karte|carte|tarjeta|kart/i;

interface Issuer {
  readonly range: RegExp;
  readonly lengths: readonly number[];
}

const ISSUERS: readonly Issuer[] = [
  { range: /^4/, lengths: [16] },
  { range: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { range: /^3[47]/, lengths: [15] },
  { range: /^(?:6011|64[4-9]|65)/, lengths: [16] },
  { range: /^35(?:2[89]|[3-8])/, lengths: [16] },
];
/** Numbers of these lengths and ranges are too common to be told from others by their sum alone. */
const WITH_WORDS: readonly Issuer[] = [
  { range: /^4/, lengths: [13, 19] },
  { range: /^3(?:0[0-5]|[689])/, lengths: [14] },
  { range: /^62/, lengths: [16, 17, 18, 19] },
  { range: /^(?:5[0678]|6)/, lengths: [13, 14, 15, 16, 17, 18, 19] },
];

const isOf = (issuers: readonly Issuer[], digits: string): boolean =>
  issuers.some(({ range, lengths }) => lengths.includes(digits.length) && range.test(digits));

export function findCards(text: string): readonly Match[] {
  const matches: Match[] = [];
  for (const found of text.matchAll(CANDIDATE)) {
    const digits = found[0].replaceAll(/[ -]/g, '');
    const end = found.index + found[0].length;
    if (!passesLuhn(digits) || new Set(digits).size === 1) continue;
    const grouped = digits.length !== found[0].length;
    const known = isOf(ISSUERS, digits) || (grouped && isOf(WITH_WORDS, digits));
    if (!known && !(isOf(WITH_WORDS, digits) && standsBy(text, found.index, end, WORDS))) continue;
    matches.push({ category: 'pii', rule: 'payment-card', tier: 'hard', start: found.index, end });
  }
  return matches;
}
