/**
 * What one decision may cost, whatever the rules and however large the values: when it is used up, what is left to test is
 * undecidable. A value is folded and a path followed once per decision, for however many rules. Nothing outlives the decision.
 */
import { foldText, isAscii, readableText } from './fold.ts';

/** In steps of about one nanosecond at the worst: what else runs here must not wait for a person's many rules. */
const MAX_WORK = 40_000_000;
/** Shorter ones are folded again faster than they are found. */
const REMEMBERED = 256;
/** Of the file system's answers about one path. */
const PATH_STEPS = 12_000;
const ESCAPED_STEPS = 100;
/** How much longer a character takes that is not ASCII. */
export const SLOWER = 8;

export class Work {
  private left = MAX_WORK;
  private folded: Map<string, string> | undefined;
  private readable: Map<string, string> | undefined;
  private paths: Map<string, readonly string[]> | undefined;

  /** False where there is no more to spend. */
  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }

  /** Undefined where nothing is left to spend on it. */
  fold(text: string): string | undefined {
    if (text.length <= REMEMBERED) return this.spend(text.length) ? foldText(text) : undefined;
    this.folded ??= new Map();
    return this.once(this.folded, text, foldText);
  }

  read(text: string): string | undefined {
    if (text.length <= REMEMBERED) return this.spend(text.length) ? readableText(text) : undefined;
    this.readable ??= new Map();
    return this.once(this.readable, text, readableText);
  }

  private once(known: Map<string, string>, text: string, make: (text: string) => string): string | undefined {
    let made = known.get(text);
    if (made !== undefined) return made;
    if (!this.spend(text.length * (isAscii(text) ? 1 : 2 * SLOWER))) return undefined;
    made = make(text);
    known.set(text, made);
    return made;
  }

  /** What the reader says of this text; throws what the reader throws, and where nothing is left to spend. */
  resolve(text: string, reader: { resolve(text: string): readonly string[] }): readonly string[] {
    this.paths ??= new Map();
    let found = this.paths.get(text);
    if (found !== undefined) return found;
    const steps = PATH_STEPS + text.length * (text.includes('%') ? ESCAPED_STEPS : 1);
    if (!this.spend(steps)) throw new Error('the rules have too many paths to follow for one call');
    found = reader.resolve(text);
    this.paths.set(text, found);
    return found;
  }
}
