/** What became of responses, seen from the server: its clients leave before it knows. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { until } from './rig.ts';

export interface Responses {
  /** Resolves when all that were begun are over. */
  over(): Promise<void>;
  stop(): void;
}

/** Watches the responses that are begun from now on. */
export function watchResponses(): Responses {
  const responses: ServerResponse[] = [];
  const noteBegun = (begun: unknown): void => {
    responses.push((begun as { readonly response: ServerResponse }).response);
  };
  subscribe('http.server.request.start', noteBegun);
  return {
    over: () => until(() => responses.every(({ closed }) => closed)),
    stop: () => unsubscribe('http.server.request.start', noteBegun),
  };
}
