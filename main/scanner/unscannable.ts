/** The answer for a text that was not looked at whole: what is chosen for that decides, and blocking is what is built in. */
import type { GuardVerdict } from '../../preload/contract/index.ts';
import type { ScanJob, ScanResult } from '../guard/scan-job.ts';

/** Why. Part of what a person reads and what is recorded. */
export type Unscanned =
  /** It took longer than a text of its size may. */
  | 'deadline'
  /** The thread ended while it looked. */
  | 'scanner-crash'
  /** The scanner threw, or said something that is no answer. */
  | 'scanner-error'
  /** No thread can be had. */
  | 'scanner-down'
  | 'too-large'
  /** Too much waits already. */
  | 'queue-full'
  /** It waited too long for its turn. */
  | 'queue-time'
  | 'closed';

/** Nothing can be masked in a text that nobody has seen: that choice blocks too. */
const VERDICT = { off: 'pass', alert: 'alert', mask: 'block', block: 'block' } as const satisfies Record<
  string,
  GuardVerdict
>;

export function unscannable(job: Pick<ScanJob, 'actions'>, why: Unscanned): ScanResult {
  const action = job.actions.unscannable;
  const verdict = VERDICT[action];
  const findings =
    action === 'off' ? [] : [{ category: 'unscannable', rule: why, tier: 'hard', at: '', action } as const];
  return { verdict, asks: false, findings };
}
