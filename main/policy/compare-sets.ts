/**
 * Which recorded calls two sets of rules decide otherwise: what a change would do by itself, whatever was changed since the calls
 * were made. Where values that were not kept decide, a call counts as unknown, and only where the two sets differ at all.
 */
import type { ChangePreview, Effect } from '../../preload/contract/index.ts';
import { ruledBefore, Replayer, type Candidate, type RecordedCall } from './replay.ts';

export interface IdentifiedCall extends RecordedCall {
  readonly id: string;
}

type Row = ChangePreview['rows'][number];
type Outcome = Effect | 'unknown';

const MAX_ROWS = 100;

function outcomeOf(effects: ReadonlySet<Effect>): Outcome {
  const [only, another] = effects;
  return only === undefined || another !== undefined ? 'unknown' : only;
}

function sameEffects(a: ReadonlySet<Effect>, b: ReadonlySet<Effect>): boolean {
  return a.size === b.size && [...a].every((effect) => b.has(effect));
}

export type CompareSets = (calls: readonly IdentifiedCall[]) => Omit<ChangePreview, 'since'>;

/** Compiled once, for calls that come in several parts. */
export function compareSets(present: Candidate, changed: Candidate): CompareSets {
  const [now, then] = [new Replayer(present), new Replayer(changed)];
  return (calls) => {
    const known: Row[] = [];
    const unsure: Row[] = [];
    let same = 0;
    for (const call of calls) {
      // What rules did not decide, other rules decide neither.
      const isRuled = ruledBefore(call.decision) !== undefined;
      const before = isRuled ? now.possible(call) : [];
      const after = isRuled ? then.possible(call) : [];
      const was = new Set(before.map(({ effect }) => effect));
      const is = new Set(after.map(({ effect }) => effect));
      if (sameEffects(was, is)) {
        same++;
        continue;
      }
      const row: Row = {
        id: call.id,
        time: call.time,
        connector: call.connector,
        client: call.client.name ?? '',
        tool: call.tool,
        before: outcomeOf(was),
        after: outcomeOf(is),
        because: then.because(after),
        arguments: call.arguments === undefined ? '' : JSON.stringify(call.arguments),
      };
      (row.before === 'unknown' || row.after === 'unknown' ? unsure : known).push(row);
    }
    const rows = [...known, ...unsure];
    return {
      calls: calls.length,
      same,
      changed: known.length,
      unknown: unsure.length,
      rows: rows.slice(0, MAX_ROWS),
      isCut: rows.length > MAX_ROWS,
    };
  };
}
