/** What the parts of one HTTP upstream share. */
import type { ParseLarge } from '../../relay/lane.ts';
import type { WireLimits } from '../../relay/limits.ts';
import type { UpstreamEvents } from '../upstream.ts';
import type { Authority } from './authority.ts';
import type { AuthorizedCall, CallOrder } from './authorized-call.ts';
import type { Reading } from './reading.ts';
import type { Unfinished } from './unfinished.ts';

/** Runs `then` once after `ms`, unless what it returns is called before. */
export type Schedule = (ms: number, then: () => void) => () => void;

export interface HttpUpstreamOptions {
  /** Checked where it was configured: http(s), without credentials and fragment. */
  readonly url: string;
  readonly authority: Authority;
  readonly limits: WireLimits;
  readonly parseLarge?: ParseLarge;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly userAgent: string;
  /** In [0, 1), for the pauses between attempts. */
  readonly random?: () => number;
}

export interface Link {
  readonly events: Required<UpstreamEvents>;
  readonly limits: WireLimits;
  readonly parseLarge: ParseLarge | undefined;
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly random: () => number;
  readonly reading: Reading;
  readonly unfinished: Unfinished;
  /** Waits for `work`, but not longer than that. */
  readonly within: (ms: number, work: Promise<unknown>) => Promise<void>;
  readonly call: (order: CallOrder) => AuthorizedCall;
}
