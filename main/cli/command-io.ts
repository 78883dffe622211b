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
  readonly tty: boolean;
  /** Folder that the command was started in. */
  readonly cwd: string;
  /** Asks at the terminal; undefined where there is nobody to ask. */
  readonly ask: (text: string, secret: boolean) => Promise<string | undefined>;
  /** Everything on stdin, as text; for values that must not stand in argv. */
  readonly input: () => Promise<string>;
  readonly subscribe: (listener: (event: CompanionEvent) => void) => () => void;
  /** Resolves when the caller is gone. */
  readonly gone: Promise<void>;
}
