/** What an entry of the list of operations is. */
import { z } from 'zod';

/**
 * Who asks: the command line over the owner-only socket, the interface (browser or window), the app's own shell, or our
 * approval window, a document of its own on an origin of its own. Only a person's answer there is a yes to what the
 * interface wants.
 */
export type Caller = 'cli' | 'ui' | 'shell' | 'window';

export interface OperationShape {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly callers: readonly Caller[];
  /** Weakens protection: needs a person's yes, is announced to every open interface and audited. */
  readonly weakens: Weakens;
}

/** `depends`: the handler looks at the input and the present state. */
export type Weakens = 'never' | 'always' | 'depends';

export const everyone = ['cli', 'ui', 'shell'] as const;
export const cliOnly = ['cli'] as const;
/** A person, at a terminal or in the interface. What weakens is held for the approval window when the interface asks. */
export const people = ['cli', 'ui'] as const;
export const none = z.strictObject({});

export function operation<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  callers: readonly Caller[],
  weakens: Weakens = 'never',
): { readonly input: I; readonly output: O; readonly callers: readonly Caller[]; readonly weakens: Weakens } {
  return { input, output, callers, weakens };
}
