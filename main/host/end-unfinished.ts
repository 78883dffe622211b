import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { ChainPart } from '../audit/disk/index-protocol.ts';
import type { Journal } from '../audit/journal.ts';
import { unknownOutcome } from '../audit/unknown-outcome.ts';
import type { PreviousHost } from './claim-home.ts';

export interface EndUnfinishedParts {
  readonly index: Pick<AuditIndex, 'unfinished'>;
  readonly journal: Pick<Journal, 'append'>;
  /** What this host writes. */
  readonly own: ChainPart;
  /** It still serves what began there. */
  readonly previous: Pick<PreviousHost, 'chainId' | 'since'> | undefined;
  /** Another host looks after them, or the next start. */
  readonly isOver: () => boolean;
  readonly warn: (text: string) => void;
  readonly log: (text: string) => void;
}

/**
 * Gives the calls that a companion of before did not finish their outcome. Called before the first call of this one, and
 * not waited for: where the index is made anew it takes as long as that, and meanwhile calls of our own begin.
 */
export async function endUnfinished({
  index,
  journal,
  own,
  previous,
  isOver,
  warn,
  log,
}: EndUnfinishedParts): Promise<void> {
  // Where it does not say from where on, all of that chain may be its own.
  const others = previous === undefined ? [] : [{ chain: previous.chainId, seq: previous.since ?? 0 }];
  let unfinished;
  try {
    unfinished = await index.unfinished([own, ...others]);
  } catch (error) {
    if (!isOver())
      warn(
        `Calls that an earlier companion did not finish could not be looked up: ${error instanceof Error ? error.message : String(error)}`,
      );
    return;
  }
  if (isOver()) return;
  try {
    for (const intent of unfinished) journal.append(unknownOutcome(intent));
  } catch (error) {
    // Found again at the next start; until then every call is denied for the same reason.
    log(`the outcomes of unfinished calls could not be recorded: ${String(error)}`);
  }
}
