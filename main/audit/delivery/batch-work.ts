// Owns what is being sent: the batch that was read, how it is cut, and the records that were refused alone. A record is given
// up on only when the endpoint has taken others: one that refuses everything is wrong itself, and loses nothing.
import { batchBytes } from './cloud-event.ts';
import type { Parked } from './parked-file.ts';
import { readingAfter, type ChainView, type Position } from './place.ts';
import { afterTaken, afterTooLarge, FULL_SIZE, halve, MAX_EVENTS, planOf, type BatchSize, type Plan } from './plan.ts';
import { readBatch, type BatchEvent } from './read-batch.ts';

/** Given up on at once, where the endpoint took another part of the same batch. */
const MAX_AT_ONCE = 16;
/** More than these, with nothing taken in between, are not about single records any more. */
const MAX_IN_ROW = 64;

export interface Suspect extends Parked {
  readonly event: BatchEvent;
}

export interface BatchWork {
  /** What to send next; reads on where there is nothing left. Undefined at the end of the journal. */
  next(
    chains: readonly ChainView[],
    positionIn: (chain: ChainView) => Position,
  ): Promise<readonly BatchEvent[] | undefined>;
  /** Records that were refused alone, in order, and not given up on yet. */
  readonly suspects: readonly Suspect[];
  /** Lines that were passed over since the last call of `settled`. */
  readonly damaged: number;
  /** Positions that were passed over without anything to send. */
  readonly passed: readonly Position[];
  /** The endpoint took what `next` gave. */
  taken(): void;
  /**
   * It refused that. `cut`: it comes again in halves; `suspect`: it is a single record, wait for the endpoint to take another;
   * `give_up`: the suspects are to be parked; `all_refused`: nothing is to be parked, a person has to look.
   */
  refused(status: number): 'cut' | 'suspect' | 'give_up' | 'all_refused';
  /** Suspects, damaged lines and passed positions are recorded. */
  settled(): void;
  /** Forgets what was read: the next batch begins where the outbox says. */
  restart(): void;
}

export function createBatchWork(auditDirectory: string, installId: string): BatchWork {
  let plan: Plan<BatchEvent> = [];
  let cursor = new Map<string, Position>();
  let suspects: Suspect[] = [];
  let passed: Position[] = [];
  let damaged = 0;
  let size: BatchSize = FULL_SIZE;
  /** Something of this batch was taken, so the endpoint is no worse than this record. */
  let isProven = false;
  let inRow = 0;

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
        if (batch.events.length === 0) passed.push(batch.after);
        plan = planOf(batch.events);
        isProven = false;
        if (plan.length > 0) return plan[0];
      }
    }
    return undefined;
  };

  return {
    next: async (chains, positionIn) => plan[0] ?? (await read(chains, positionIn)),
    get suspects() {
      return suspects;
    },
    get damaged() {
      return damaged;
    },
    get passed() {
      return passed;
    },
    taken() {
      plan = plan.slice(1);
      size = afterTaken(size);
      isProven = true;
      inRow = 0;
    },
    refused(status) {
      const [range = []] = plan;
      if (status === 413) size = afterTooLarge(size, batchBytes(range));
      const halves = halve(plan);
      if (halves !== undefined) {
        plan = halves;
        return 'cut';
      }
      const [event] = range;
      plan = plan.slice(1);
      if (event !== undefined) suspects.push({ event, status });
      inRow += 1;
      if (inRow > MAX_IN_ROW) return 'all_refused';
      return isProven && inRow <= MAX_AT_ONCE ? 'give_up' : 'suspect';
    },
    settled() {
      suspects = [];
      passed = [];
      damaged = 0;
    },
    restart() {
      plan = [];
      cursor = new Map();
      suspects = [];
      passed = [];
      damaged = 0;
      isProven = false;
      inRow = 0;
      size = FULL_SIZE;
    },
  };
}
