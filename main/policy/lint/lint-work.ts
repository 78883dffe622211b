/**
 * What one look at rules may cost, whatever the rules: names and patterns are whoever's who wrote them. When it is used up, what
 * is left is not compared, and that is said.
 */

/** In characters compared with characters, at a few nanoseconds each: below two seconds. */
const MAX_WORK = 300_000_000;
/** Where it is done at once: below a quarter of a second. */
export const QUICK_WORK = 40_000_000;
/** Before everything else has its turn. */
const WORK_A_TURN = 1_000_000;

export class LintWork {
  private left: number;
  private untilTurn = WORK_A_TURN;

  constructor(most: number = MAX_WORK) {
    this.left = most;
  }

  /** False where there is no more to spend. */
  spend(steps: number): boolean {
    this.left -= steps;
    this.untilTurn -= steps;
    return this.left >= 0;
  }

  get isSpent(): boolean {
    return this.left < 0;
  }

  /** True now and then. */
  isTurn(): boolean {
    if (this.untilTurn > 0) return false;
    this.untilTurn = WORK_A_TURN;
    return true;
  }
}
