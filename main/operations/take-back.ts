import { CompanionError, toFailure } from '../../preload/contract/index.ts';

/** Something that was made, and how it goes away again. */
export interface Step {
  readonly what: string;
  readonly undo: () => Promise<void> | void;
}

/**
 * Takes back what was made, the last first. The error to throw: the one that was met, with what could not be taken back said
 * in it. Never rejects.
 */
export async function takeBack(made: readonly Step[], met: unknown): Promise<unknown> {
  const left: string[] = [];
  for (const { what, undo } of made.toReversed()) {
    try {
      await undo();
    } catch {
      left.push(what);
    }
  }
  if (left.length === 0) return met;
  const { code, message, next } = toFailure(met);
  return new CompanionError(code, `${message} What stays: ${left.join(', ')}.`, `${next} Then remove what stays.`, {
    cause: met,
  });
}
