// Owns what is being sent: the batch that was read, how it is cut, and the records that were refused alone. A record is given
// up on only when an endpoint refuses it that took others just before: one that refuses everything is wrong itself, and loses
// nothing. What it refused before it took others comes once more.
import { batchBytes } from './cloud-event.ts';
import type { Parked } from './parked-file.ts';
import { later, readingAfter, type ChainView, type Position } from './place.ts';
import { afterTaken, afterTooLarge, FULL_SIZE, halve, MAX_EVENTS, planOf, type BatchSize, type Plan } from './plan.ts';
import { readBatch, type BatchEvent } from './read-batch.ts';

/** Given up on at once, where the endpoint took another part of the same batch. */
const MAX_AT_ONCE = 16;
/** More than these, with nothing taken in between, are not about single records any more. */
const MAX_IN_ROW = 64;

interface GivenUp extends Parked {
  readonly event: BatchEvent;
}

export interface BatchWork {
  /** What to send next; reads on where there is nothing left. Undefined at the end of the journal. */
  next(
    chains: readonly ChainView[],
    positionIn: (chain: ChainView) => Position,
  ): Promise<readonly BatchEvent[] | undefined>;
  /** How many records were refused alone while nothing showed that the endpoint is well. */
  readonly suspects: number;
  /** To be parked: refused alone by an endpoint that took others just before. */
  readonly givenUp: readonly GivenUp[];
  /** Lines that were passed over since the last call of `settled`. */
  readonly damaged: number;
  /** How far everything is done with, in each chain; empty while a record before that may still be taken. */
  readonly reached: readonly Position[];
  /** The endpoint took what `next` gave. What it refused before that comes once more. */
  taken(): void;
  /**
   * It refused that. `cut`: it comes again in halves; `suspect`: it is a single record, wait for the endpoint to take another;
   * `give_up`: it is to be parked; `all_refused`: nothing is to be parked, a person has to look.
   */
  refused(status: number): 'cut' | 'suspect' | 'give_up' | 'all_refused';
  /** The suspects come once more, though nothing was taken since. */
  retry(): void;
  /** What was given up, damaged lines and what was reached are recorded. */
  settled(): void;
  /** Forgets what was read: the next batch begins where the outbox says. */
  restart(): void;
}

export function createBatchWork(auditDirectory: string, installId: string): BatchWork {
  let plan: Plan<BatchEvent> = [];
  let cursor = new Map<string, Position>();
  /** Refused before, and sent once more ahead of the plan. */
  let again: Plan<BatchEvent> = [];
  let suspects: BatchEvent[] = [];
  let givenUp: GivenUp[] = [];
  let reached = new Map<string, Position>();
  let damaged = 0;
  let size: BatchSize = FULL_SIZE;
  /** Something of this batch was taken, so the endpoint is no worse than this record. */
  let isProven = false;
  let inRow = 0;

  const isOpen = (): boolean => suspects.length + again.length > 0;
  const reach = (position: Position): void =>
    void reached.set(position.chain, later(position, reached.get(position.chain)));
  const retry = (): void => {
    again = [...planOf(suspects), ...again];
    suspects = [];
    inRow = 0;
  };
  const read: BatchWork['next'] = async (chains, positionIn) => {
    for (const chain of chains) {
      for (;;) {
        const from = cursor.get(chain.chainId) ?? positionIn(chain);
        const reading = readingAfter(chain, from);
        if (reading === undefined) break;
        const limits = { maxEvents: MAX_EVENTS, maxBytes: size.maxBytes };
        const batch = await readBatch(auditDirectory, reading, from, limits, installId);
        const isStuck = batch.after.segment === from.segment && batch.after.offset === from.offset;
        if (batch.events.length === 0 && (isStuck || batch.after.offset === reading.offset)) break;
        cursor.set(chain.chainId, batch.after);
        damaged += batch.damaged;
        if (batch.events.length === 0) reach(batch.after);
        plan = planOf(batch.events);
        isProven = false;
        if (plan.length > 0) return plan[0];
      }
    }
    return undefined;
  };

  return {
    next: async (chains, positionIn) => again[0] ?? plan[0] ?? (await read(chains, positionIn)),
    get suspects() {
      return suspects.length;
    },
    get givenUp() {
      return givenUp;
    },
    get damaged() {
      return damaged;
    },
    get reached() {
      return isOpen() ? [] : [...reached.values()];
    },
    taken() {
      const [range = []] = again.length > 0 ? again : plan;
      const last = range.at(-1);
      if (last !== undefined) reach(last.after);
      if (again.length > 0) again = again.slice(1);
      else plan = plan.slice(1);
      size = afterTaken(size);
      isProven = true;
      retry();
    },
    refused(status) {
      const isAgain = again.length > 0;
      const current = isAgain ? again : plan;
      const [range = []] = current;
      if (status === 413) size = afterTooLarge(size, batchBytes(range));
      const halves = halve(current);
      const rest = halves ?? current.slice(1);
      if (isAgain) again = rest;
      else plan = rest;
      if (halves !== undefined) return 'cut';
      inRow += 1;
      const isOver = isProven && inRow <= MAX_AT_ONCE;
      for (const event of range) {
        reach(event.after);
        if (isOver) givenUp.push({ event, status });
        else suspects.push(event);
      }
      if (inRow > MAX_IN_ROW) return 'all_refused';
      return isOver ? 'give_up' : 'suspect';
    },
    retry() {
      // What was taken before says nothing of now.
      isProven = false;
      retry();
    },
    settled() {
      if (!isOpen()) reached = new Map();
      givenUp = [];
      damaged = 0;
    },
    restart() {
      plan = [];
      cursor = new Map();
      again = [];
      suspects = [];
      givenUp = [];
      reached = new Map();
      damaged = 0;
      isProven = false;
      inRow = 0;
      size = FULL_SIZE;
    },
  };
}
