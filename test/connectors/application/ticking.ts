/** A clock that is moved by hand, and what is to be run at its times. */
import type { Schedule } from '../../../main/transport/http-upstream/link.ts';

interface Due {
  readonly at: number;
  readonly run: () => void;
}

export class Ticking {
  private time = 0;
  private readonly due = new Set<Due>();
  private readonly watching = new Set<() => void>();

  readonly now = (): number => this.time;

  readonly schedule: Schedule = (ms, then) => {
    const one = { at: this.time + ms, run: then };
    this.due.add(one);
    for (const look of this.watching) look();
    return () => this.due.delete(one);
  };

  get pending(): readonly number[] {
    return [...this.due].map(({ at }) => at - this.time).toSorted((a, b) => a - b);
  }

  pass(ms: number): void {
    this.time += ms;
    for (const one of this.due) {
      if (one.at > this.time) continue;
      this.due.delete(one);
      one.run();
    }
  }

  /** The machine slept: time went by, and no timer fired. */
  sleep(ms: number): void {
    this.time += ms;
  }

  /** Resolves once something is to be run. */
  async scheduled(): Promise<void> {
    if (this.due.size > 0) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        this.watching.delete(look);
        resolve();
      };
      this.watching.add(look);
    });
  }
}
