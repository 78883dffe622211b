/**
 * Texts that passed without a finding, by digest: a list that each session asks for, a result that comes again and again need
 * no second look. Nothing of a text is kept. What is looked for exactly, and what is done about it, are part of the digest's
 * place, so that a change of either means another look.
 */
import { hash } from 'node:crypto';
import type { GuardActions, ScanJob } from '../guard/scan-job.ts';

const MAX_BYTES = 64 * 1024;
const MAX_ENTRIES = 8192;

export class Passed {
  /** In the order of their last use. */
  readonly #digests = new Set<string>();
  readonly #actions = new WeakMap<GuardActions, string>();

  /** Undefined for what is too large to be worth it. */
  nameOf({ kind, format, source, actions }: ScanJob, knownVersion: number): string | undefined {
    if (source.byteLength > MAX_BYTES) return undefined;
    return `${knownVersion} ${kind} ${format} ${this.#written(actions)} ${hash('sha256', source, 'base64')}`;
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
