import { z } from 'zod';

/**
 * What every refusal looks like outside a gate: a stable code (`E_…`), one sentence that says what happened, and one
 * that says what to do next. Neither ever holds a secret.
 */
export const Failure = z.strictObject({
  code: z.string().regex(/^E_[A-Z_]+$/),
  message: z.string(),
  next: z.string(),
});
export type Failure = z.infer<typeof Failure>;

/** Carries a {@link Failure} through code that throws; `exitCode` is the command's exit code (interfaces: Command line). */
export class CompanionError extends Error {
  readonly code: string;
  readonly next: string;
  readonly exitCode: number;

  constructor(code: string, message: string, next: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CompanionError';
    this.code = code;
    this.next = next;
    this.exitCode = options.exitCode ?? 1;
  }

  toFailure(): Failure {
    return { code: this.code, message: this.message, next: this.next };
  }
}

/** Turns anything that was thrown into a {@link Failure}; the message of an unknown error is kept, its stack is not. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof CompanionError) return thrown.toFailure();
  return {
    code: 'E_INTERNAL',
    message: thrown instanceof Error ? thrown.message : String(thrown),
    next: 'Run "runlayer doctor"; if it finds nothing, report this with the output of "runlayer logs --json".',
  };
}

/** The end of a switch over a closed union. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
