/** Bank accounts: the country's length and the sum of ISO 13616. */
import type { Match } from '../match.ts';
import { remainder } from './check-digits.ts';

const LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 ' +
    'LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 ' +
    'SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry): [string, number] => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const BEGINNING = /(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?=[ -]?[A-Z0-9])/g;

export function findIbans(text: string): readonly Match[] {
  const matches: Match[] = [];
  for (const found of text.matchAll(BEGINNING)) {
    const length = LENGTHS.get(found[0].slice(0, 2));
    const end = length === undefined ? -1 : endOf(text, found.index, length);
    if (end < 0 || !isAccount(text.slice(found.index, end).replaceAll(/[ -]/g, ''))) continue;
    matches.push({ category: 'pii', rule: 'iban', tier: 'hard', start: found.index, end });
  }
  return matches;
}

/** End of `length` letters and digits with single separators between them, if no more follow directly. */
function endOf(text: string, start: number, length: number): number {
  let at = start;
  for (let taken = 0; taken < length; at += 1) {
    const unit = text.charAt(at);
    if (/[A-Z0-9]/.test(unit)) taken += 1;
    else if (!/[ -]/.test(unit) || !/[A-Z0-9]/.test(text.charAt(at + 1))) return -1;
  }
  return /[A-Za-z0-9]/.test(text.charAt(at)) ? -1 : at;
}

function isAccount(iban: string): boolean {
  const moved = iban.slice(4) + iban.slice(0, 4);
  return (
    remainder(
      moved.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55)),
      97,
    ) === 1
  );
}
