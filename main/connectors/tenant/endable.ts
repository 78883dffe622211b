/** Lets somebody other than the session end its upstream: the tenant's side, or whoever watches over the program behind an address. */
import type { OpenUpstream, Upstream } from '../../transport/upstream.ts';

const GRACE_MS = 2000;

export interface Endable {
  readonly wrap: (open: OpenUpstream) => OpenUpstream;
  /** Also before it was opened: it is then ended as soon as it is. */
  readonly end: () => void;
}

export function createEndable(): Endable {
  let upstream: Upstream | undefined;
  let isEnded = false;
  return {
    wrap: (open) => (events) => {
      const opened = open(events);
      upstream = opened;
      if (isEnded) void opened.stop(0);
      return opened;
    },
    end: () => {
      isEnded = true;
      void upstream?.stop(GRACE_MS);
    },
  };
}
