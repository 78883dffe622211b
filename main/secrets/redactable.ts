/** Shortest value, in UTF-16 code units, that is looked for in text. */
export const MIN_REDACTABLE_LENGTH = 8;

const MIN_ENTROPY_BITS = 20;
const MIN_DIGITS = 12;
const MIN_WORD_LENGTH = 16;

/**
 * Whether a value can be taken out of text without harm: 8 characters or more, at least 20 bits of Shannon entropy over the
 * whole value, and not what ordinary text holds anyway (a word in one case below 16 letters, a number below 12 digits).
 * Blanking an ordinary word wherever it stands would make logs unreadable and, worse, tell the reader what the secret is.
 */
export function isRedactable(value: string): boolean {
  if (value.length < MIN_REDACTABLE_LENGTH) return false;
  if (/^[0-9]+$/.test(value) && value.length < MIN_DIGITS) return false;
  if (/^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(value) && value.length < MIN_WORD_LENGTH) return false;
  return shannonBits(value) >= MIN_ENTROPY_BITS;
}

function shannonBits(value: string): number {
  const counts = new Map<string, number>();
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charAt(at);
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / value.length);
  return bits;
}
