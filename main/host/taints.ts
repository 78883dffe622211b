/**
 * Which results came before, in a session and in all sessions of a client of one name. Rules about chains read it, and those only
 * tighten: that the name is the client's own word does no harm. A session without a name sees the results of all, and its own
 * count for all: leaving the name out opens nothing. What a client's sessions left behind is forgotten some time after the last
 * of them, so that beginning anew opens nothing either.
 */
import type { Taint } from '../policy/call-facts.ts';
import type { Taints } from '../relay/session-options.ts';

/**
 * Different ones of one connector in one session; later ones are the same tools again, or a server that makes names up. Each
 * connector has its own room, so that none can push out what another one left.
 */
const MAX_TAINTS = 1000;
const KEPT_MS = 10 * 60_000;
/** Names of clients that are gone; those of more are kept as if they had none. */
const MAX_KEPT = 100;
/** Names of one session; one that gives more counts as one without a name too. */
const MAX_NAMES = 16;
const NAMELESS = '';

/** By connector, then by tool and label. */
type Kept = Map<string, Map<string, Taint>>;

interface Marked {
  readonly taints: Kept;
  /** `NAMELESS` among them where it gave more than are kept; empty where it gave none. */
  readonly clients: Set<string>;
}

interface Left {
  /** Shared by the names of a session: never changed, but replaced. */
  taints: Kept;
  /** Monotonic; counts once no session of the client lives. */
  until: number;
}

export interface TaintRegistry {
  session(id: string): Taints & { readonly ended: () => void };
}

/** `now`: monotonic milliseconds. */
export function createTaints(now: () => number = () => performance.now()): TaintRegistry {
  const sessions = new Map<string, Marked>();
  /** What ended sessions of a client left behind. */
  const left = new Map<string, Left>();

  const add = (kept: Kept, { connector, tool, labels }: Taint): void => {
    const taints = kept.get(connector) ?? new Map<string, Taint>();
    kept.set(connector, taints);
    for (const label of labels) {
      if (taints.size < MAX_TAINTS) taints.set(JSON.stringify([tool, label]), { connector, tool, labels: [label] });
    }
  };
  const merged = (one: Kept, other: Kept): Kept => {
    if (other.size === 0) return one;
    const both: Kept = new Map([...one].map(([connector, taints]) => [connector, new Map(taints)]));
    for (const [connector, taints] of other) {
      const into = both.get(connector) ?? new Map<string, Taint>();
      both.set(connector, into);
      for (const [key, taint] of taints) if (into.size < MAX_TAINTS) into.set(key, taint);
    }
    return both;
  };
  const all = (kept: Kept): Taint[] => [...kept.values()].flatMap((taints) => [...taints.values()]);
  const isAlive = (client: string): boolean => [...sessions.values()].some(({ clients }) => clients.has(client));
  const forgetOld = (): void => {
    for (const [client, { until }] of left) if (now() >= until && !isAlive(client)) left.delete(client);
  };
  const leave = (client: string, taints: Kept): void => {
    const name = left.has(client) || left.size < MAX_KEPT ? client : NAMELESS;
    const before = left.get(name)?.taints;
    const both = before === undefined || before.size === 0 || before === taints ? taints : merged(before, taints);
    left.set(name, { taints: both, until: now() + KEPT_MS });
  };

  return {
    session: (id) => {
      const mine: Marked = { taints: new Map(), clients: new Set() };
      sessions.set(id, mine);
      const note = (client: string | undefined): void => {
        if (client === undefined || client === NAMELESS) return;
        if (mine.clients.size < MAX_NAMES) mine.clients.add(client);
        else if (!mine.clients.has(client)) mine.clients.add(NAMELESS);
      };
      return {
        mark: (client, taint) => {
          note(client);
          add(mine.taints, taint);
        },
        note,
        of: (client) => {
          forgetOld();
          const isAll = client === undefined || client === NAMELESS;
          const others = [...sessions.values()].filter(
            ({ clients }) => isAll || clients.size === 0 || clients.has(NAMELESS) || clients.has(client),
          );
          const behind = [...left].filter(([name]) => isAll || name === NAMELESS || name === client);
          return [...new Set([mine, ...others, ...behind.map(([, one]) => one)].map(({ taints }) => taints))].flatMap(
            all,
          );
        },
        ended: () => {
          if (!sessions.delete(id)) return;
          for (const client of mine.clients.size === 0 ? [NAMELESS] : mine.clients) {
            // The time of what others of it left behind begins anew.
            if (mine.taints.size > 0 || left.has(client)) leave(client, mine.taints);
          }
          forgetOld();
        },
      };
    },
  };
}
