import type * as electron from 'electron';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import type { OperationName } from '../../preload/contract/operations.ts';
import type { ShellPart } from '../operations/shell-handlers.ts';

/** What the shell needs of a running companion; the composition root gives it. */
export interface CompanionHost {
  /** Validates the input and carries the operation out; rejects with a CompanionError. */
  call(name: OperationName, input: unknown, caller: 'ui' | 'shell' | 'window'): Promise<unknown>;
  subscribe(listener: (event: CompanionEvent) => void): () => void;
  /** Web addresses that a person may be sent to now. */
  knownAddresses(): readonly string[];
  /** A line in the companion's log. */
  note(text: string): void;
  /** Nobody can be asked while the screen is locked. */
  screenLocked(locked: boolean): void;
  /** Ends sessions and children, writes what is pending. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves once it stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
}

export interface StartCompanionOptions {
  readonly kind: 'app';
  readonly home: string;
  readonly version: string;
  /** The built interface. */
  readonly interfaceDirectory: string;
  /** What a launcher for AI clients starts. */
  readonly program: { readonly nodePath: string; readonly scriptPath: string };
  /** Brings the approval window up. */
  readonly openReview: () => void;
  /** What only the shell can do. */
  readonly shell: ShellPart;
}

export type StartCompanion = (options: StartCompanionOptions) => Promise<CompanionHost>;

/** The Electron module, as an argument: nothing here imports it, so that all of this runs in tests. */
export type Electron = typeof electron;
