/** What a command may do with the person in front of it, wherever it runs. */
import type { CallOperation, CompanionEvent } from '../../preload/contract/index.ts';

export interface CommandIo {
  /** The words of this command line. */
  readonly argv: readonly string[];
  readonly call: CallOperation;
  /** The same with a person's yes to an operation that weakens protection. */
  readonly callConfirmed: CallOperation;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True while the reader has not taken what was printed; what goes on for ever then leaves something out. */
  readonly isSlow: () => boolean;
  /** Resolves once the reader has taken what was printed, or is gone. */
  readonly taken: () => Promise<void>;
  readonly tty: boolean;
  /** The environment that the command was started with. A caller's claim: it may name what the caller could type as well. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that the command was started in. */
  readonly cwd: string;
  /** Asks at the terminal; undefined where nobody is there or nobody answers. */
  readonly ask: (text: string, secret: boolean) => Promise<string | undefined>;
  /** Everything on stdin, as text; for values that must not stand in argv. */
  readonly input: () => Promise<string>;
  /** What is on stdin as it comes, of any size; instead of `input`. */
  readonly pieces: () => AsyncIterable<readonly Buffer[]>;
  readonly subscribe: (listener: (event: CompanionEvent) => void) => () => void;
  /** Resolves when the caller is gone. */
  readonly gone: Promise<void>;
}
