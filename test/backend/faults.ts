/** Faults on demand: which request meets which of them. What each does to an answer is in `apply-fault.ts`. */

export type Fault =
  /** Waits, and then goes on as if nothing were. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Goes on when this resolves. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** The `Date` header is wrong by this much; goes on. */
  | { readonly kind: 'skew'; readonly ms: number }
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Of `{detail}`. */
      readonly detail?: unknown;
      /** Instead of `{detail}`. */
      readonly body?: string;
      readonly retryAfter?: string | number;
    }
  /** Any body, of any shape. `afterWork`: the work is done first. */
  | {
      readonly kind: 'body';
      readonly body: unknown;
      readonly status?: number;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly afterWork?: boolean;
    }
  /** The connection ends before anything is done. */
  | { readonly kind: 'cut' }
  /** The work is done, and then the connection ends without an answer. */
  | { readonly kind: 'cut_after_accept' }
  /** The work is done; the connection ends in the middle of the answer. */
  | { readonly kind: 'cut_in_answer' }
  /** Never answers; the connection stays. */
  | { readonly kind: 'hang' }
  /** Bytes that are no JSON, under the name of JSON. */
  | { readonly kind: 'garbage' }
  | { readonly kind: 'html'; readonly status?: number }
  /** The real answer, so many bytes at a time. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** A well-formed JSON document of this size, streamed. */
  | { readonly kind: 'huge'; readonly megabytes: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number };

export interface FaultTiming {
  /** Fires so often, and is gone; without it, for ever. */
  readonly times?: number;
  /** Fires at each n-th request that matches (2: the second, the fourth, …). */
  readonly every?: number;
  /** Lets so many matching requests pass first. */
  readonly after?: number;
}

export interface FaultRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface Faults {
  /** `route`: `POST /api/v1/local/*\/pre`; `*` is one segment, `**` any rest, no method is every method. Returns what takes it away. */
  add(route: string, fault: Fault, timing?: FaultTiming): () => void;
  /** Asked for each request that matches, with its number from 1. */
  script(route: string, decide: (count: number, request: FaultRequest) => Fault | undefined): () => void;
  /** Holds requests back until they are let go. `arrived` resolves with the first. */
  hold(route: string, timing?: FaultTiming): { readonly arrived: Promise<void>; release(): void };
  clear(): void;
}

interface Rule {
  readonly matches: (method: string, path: string) => boolean;
  count: number;
  readonly decide: (count: number, request: FaultRequest) => Fault | undefined;
}

/** Fires as {@link Faults.add} says. */
export function routeMatcher(route: string): (method: string, path: string) => boolean {
  const [first = '', second] = route.trim().split(/\s+/);
  const verb = second === undefined ? '*' : first;
  const wanted = (second ?? first).split('/').filter((segment) => segment !== '');
  return (method, path) => {
    if (verb !== '*' && verb !== method) return false;
    const given = path.split('/').filter((segment) => segment !== '');
    for (const [index, segment] of wanted.entries()) {
      if (segment === '**') return true;
      if (given[index] === undefined || (segment !== '*' && segment !== given[index])) return false;
    }
    return given.length === wanted.length;
  };
}

function timed(fault: Fault, { times = Number.POSITIVE_INFINITY, every = 1, after = 0 }: FaultTiming): Rule['decide'] {
  let fired = 0;
  return (count) => {
    if (count <= after || (count - after) % every !== 0 || fired >= times) return undefined;
    fired += 1;
    return fault;
  };
}

const isPassing = (fault: Fault): boolean => ['latency', 'hold', 'skew'].includes(fault.kind);

export interface FaultTable extends Faults {
  /** In order: those that only delay or mark, then at most one that decides the answer. Counts the request. */
  take(request: FaultRequest): Fault[];
}

export function createFaults(): FaultTable {
  let rules: Rule[] = [];
  const addRule = (route: string, decide: Rule['decide']): (() => void) => {
    const rule: Rule = { matches: routeMatcher(route), count: 0, decide };
    rules.push(rule);
    return () => (rules = rules.filter((other) => other !== rule));
  };
  return {
    add: (route, fault, timing = {}) => addRule(route, timed(fault, timing)),
    script: addRule,
    hold(route, timing = {}) {
      let release = (): void => undefined;
      let arrive = (): void => undefined;
      const until = new Promise<void>((resolve) => (release = resolve));
      const arrived = new Promise<void>((resolve) => (arrive = resolve));
      const decide = timed({ kind: 'hold', until }, timing);
      const remove = addRule(route, (count, request) => {
        const fault = decide(count, request);
        if (fault !== undefined) arrive();
        return fault;
      });
      return {
        arrived,
        release() {
          remove();
          release();
        },
      };
    },
    clear: () => (rules = []),
    take(request) {
      const met = rules
        .filter((rule) => rule.matches(request.method, request.path))
        .map((rule) => rule.decide(++rule.count, request))
        .filter((fault) => fault !== undefined);
      const deciding = met.find((fault) => !isPassing(fault));
      return [...met.filter(isPassing), ...(deciding === undefined ? [] : [deciding])];
    },
  };
}

/** Those that can be written down; a hold needs somebody who lets go. */
export const FAULT_KINDS = [
  'latency',
  'skew',
  'status',
  'body',
  'cut',
  'cut_after_accept',
  'cut_in_answer',
  'hang',
  'garbage',
  'html',
  'drip',
  'huge',
  'redirect',
] as const satisfies readonly Fault['kind'][];
