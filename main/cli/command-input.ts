/**
 * What comes on a command's stdin: whole, or piece by piece for a command that works on it as it comes. What nobody has taken is
 * bounded: the sender waits.
 */
import { CompanionError } from '../../preload/contract/index.ts';

/** A value is no larger; and no more of a stream waits here. */
const MAX_HELD_BYTES = 1024 * 1024;

function badInput(message: string): CompanionError {
  return new CompanionError('E_INPUT', message, 'Send only the value, as text.', { exitCode: 2 });
}

export class CommandInput {
  readonly #flow: { readonly pause: () => void; readonly resume: () => void };
  #held: Buffer[] = [];
  #bytes = 0;
  #isPaused = false;
  #isOver = false;
  #stir: () => void = () => {};

  constructor(flow: { readonly pause: () => void; readonly resume: () => void }) {
    this.#flow = flow;
  }

  push(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_HELD_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.#flow.pause();
    }
    this.#stir();
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true;
    this.#stir();
  }

  /** To its end; `E_INPUT` for more than a value can be, and for what is no UTF-8. */
  async text(): Promise<string> {
    while (!this.#isOver && this.#bytes <= MAX_HELD_BYTES) await this.#news();
    if (this.#bytes > MAX_HELD_BYTES) throw badInput('There is more than 1 MiB on standard input.');
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(this.#held));
    } catch {
      throw badInput('What came on standard input is not UTF-8 text.');
    }
  }

  /** As it comes, everything that is there at once. */
  async *pieces(): AsyncGenerator<readonly Buffer[]> {
    for (;;) {
      if (this.#held.length > 0) {
        const pieces = this.#held;
        this.#held = [];
        this.#bytes = 0;
        if (this.#isPaused) {
          this.#isPaused = false;
          this.#flow.resume();
        }
        yield pieces;
      } else if (this.#isOver) return;
      else await this.#news();
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#stir = resolve;
    });
  }
}
