/** A person at the tray app of a home, with the fake in Electron's place. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fixtureServer, node, type CompanionHome } from './companion-home.ts';

export interface Seen {
  readonly tray: { readonly image: string; readonly tooltip: string; readonly menu: readonly string[] };
  readonly windows: readonly { readonly address: string; readonly shown: readonly string[]; readonly onTop: boolean }[];
  readonly notifications: readonly string[];
}

export interface Reply {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: { readonly code: string };
}

const WAIT_MS = 20_000;

export class AppShell {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.resume();
  }

  static async start(home: CompanionHome): Promise<AppShell> {
    const app = new AppShell(home.spawn(node, [fixtureServer('../app.ts'), home.home]));
    const started = (await app.answer()) as { readonly boxes: readonly string[] };
    if (started.boxes.length > 0) throw new Error(started.boxes.join('\n'));
    return app;
  }

  private async answer(): Promise<unknown> {
    const { value, done } = await this.answers.next();
    if (done === true) throw new Error('the app ended');
    return JSON.parse(value) as unknown;
  }

  private step<T>(step: object): Promise<T> {
    const next = this.turn.then(async () => {
      this.child.stdin.write(`${JSON.stringify(step)}\n`);
      return (await this.answer()) as T;
    });
    this.turn = next.catch(() => undefined);
    return next;
  }

  look(): Promise<Seen> {
    return this.step({ do: 'look' });
  }

  /** Looks until it is so. */
  async until(what: string, holds: (seen: Seen) => boolean): Promise<Seen> {
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const seen = await this.look();
      if (holds(seen)) return seen;
      if (performance.now() > end) throw new Error(`not within ${WAIT_MS} ms: ${what}; ${JSON.stringify(seen)}`);
      await delay(20);
    }
  }

  async click(label: string): Promise<void> {
    await this.step({ do: 'click', label });
  }

  call(window: 'companion' | 'approval', name: string, input: unknown): Promise<Reply> {
    return this.step({ do: 'call', window, name, input });
  }

  async closeWindow(window: 'companion' | 'approval'): Promise<void> {
    await this.step({ do: 'close', window });
  }

  async lockScreen(locked: boolean): Promise<void> {
    await this.step({ do: 'screen', locked });
  }

  /** Quits from the tray. @returns the exit code. */
  async quit(): Promise<number | null> {
    const ended = once(this.child, 'close') as Promise<[number | null]>;
    await this.click('Quit');
    return (await ended)[0];
  }
}
