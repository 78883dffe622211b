/** Every request that came, as it came: tests look here for what was sent, how often, and for what should not have left. */
import { routeMatcher } from './faults.ts';

export interface RecordedRequest {
  /** From 1. */
  readonly number: number;
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  /** With its query, as it came. */
  readonly target: string;
  /** With the credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where bodies are not kept. */
  readonly body: string;
}

export interface Requests {
  readonly all: readonly RecordedRequest[];
  /** Those to a route, in order; `route` is written as for faults. */
  to(route: string): RecordedRequest[];
  /** Resolves when so many requests to a route have come, those before included, with the last of them. */
  arrival(route: string, count?: number): Promise<RecordedRequest>;
  /** Forgets them. */
  clear(): void;
}

export interface RequestRecord extends Requests {
  add(request: Omit<RecordedRequest, 'number'>): RecordedRequest;
}

export function createRequestRecord(): RequestRecord {
  let all: RecordedRequest[] = [];
  let number = 0;
  const watchers = new Set<() => void>();
  const to = (route: string): RecordedRequest[] => {
    const matches = routeMatcher(route);
    return all.filter(({ method, path }) => matches(method, path));
  };
  return {
    get all() {
      return all;
    },
    to,
    arrival(route, count = 1) {
      return new Promise((resolve) => {
        const look = (): void => {
          const found = to(route)[count - 1];
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      });
    },
    clear: () => (all = []),
    add(request) {
      number += 1;
      const recorded = { number, ...request };
      all.push(recorded);
      for (const look of watchers) look();
      return recorded;
    },
  };
}
