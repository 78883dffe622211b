import { type LiveSecrets, REDACTED, redactSpan } from './live-secrets.ts';
import { MIN_REDACTABLE_LENGTH } from './redactable.ts';

export interface StreamRedactor {
  /** Takes decoded text, returns what may be shown of it and of what was held back before. */
  push(chunk: string): string;
  /** The rest; nothing may be pushed after it. */
  end(): string;
}

/**
 * Redacts text that comes in pieces. Held back is only the end of the text that could be the beginning of a form, so at most
 * the longest form's length and mostly nothing: a whole line is out as soon as it is in. Call `end` before the secrets are
 * released. A stream that breaks off inside a secret ends in a replacement, not in most of the secret.
 */
export function createStreamRedactor(live: LiveSecrets): StreamRedactor {
  let held = '';
  let covered = 0;

  function flush(text: string, whole: boolean): string {
    const matcher = live.matcher();
    if (matcher === undefined) {
      const out = text.slice(covered);
      held = '';
      covered = 0;
      return out;
    }
    const limit = matcher.unfinishedFrom(text);
    const span = redactSpan(matcher, text, covered, limit);
    held = text.slice(limit);
    covered = span.coveredAfter;
    if (!whole || held === '') return span.text;
    const rest = redactSpan(matcher, held, covered, held.length);
    const cut = held.length >= MIN_REDACTABLE_LENGTH && covered < held.length;
    held = '';
    covered = 0;
    return span.text + (cut ? REDACTED : rest.text);
  }

  return {
    push: (chunk) => flush(held + chunk, false),
    end: () => flush(held, true),
  };
}
