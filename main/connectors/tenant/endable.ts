/** Lets somebody other than the session end its upstream: the tenant's side, or whoever watches over the program behind an address. */
import type { CompanionError } from '../../../preload/contract/index.ts';
import type { OpenUpstream, Upstream } from '../../transport/upstream.ts';

const GRACE_MS = 2000;

export interface Endable {
  readonly wrap: (open: OpenUpstream) => OpenUpstream;
  /** Also before it was opened: it is then ended as soon as it is. `why` is what the client is told of it. */
  readonly end: (why?: CompanionError) => void;
}

export function createEndable(): Endable {
  let upstream: Upstream | undefined;
  let isEnded = false;
  let reason: CompanionError | undefined;
  return {
    wrap: (open) => (events) => {
      const opened = open(events);
      upstream = opened;
      if (isEnded) void opened.stop(0);
      const ended = opened.ended.then((end) =>
        reason === undefined || end.failure !== undefined ? end : { ...end, failure: reason },
      );
      return { ...opened, ended };
    },
    end: (why) => {
      isEnded = true;
      reason ??= why;
      void upstream?.stop(GRACE_MS);
    },
  };
}
