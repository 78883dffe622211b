/**
 * From what was found to what is done. Hard findings follow the action of their category. Soft ones add up over the whole
 * message, each rule once: 1 is told, 2 is asked, 3 and more is refused; an action that is milder than `block` is the most that
 * they come to. The strictest wins.
 */
import type { GuardAction, GuardVerdict } from '../../preload/contract/index.ts';
import type { Found } from './found.ts';
import type { GuardActions } from './scan-job.ts';

/** What is done about one finding; `ask` is a block where nobody can be asked. */
export type Outcome = GuardAction | 'ask';

export interface Judged {
  readonly outcomes: readonly { readonly found: Found; readonly outcome: Outcome }[];
  readonly verdict: GuardVerdict;
  readonly asks: boolean;
}

const ORDER: readonly Outcome[] = ['off', 'alert', 'mask', 'ask', 'block'];

export function judge(found: readonly Found[], actions: GuardActions): Judged {
  const soft = scoreOutcome(score(found, actions, false));
  const capped = scoreOutcome(score(found, actions, true));
  const outcomes = found.map((each) => {
    const action = actions[each.category];
    if (!addsUp(each)) return { found: each, outcome: action };
    return { found: each, outcome: action === 'block' ? soft : milder(capped, action) };
  });
  const strictest = outcomes.reduce<Outcome>((worst, { outcome }) => stricter(worst, outcome), 'off');
  if (strictest === 'ask') return { outcomes, verdict: 'block', asks: true };
  return { outcomes, verdict: strictest === 'off' ? 'pass' : strictest, asks: false };
}

/** Strictest first; what a finding says of itself is one of the four actions. */
export function actionOf(outcome: Outcome): GuardAction {
  return outcome === 'ask' ? 'block' : outcome;
}

export function strictness(outcome: Outcome): number {
  return ORDER.indexOf(outcome);
}

/** Only phrases are weighed; an address (soft too) follows its category. */
function addsUp(found: Found): boolean {
  return found.tier === 'soft' && (found.category === 'injection' || found.category === 'poisoning');
}

/** `all`: also what a configured action keeps from being refused. */
function score(found: readonly Found[], actions: GuardActions, all: boolean): number {
  const weights = new Map<string, number>();
  for (const each of found) {
    if (!addsUp(each) || (!all && actions[each.category] !== 'block')) continue;
    const id = `${each.category} ${each.rule}`;
    weights.set(id, Math.max(weights.get(id) ?? 0, each.weight));
  }
  return [...weights.values()].reduce((sum, weight) => sum + weight, 0);
}

function scoreOutcome(total: number): Outcome {
  if (total >= 3) return 'block';
  if (total >= 2) return 'ask';
  return total >= 1 ? 'alert' : 'off';
}

function stricter(a: Outcome, b: Outcome): Outcome {
  return strictness(a) >= strictness(b) ? a : b;
}

function milder(a: Outcome, b: Outcome): Outcome {
  return strictness(a) <= strictness(b) ? a : b;
}
