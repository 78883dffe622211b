/** What an agent is told where the guard keeps something back: never what was found. */
import type { DecisionCode } from '../../preload/contract/index.ts';

const WHY: Partial<Record<DecisionCode, string>> = {
  guard_unscannable: 'it could not be checked in time',
  approval_denied: 'the person said no to it',
  approval_timeout: 'something in it needs a look by a person, and nobody answered in time',
  approval_unavailable: 'something in it needs a look by a person, and nobody can be asked right now',
  approval_locked: 'something in it needs a look by a person, and the screen is locked',
  lockdown: 'a person stopped all calls',
};
const WHY_ELSE = 'something in it must not reach you';

/** The call was made, which an agent must know: to call again would make it twice. */
export function keptResultText(code: DecisionCode, ref: string): string {
  const why = WHY[code] ?? WHY_ELSE;
  return `Blocked by Runlayer: the call was made, but its result is kept back, because ${why}. Do not simply call again; the person can see it in Runlayer. (ref ${ref})`;
}

/** Of any other answer, or a message that asks for none. */
export function keptAnswerText(code: DecisionCode): string {
  return `Blocked by Runlayer: the answer is kept back, because ${WHY[code] ?? WHY_ELSE}. The person can see it in Runlayer.`;
}

/** To the side that sent it. */
export const KEPT_REQUEST =
  'Blocked by Runlayer: something in this message may not pass. The person can see it in Runlayer.';
