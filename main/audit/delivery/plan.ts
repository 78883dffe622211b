// How a batch is cut until each of its records is taken, or stands alone and is refused. Order is kept: what comes later
// in the journal is never sent before something that may still be taken.

/** What is still to be sent of a batch, first things first. No range is empty. */
export type Plan<E> = readonly (readonly E[])[];

export function planOf<E>(events: readonly E[]): Plan<E> {
  return events.length === 0 ? [] : [events];
}

/** The first range in two halves, instead of the whole. A range of one cannot be halved: then undefined. */
export function halve<E>(plan: Plan<E>): Plan<E> | undefined {
  const [first = [], ...rest] = plan;
  if (first.length < 2) return undefined;
  const middle = Math.ceil(first.length / 2);
  return [first.slice(0, middle), first.slice(middle), ...rest];
}

/** A batch holds no more than this, whatever comes. */
export const MAX_EVENTS = 500;
export const MAX_BYTES = 1024 * 1024;

const SMALLEST_BYTES = 4096;
/** How many requests in a row must be taken before larger ones are tried again. */
const GROW_AFTER = 50;

/** How large a batch an endpoint takes: learned from its refusals, and tried again later. */
export interface BatchSize {
  readonly maxBytes: number;
  readonly takenInRow: number;
}

export const FULL_SIZE: BatchSize = { maxBytes: MAX_BYTES, takenInRow: 0 };

export function afterTooLarge(size: BatchSize, sentBytes: number): BatchSize {
  const half = Math.floor(Math.min(size.maxBytes, sentBytes) / 2);
  return { maxBytes: Math.max(SMALLEST_BYTES, half), takenInRow: 0 };
}

export function afterTaken(size: BatchSize): BatchSize {
  if (size.maxBytes === MAX_BYTES) return size;
  const takenInRow = size.takenInRow + 1;
  if (takenInRow < GROW_AFTER) return { ...size, takenInRow };
  return { maxBytes: Math.min(MAX_BYTES, size.maxBytes * 2), takenInRow: 0 };
}
