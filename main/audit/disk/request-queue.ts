/**
 * The order in which the index answers: as they came, one in each turn of the loop, so that what comes meanwhile is seen. Of
 * requests that share a slot only the last is worth its work: somebody typed on.
 */
export interface QueuedRequest {
  readonly slot: string | undefined;
}

export interface RequestQueue<R extends QueuedRequest> {
  add(request: R): void;
}

export function createRequestQueue<R extends QueuedRequest>(options: {
  readonly carryOut: (request: R) => void;
  readonly supersede: (request: R) => void;
  /** Calls back in a later turn, when everything that had arrived by now was added. */
  readonly later: (then: () => void) => void;
}): RequestQueue<R> {
  const waiting: R[] = [];
  let isRunning = false;
  const next = (): void => {
    const request = waiting.shift();
    isRunning = request !== undefined;
    if (request === undefined) return;
    const isStale = request.slot !== undefined && waiting.some(({ slot }) => slot === request.slot);
    if (isStale) options.supersede(request);
    else options.carryOut(request);
    options.later(next);
  };
  return {
    add(request) {
      waiting.push(request);
      if (isRunning) return;
      isRunning = true;
      options.later(next);
    },
  };
}
