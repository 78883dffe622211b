/**
 * Collects the bytes of one message. One allocation that grows, so that a server that sends single bytes costs no more
 * than its bytes. Given up from outside it is empty again, and its owner knows why.
 */
import type { GivenUp, Part, Unfinished } from './unfinished.ts';

const NEWLINE = 0x0a;
/** What a server only claims to send is not allocated beyond this. */
const MAX_RESERVE = 2 * 1024 * 1024;

export type Refused = GivenUp | 'too_large';

export class LineBuilder {
  private readonly maxBytes: number;
  private readonly unfinished: Unfinished | undefined;
  private readonly part: Part;
  private readonly refused: (why: Refused) => void;
  private bytes: Buffer | undefined;
  private used = 0;

  /** `refused`: it was given up, and holds nothing. */
  constructor(maxBytes: number, unfinished?: Unfinished, refused: (why: Refused) => void = () => {}) {
    this.maxBytes = maxBytes;
    this.unfinished = unfinished;
    this.refused = refused;
    this.part = {
      givenUp: (why) => {
        this.clear();
        refused(why);
      },
    };
  }

  /** So much is announced to come. */
  reserve(bytes: number): void {
    if (this.bytes === undefined && bytes > 0) this.grow(Math.min(bytes, MAX_RESERVE));
  }

  /** False when it was given up instead; its owner has been told why. */
  append(chunk: Buffer, start = 0, end = chunk.length): boolean {
    const needed = this.used + end - start;
    if (needed > this.maxBytes) return this.refuse('too_large');
    let { bytes } = this;
    if (bytes === undefined) bytes = this.grow(needed);
    else if (bytes.length <= needed) bytes = this.grow(Math.max(needed, Math.min(bytes.length * 2, this.maxBytes)));
    if (bytes === undefined) return false;
    chunk.copy(bytes, this.used, start, end);
    this.used = needed;
    return true;
  }

  /** Undefined when there is no room for it. */
  private grow(textBytes: number): Buffer | undefined {
    // One byte more than the text: its newline.
    if (this.unfinished?.resize(this.part, textBytes + 1) === false) {
      this.refuse('too_much');
      return undefined;
    }
    const grown = Buffer.allocUnsafe(textBytes + 1);
    this.bytes?.copy(grown, 0, 0, this.used);
    this.bytes = grown;
    return grown;
  }

  private refuse(why: Refused): false {
    this.clear();
    this.refused(why);
    return false;
  }

  /** What was collected and one newline behind it; begins anew. */
  take(): Buffer {
    const bytes = this.bytes ?? Buffer.allocUnsafe(1);
    bytes[this.used] = NEWLINE;
    const line = bytes.subarray(0, this.used + 1);
    this.clear();
    return line;
  }

  clear(): void {
    if (this.bytes !== undefined) this.unfinished?.remove(this.part);
    this.bytes = undefined;
    this.used = 0;
  }
}
