/** Tells a value that somebody made up for a reader from one that opens something. Linear in the length of the value. */

const WORDS =
  /example|sample|placeholder|change_?-?me|your[-_ .]|dummy|redacted|insert[-_ ]|replace[-_ ]?(?:me|with)|not[-_]?a?[-_]?real|x{5}|0{7}|\*{3}|\.{3}|…|^<|>$|\$\{|\{\{|\$\(|%[A-Z_]{2,40}%|process\.env|os\.environ|getenv/i;

const MIN_VARIETY = 6;

/** `example`, `xxxxx`, `<your-key>`, `${VAR}`, `process.env`, few different characters, the alphabet or the digits in a row. */
export function isPlaceholder(value: string): boolean {
  return WORDS.test(value) || (value.length >= 8 && (runningShare(value) >= 0.9 || new Set(value).size < MIN_VARIETY));
}

const MIN_REAL = 16;

/** Whether a word such as `example` only follows on something random: hung on a token, it must not let it pass. */
export function isRealBeforeWord(value: string): boolean {
  const at = value.search(WORDS);
  if (at < MIN_REAL) return false;
  const before = value.slice(0, at);
  return /[0-9]/.test(before) && kindsIn(before) >= 2 && entropyOf(before) >= 3.2 && !isPlaceholder(before);
}

/** For values without a format, of which more are made up: mostly in a row is enough. */
export function isPatterned(value: string): boolean {
  return isPlaceholder(value) || (value.length >= 8 && runningShare(value) >= 0.65);
}

/** How much of a value is one character that follows its neighbour in the alphabet, or repeats it. */
function runningShare(value: string): number {
  let running = 0;
  for (let at = 1; at < value.length; at += 1) {
    const step = value.charCodeAt(at) - value.charCodeAt(at - 1);
    if (step === 0 || step === 1 || step === -1) running += 1;
  }
  return running / (value.length - 1);
}

/** Shannon entropy in bits for each character. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charAt(at);
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** How many of the four kinds there are: small letters, capitals, digits, others. */
export function kindsIn(value: string): number {
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
}
