/** What a connector does at this moment: its sessions, its crashes, the last words of its servers. In memory only. */
import type { ConnectorCheck } from '../../preload/contract/connector-health.ts';
import { ConnectorLog } from '../transport/connector-log.ts';
import { createCrashCount, type CrashCount } from './crash-count.ts';

/** Of a sentence about what went wrong; what a server says may be long. */
const MAX_ERROR_CHARACTERS = 500;

export interface ConnectorRuntime {
  readonly log: ConnectorLog;
  readonly crashes: CrashCount;
  sessions: number;
  /** How often a server of it was had, how often one ended by itself and not cleanly. */
  starts: number;
  crashed: number;
  lastStartAt: Date | undefined;
  lastError: { readonly at: Date; readonly text: string } | undefined;
  check: ConnectorCheck | undefined;
  /** How often it was forgotten: what began before the last time is about another one. */
  generation: number;
}

export class ConnectorRuntimes {
  private readonly byName = new Map<string, ConnectorRuntime>();
  private readonly now: () => number;
  private readonly clock: () => Date;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number, clock: () => Date = () => new Date()) {
    this.now = now;
    this.clock = clock;
  }

  of(name: string): ConnectorRuntime {
    let runtime = this.byName.get(name);
    if (runtime === undefined) {
      runtime = {
        log: new ConnectorLog(),
        crashes: createCrashCount({ now: this.now }),
        sessions: 0,
        starts: 0,
        crashed: 0,
        lastStartAt: undefined,
        lastError: undefined,
        check: undefined,
        generation: 0,
      };
      this.byName.set(name, runtime);
    }
    return runtime;
  }

  started(name: string): void {
    const runtime = this.of(name);
    runtime.starts += 1;
    runtime.lastStartAt = this.clock();
  }

  /** `text`: without secrets. */
  failed(name: string, text: string): void {
    this.of(name).lastError = { at: this.clock(), text: text.slice(0, MAX_ERROR_CHARACTERS) };
  }

  /** It is gone, or another one now: nothing of before says anything about it. */
  forget(name: string): void {
    const runtime = this.of(name);
    runtime.crashes.reset();
    runtime.lastError = undefined;
    runtime.check = undefined;
    runtime.generation += 1;
  }
}
