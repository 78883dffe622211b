/** Addresses and telephone numbers: named where somebody asks for it; they stand in too much to count as findings by themselves. */
import type { Match } from '../match.ts';

const LOCAL_PART = /[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]/;
const MAX_LOCAL_PART = 64;
const DOMAIN = /(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])/y;

const PHONE = /(?<![A-Za-z0-9_+.-])\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,5}\)?){2,6}(?![A-Za-z0-9_]|[.,-][0-9])/g;
const NORTH_AMERICAN =
  /(?<![A-Za-z0-9_+.-])(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[.-])[2-9][0-9]{2}[.-][0-9]{4}(?![A-Za-z0-9_]|[.,-][0-9])/g;

export function findContacts(text: string): readonly Match[] {
  return [...mailAddresses(text), ...phones(text)];
}

const contact = (rule: string, start: number, end: number): Match => ({
  category: 'contact',
  rule,
  tier: 'soft',
  weight: 0,
  start,
  end,
});

function mailAddresses(text: string): Match[] {
  const matches: Match[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    DOMAIN.lastIndex = at + 1;
    const start = localPartStart(text, at);
    if (start < at && DOMAIN.test(text)) matches.push(contact('mail-address', start, DOMAIN.lastIndex));
  }
  return matches;
}

/** Read backwards from the "@", so that a long word without one costs nothing; signs at its beginning are not of it. */
function localPartStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL_PART && LOCAL_PART.test(text.charAt(start - 1))) start -= 1;
  while (start < at && !/[A-Za-z0-9]/.test(text.charAt(start))) start += 1;
  return start;
}

function phones(text: string): Match[] {
  const international = Array.from(text.matchAll(PHONE)).filter(([number]) => {
    const digits = number.replaceAll(/[^0-9]/g, '').length;
    return digits >= 8 && digits <= 15;
  });
  return [...international, ...text.matchAll(NORTH_AMERICAN)].map((found) =>
    contact('phone-number', found.index, found.index + found[0].length),
  );
}
