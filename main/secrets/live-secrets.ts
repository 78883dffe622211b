/*
 * Owns the values of the secrets that running servers hold right now, so that they can be taken out of whatever leaves the
 * process: log lines, audit records, stderr, errors. It never gives a value back. A value that is too plain to be found
 * (see redactable.ts) is not held at all; whoever stores one is told so.
 */
import { FormMatcher } from './form-matcher.ts';
import { isRedactable } from './redactable.ts';
import { secretForms } from './secret-forms.ts';

/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

interface Live {
  holders: number;
  readonly forms: ReadonlySet<string>;
}

/** What is looked for, for whoever searches elsewhere, as a worker thread does. */
export interface LiveForms {
  /** Another one whenever the forms are others. */
  readonly version: number;
  readonly forms: readonly string[];
}

export class LiveSecrets {
  readonly #live = new Map<string, Live>();
  readonly #listeners = new Set<() => void>();
  #version = 0;
  /** Built on the first use after a change; undefined while it is out of date or nothing is live. */
  #matcher: FormMatcher | undefined;

  /**
   * Holds a value until the returned function is called; several holders of one value are counted, and a second call of one
   * holder's function does nothing. A value that is not redactable is ignored.
   */
  add(value: string): () => void {
    if (!isRedactable(value)) return () => undefined;
    const known = this.#live.get(value);
    if (known === undefined) {
      this.#live.set(value, { holders: 1, forms: secretForms(value) });
      this.#changed();
    } else {
      known.holders += 1;
    }
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#release(value);
    };
  }

  #release(value: string): void {
    const known = this.#live.get(value);
    if (known === undefined) return;
    known.holders -= 1;
    if (known.holders > 0) return;
    this.#live.delete(value);
    this.#changed();
  }

  #changed(): void {
    this.#matcher = undefined;
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Told after each change of what is live, until the returned function is called. Must not throw. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Every form of every live value. They are as secret as the values: for memory alone. */
  forms(): LiveForms {
    return { version: this.#version, forms: this.#allForms() };
  }

  #allForms(): string[] {
    return [...this.#live.values()].flatMap(({ forms }) => [...forms]);
  }

  /** `text` with every form of every live value replaced; the same string when there is none. Redact before cutting text short. */
  redact(text: string): string {
    const matcher = this.matcher();
    if (matcher === undefined) return text;
    return redactSpan(matcher, text, 0, text.length).text;
  }

  /** Whether a value is long and random enough to be found in text again. */
  isRedactable(value: string): boolean {
    return isRedactable(value);
  }

  /** Number of different values that are live. */
  get size(): number {
    return this.#live.size;
  }

  /** The search for what is live now; undefined when nothing is. */
  matcher(): FormMatcher | undefined {
    if (this.#matcher === undefined && this.#live.size > 0) {
      this.#matcher = new FormMatcher(this.#allForms());
    }
    return this.#matcher;
  }
}

/**
 * Replaces the forms that start before `limit`; forms that overlap become one replacement. The first `covered` characters were
 * part of a replacement that the caller has already written. Returns the text for [0, limit) and how many characters after
 * `limit` belong to its last replacement.
 */
export function redactSpan(
  matcher: FormMatcher,
  text: string,
  covered: number,
  limit: number,
): { readonly text: string; readonly coveredAfter: number } {
  let done = Math.min(covered, limit);
  let end = covered;
  let out = '';
  for (let start = matcher.find(text, 0); start >= 0 && start < limit; start = matcher.find(text, start + 1)) {
    if (start >= end) out += text.slice(end, start) + REDACTED;
    end = Math.max(end, matcher.endAt(text, start));
    done = Math.min(end, limit);
  }
  if (out === '' && done === 0 && limit === text.length) return { text, coveredAfter: 0 };
  return { text: out + text.slice(done, limit), coveredAfter: Math.max(0, end - limit) };
}
