/**
 * Texts that passed without a finding, by digest: a list that each session asks for, a result that comes again and again need
 * no second look. Nothing of a text is kept. What is looked for exactly, and what is done about it, are part of the digest's
 * place, so that a change of either means another look.
 */
import { hash } from 'node:crypto';
import type { GuardActions, ScanJob } from '../guard/scan-job.ts';

const MAX_BYTES = 64 * 1024;
const MAX_ENTRIES = 8192;

/** How far from either end the number of a message is looked for. */
const EDGE = 48;
/** Fewer digits than the guard looks at: no part of what is scanned. */
const FIRST = /^\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(?:0|[1-9][0-9]{0,6})(?=\s*[,}])/;
const LAST = /"id"\s*:\s*(?:0|[1-9][0-9]{0,6})\s*\}\s*$/;
const DIGITS = /[0-9]{1,7}(?=\D*$)/;

/**
 * Each message has a number of its own, and two that differ in nothing else say the same. `rest` is the source without one end,
 * and `around` that end without its number.
 */
function withoutNumber(source: Uint8Array): { readonly around: string; readonly rest: Uint8Array } {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const [first] = FIRST.exec(bytes.toString('latin1', 0, EDGE)) ?? [];
  if (first !== undefined) return { around: `<${first.replace(DIGITS, '')}`, rest: source.subarray(first.length) };
  const [last] = LAST.exec(bytes.toString('latin1', Math.max(0, bytes.length - EDGE))) ?? [];
  if (last === undefined) return { around: '', rest: source };
  return { around: `>${last.replace(DIGITS, '')}`, rest: source.subarray(0, source.length - last.length) };
}

export class Passed {
  /** In the order of their last use. */
  readonly #digests = new Set<string>();
  readonly #actions = new WeakMap<GuardActions, string>();

  /** Undefined for what is too large to be worth it. */
  nameOf({ kind, format, source, actions }: ScanJob, knownVersion: number): string | undefined {
    if (source.byteLength > MAX_BYTES) return undefined;
    const { around, rest } = format === 'json' ? withoutNumber(source) : { around: '', rest: source };
    return `${knownVersion} ${kind} ${format} ${this.#written(actions)} ${around} ${hash('sha256', rest, 'base64')}`;
  }

  has(name: string): boolean {
    if (!this.#digests.delete(name)) return false;
    this.#digests.add(name);
    return true;
  }

  add(name: string): void {
    this.#digests.add(name);
    if (this.#digests.size <= MAX_ENTRIES) return;
    for (const oldest of this.#digests) {
      this.#digests.delete(oldest);
      return;
    }
  }

  clear(): void {
    this.#digests.clear();
  }

  #written(actions: GuardActions): string {
    const known = this.#actions.get(actions);
    if (known !== undefined) return known;
    const written = Object.entries(actions)
      .map((entry) => entry.join('='))
      .sort()
      .join();
    this.#actions.set(actions, written);
    return written;
  }
}
