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
  private readonly open = new Map<number, PromiseWithResolvers<unknown>>();
  private count = 0;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stderr.resume();
    child.once('close', () => {
      for (const { reject } of this.open.values()) reject(new Error('the app ended'));
    });
  }

  static async start(home: CompanionHome): Promise<AppShell> {
    const child = home.spawn(node, [fixtureServer('../app.ts'), home.home]);
    const app = new AppShell(child);
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    const { boxes } = JSON.parse(first) as { readonly boxes: readonly string[] };
    if (boxes.length > 0) throw new Error(boxes.join('\n'));
    lines.on('line', (line) => {
      const { id, answer } = JSON.parse(line) as { readonly id: number; readonly answer?: unknown };
      app.open.get(id)?.resolve(answer);
      app.open.delete(id);
    });
    return app;
  }

  private step<T>(step: object): Promise<T> {
    const id = (this.count += 1);
    const answer = Promise.withResolvers<unknown>();
    this.open.set(id, answer);
    this.child.stdin.write(`${JSON.stringify({ id, ...step })}\n`);
    return answer.promise as Promise<T>;
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

  /** What was announced to a window since the last look. */
  async events(window: 'companion' | 'approval'): Promise<unknown[]> {
    return (await this.step<unknown[] | null>({ do: 'events', window })) ?? [];
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
    // It may be gone before it can answer.
    await this.click('Quit').catch(() => undefined);
    return (await ended)[0];
  }
}
