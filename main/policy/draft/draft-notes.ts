/** What a person should know before they make a rule of a call: what was not kept, and what no rule changes. */
import type { Decision, Effect } from '../../../preload/contract/index.ts';
import { ruledBefore } from '../replay.ts';
import { runsThings } from '../suggest/runs-things.ts';
import { isKept, notKept, type DraftedCall } from './draft-choices.ts';

const MAX_NAMED = 5;

function pointers(all: readonly string[]): string {
  const named = all.slice(0, MAX_NAMED).map((at) => JSON.stringify(at));
  return all.length > named.length ? `${named.join(', ')} and ${all.length - named.length} more` : named.join(', ');
}

export interface NoteFacts {
  readonly effect: Effect;
  /** Undefined while the call waits. */
  readonly decided: Pick<Decision, 'effect' | 'code'> | undefined;
  /** Why there are no arguments, where there were some. */
  readonly lost: string | undefined;
  readonly hasChoices: boolean;
}

export function draftNotes(call: DraftedCall, { effect, decided, lost, hasChoices }: NoteFacts): readonly string[] {
  const notes: string[] = [];
  if (!hasChoices) notes.push('A rule cannot name this: the name holds signs that mean something else in a rule.');
  if (decided !== undefined && ruledBefore(decided) === undefined)
    notes.push('Rules did not decide this, so a rule that allows it changes nothing: something else stopped it.');
  const missing = notKept(call);
  if (lost !== undefined) notes.push(lost);
  else if (missing.length > 0)
    notes.push(`The journal did not keep the value of ${pointers(missing)}, so no rule can be made of it.`);
  else if (!isKept(call))
    notes.push('The journal did not keep all of the arguments, so no rule can name exactly these.');
  if (effect === 'allow' && call.kind === 'tool' && runsThings(call.name))
    notes.push('By its name this tool runs what it is given. A rule that allows it with anything opens everything.');
  if (effect === 'allow' && call.client !== undefined)
    notes.push(
      'What a client calls itself is no proof, so such a rule counts for every client. One that allows only one client needs a hub token made for it.',
    );
  return notes;
}
