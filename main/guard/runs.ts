/**
 * Where characters of one kind follow each other, in one pass. A pattern that begins anew at each character of every short word
 * would cost many times as much.
 */

export class RunFinder {
  readonly #isOf = new Uint8Array(128);
  readonly #beyond: number;

  /** `kind` is tried on each ASCII character; what is beyond ASCII counts where `beyond` is true. */
  constructor(kind: RegExp, beyond: boolean) {
    this.#beyond = Number(beyond);
    for (let code = 0; code < 128; code += 1) this.#isOf[code] = Number(kind.test(String.fromCharCode(code)));
  }

  /** Start and end of each run of `least` characters or more, in order. */
  find(text: string, least: number): readonly (readonly [number, number])[] {
    const isOf = this.#isOf;
    const other = this.#beyond;
    const runs: [number, number][] = [];
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if ((code < 128 ? isOf[code] : other) === 1) continue;
      if (at - start >= least) runs.push([start, at]);
      start = at + 1;
    }
    if (text.length - start >= least) runs.push([start, text.length]);
    return runs;
  }
}
