/** How long to wait before a stream is taken up again: what the server asked for, longer after each attempt in vain. */
const FIRST_MS = 500;
const MAX_MS = 30_000;
/** A server's own wish counts between these; below, it could make us spin. */
const MIN_WISH_MS = 100;
const MAX_WISH_MS = 300_000;

export class BackOff {
  private readonly random: () => number;
  private inVain = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  /** The last attempt was worth it. */
  worked(): void {
    this.inVain = 0;
  }

  /** Milliseconds until the next attempt. `wishMs`: what the server asked for. */
  next(wishMs: number | undefined): number {
    const step = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(this.inVain, 16));
    const own = Math.max(FIRST_MS, Math.round(step * (0.5 + this.random() / 2)));
    const isFirst = this.inVain === 0;
    this.inVain++;
    if (wishMs === undefined) return own;
    const wish = Math.min(MAX_WISH_MS, Math.max(MIN_WISH_MS, wishMs));
    return isFirst ? wish : Math.max(wish, own);
  }
}
