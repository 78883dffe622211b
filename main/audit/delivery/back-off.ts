/** When a failed request is made again. */

const FIRST_MS = 1000;
const LONGEST_MS = 5 * 60_000;
const LONGEST_RETRY_AFTER_MS = 60 * 60_000;

/**
 * Milliseconds to wait after `failures` (from 1) in a row: anywhere between nothing and a bound that doubles from 1 s to
 * 5 min, so that many companions do not come back in the same moment. `random` is from 0 up to 1.
 */
export function backOffMs(failures: number, random: number): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(failures, 1) - 1, 30));
  return Math.round(bound * random);
}

/** What `Retry-After` asks for (seconds or a date), 1 h at most; undefined where it says nothing that can be read. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const wait = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : dateMs(text) - now.getTime();
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS);
}

/** Only the date of HTTP (RFC 9110, 5.6.7): Date.parse alone takes almost anything. */
function dateMs(text: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}
