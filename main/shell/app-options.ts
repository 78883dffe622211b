import type { Electron, StartCompanion } from './companion-host.ts';
import type { ShellStore } from './shell-store.ts';

/** Everything that the app takes from outside, so that all of it runs in tests. */
export interface StartAppOptions {
  readonly electron: Electron;
  readonly startCompanion: StartCompanion;
  readonly openStore: (home: string) => ShellStore;
  readonly process: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly argv: readonly string[];
    readonly execPath: string;
    readonly platform: string;
    readonly resourcesPath: string;
  };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>;
  readonly updateFeed: string | null;
}
