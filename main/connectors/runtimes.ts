/** What a connector does at this moment: its sessions, its crashes, the last words of its servers. In memory only. */
import { ConnectorLog } from '../transport/connector-log.ts';
import { createCrashCount, type CrashCount } from './crash-count.ts';

export interface ConnectorRuntime {
  readonly log: ConnectorLog;
  readonly crashes: CrashCount;
  sessions: number;
}

export class ConnectorRuntimes {
  private readonly byName = new Map<string, ConnectorRuntime>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  of(name: string): ConnectorRuntime {
    let runtime = this.byName.get(name);
    if (runtime === undefined) {
      runtime = { log: new ConnectorLog(), crashes: createCrashCount({ now: this.now }), sessions: 0 };
      this.byName.set(name, runtime);
    }
    return runtime;
  }
}
